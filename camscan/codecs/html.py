"""Title, loaded files and redirects of a web page.

Pages are searched, not parsed: each pattern takes linear time, and broken markup affects only the broken tag.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from itertools import islice

FIELDS = ("http.title", "http.resource", "http.refresh")

MAX_PAGE = 64 * 1024  # characters that are looked at; what identifies a device stands in the first few thousand
MAX_TITLE = 200  # characters of a title
MAX_TITLES = 64  # titles that are tried until one is not blank; pictures in a page have titles too
MAX_TAGS = 1024  # tags of a kind that are read; the busiest camera page seen has about forty
MAX_RESOURCES = 64  # files that a page loads; the busiest camera page seen loads about forty
MAX_REFRESHES = 4  # redirects of one page: meta refresh, script, and a variant each for old browsers
MAX_TARGET = 512  # characters of an address in a page
MAX_RAW_TITLE = 1000  # characters of a title before its entities are decoded and its white space folded

_TITLE = re.compile(r"<title(?:\s[^<>]{0,256})?>", re.IGNORECASE)
_TITLE_END = re.compile(r"</title", re.IGNORECASE)
_RESOURCE_TAG = re.compile(r"<(?:script|link|img)\s([^>]{0,1024})", re.IGNORECASE)
_META_TAG = re.compile(r"<meta\s([^>]{0,1024})", re.IGNORECASE)
_REFERENCE = re.compile(r"""(?<![\w-])(?:src|href)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++))""", re.IGNORECASE)
_CONTENT = re.compile(r"""(?<![\w-])content\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>]++))""", re.IGNORECASE)
_IS_REFRESH = re.compile(r"""http-equiv\s*+=\s*+["']?\s*+refresh""", re.IGNORECASE)
_REFRESH = re.compile(r"""\s*+[\d.]*+\s*+[;,]?\s*+url\s*+=\s*+["']?([^"']++)""", re.IGNORECASE)
_SCRIPT_REDIRECT = re.compile(
    r"""(?<![\w$-])location(?:\.href)?\s*+(?:=|\.(?:replace|assign)\s*+\()\s*+(?:"([^"<>\n]{1,512})"|'([^'<>\n]{1,512})')"""
)


def decode(text: str) -> dict[str, tuple[str, ...]]:
    """`http.title`, `http.resource` and `http.refresh` of a page, or of the part of it that came. Never raises."""
    text = text[:MAX_PAGE]
    shown = _without_comments(text)
    found = {
        "http.title": [title] if (title := _title(shown)) else [],
        "http.resource": _first(_resources(shown), MAX_RESOURCES),
        # Pages for old browsers wrap their scripts in comments, so redirects are looked for in these too.
        "http.refresh": _first(_refreshes(shown, text), MAX_REFRESHES),
    }
    return {name: tuple(values) for name, values in found.items() if values}


def refresh_target(value: str) -> str:
    """The address in the value of a refresh ("0; url=/login.asp"), "" where it names none."""
    match = _REFRESH.match(html.unescape(value[: 2 * MAX_TARGET]))
    return match[1].strip()[:MAX_TARGET] if match else ""


def _without_comments(text: str) -> str:
    """The page without comments that are closed; what follows an open one is kept."""
    first, *rest = text.split("<!--")
    return first + "".join(part.partition("-->")[2] if "-->" in part else part for part in rest)


def _title(text: str) -> str:
    """The first title that is not blank."""
    for start in islice(_TITLE.finditer(text), MAX_TITLES):
        raw = text[start.end() : start.end() + MAX_RAW_TITLE]
        end = _TITLE_END.search(raw)
        raw = raw[: end.start()] if end else raw.partition("<")[0]
        title = " ".join(html.unescape(raw).split())
        if title:
            return title[:MAX_TITLE].rstrip()
    return ""


def _resources(text: str) -> Iterator[str]:
    for tag in islice(_RESOURCE_TAG.finditer(text), MAX_TAGS):
        target = _address(_REFERENCE.search(tag[1]))
        if not target.startswith("data:"):
            yield target


def _refreshes(shown: str, text: str) -> Iterator[str]:
    for tag in islice(_META_TAG.finditer(shown), MAX_TAGS):
        content = _CONTENT.search(tag[1])
        if content and _IS_REFRESH.search(tag[1]):
            yield refresh_target(_address(content))
    for redirect in islice(_SCRIPT_REDIRECT.finditer(text), MAX_TAGS):
        target = _address(redirect)
        if not target.endswith("//"):  # 'location = "http://" + location.host ...' names no target
            yield target


def _address(match: re.Match[str] | None) -> str:
    """The group of an alternation of quoted and unquoted values that matched."""
    value = match[match.lastindex or 0] if match else ""
    return html.unescape(value[: 2 * MAX_TARGET]).strip()[:MAX_TARGET]


def _first(values: Iterator[str], limit: int) -> list[str]:
    """The first distinct values that are not empty."""
    found: dict[str, None] = {}
    for value in values:
        if value:
            found[value] = None
        if len(found) == limit:
            break
    return list(found)

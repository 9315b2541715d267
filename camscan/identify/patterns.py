"""One RE2 pattern: whether it can be one, its groups, and where in a value it is found."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache

import re2

from camscan.identify.needs import is_wide
from camscan.identify.pieces import PIECE
from camscan.identify.rules import Match

MAX_VALUE = 4096  # bytes of a value that are searched; devices name themselves in the first line
MAX_LONG_VALUE = 16384
LONG_FIELDS = frozenset({"http.body", "rtsp.sdp"})
"""Fields that may have a match far from the beginning: whole pages and session descriptions."""
_AS_SENT = LONG_FIELDS | {"http.header", "rtsp.header"}
"""Fields that are searched with their blanks as sent: the spelling of a header distinguishes servers."""
MAX_VALUES = 256
"""Values of one field in one answer that are searched. ONVIF devices send up to about 60 scopes."""

_MEMORY = 2 * 1024 * 1024
"""Bytes for the states of an automaton, which hostile text uses up. RE2's default of 8 MiB is no faster."""
_OPAQUE = re.compile(r"\\Q|\{[0-9,]*[0-9]{3}")
"""What may contain brackets that are not groups, or be too large to compile although it can be parsed."""


@cache
def _compiled(pattern: str) -> re2._Regexp:
    return re2.compile(pattern.encode(), options(wide=is_wide(pattern)))


def is_in(pattern: str, value: bytes) -> bool:
    """Whether a pattern is found in an encoded value."""
    return _found(pattern, value) is not None


def options(*, wide: bool) -> re2.Options:
    """How RE2 is to read a pattern: by characters where it is `wide` (see `is_wide`), else by bytes."""
    how = re2.Options()
    how.log_errors = False
    how.max_mem = _MEMORY
    if not wide:
        how.encoding = re2.Options.Encoding.LATIN1
    return how


def group_names(pattern: str) -> tuple[str, ...] | None:
    """The named groups of a pattern; None if one is unnamed or two have the same name.

    Raises ValueError if the pattern is not RE2 syntax; the message is RE2's.
    """
    if not _OPAQUE.search(pattern) and _is_syntax(pattern):
        opened = (piece for piece in PIECE.findall(pattern) if piece == "(" or piece.startswith(("(?P<", "(?<")))
        names = [piece.partition("<")[2][:-1] for piece in opened]
        return tuple(names) if all(names) and len(set(names)) == len(names) else None
    try:
        compiled = re2.compile(pattern.encode(), options(wide=is_wide(pattern)))
    except re2.error as error:
        raise ValueError(_reason(error)) from error
    names = [name.decode() for name in compiled.groupindex]
    return tuple(names) if len(names) == compiled.groups else None


def _is_syntax(pattern: str) -> bool:
    """Whether RE2 can parse a pattern, which takes a tenth of the time of compiling it."""
    try:
        re2.Set.SearchSet(options(wide=is_wide(pattern))).Add(pattern.encode())
    except re2.error:
        return False
    return True


def _reason(error: re2.error) -> str:
    reason = error.args[0] if error.args else "cannot be compiled"
    return reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)


@lru_cache(maxsize=16)
def encoded(field: str, value: str) -> bytes:
    """The bytes of a value that patterns are matched with: without blanks at both ends, and with single ones inside."""
    limit = MAX_LONG_VALUE if field in LONG_FIELDS else MAX_VALUE
    text = value[:limit] if field in _AS_SENT else " ".join(filter(None, value[:limit].split(" ")))
    return text.encode("utf-8", "replace")[:limit]


def matches_empty(pattern: str) -> bool:
    """Whether the pattern matches the empty value, and so every value."""
    return _compiled(pattern).search(b"") is not None


def groups(match: Match, value: str) -> Mapping[str, str]:
    """The non-empty named groups of a pattern in a value that it matches."""
    named = "(?P<" in match.pattern and not match.comparison
    found = _found(match.pattern, encoded(match.field, value)) if named else None
    return found[1] if found else {}


def place_of(match: Match, value: str) -> int:
    """Where in a value a pattern or a name is found, in characters; 0 for other rows, and where it is not found."""
    if match.comparison:
        return max(value.find(match.pattern), 0) if match.comparison == "name" else 0
    data = encoded(match.field, value)
    found = _found(match.pattern, data)
    return len(data[: found[0]].decode(errors="replace")) if found else 0


@lru_cache(maxsize=256)
def _found(pattern: str, value: bytes) -> tuple[int, Mapping[str, str]] | None:
    """Where a pattern is found, and its named groups that are not empty; None where it is not."""
    found = _compiled(pattern).search(value)
    if found is None:
        return None
    texts = {name.decode(): text.decode(errors="ignore").strip() for name, text in found.groupdict(b"").items()}
    return found.start(), {name: text for name, text in texts.items() if text}

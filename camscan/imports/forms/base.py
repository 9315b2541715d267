"""The result of a form, and helpers for forms."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple, ParamSpec, TypeAlias

from camscan.codecs import http, onvif, rtsp
from camscan.errors import DecodeError
from camscan.imports.forms.tables import of_table
from camscan.imports.notations.base import MANY
from camscan.records import Fields, Observation, Outcome
from camscan.text.folding import compact

P = ParamSpec("P")

MAX_TEXT = 256 * 1024  # characters of one answer that forms look at; the codecs have narrower bounds of their own
MAX_PAIRS = 512  # names with values that are read in one listing; the richest discovery answer has about 45


_OF_OPEN_PORTS = frozenset({"http", "tls", "rtsp", "onvif", "banner", "nmap"})
"""Channels on which an answer makes its port an open TCP port."""


class Answer(NamedTuple):
    """One answer. `asked` names the request where the text shows it; `raw` holds bytes that the text encoded."""

    channel: str
    fields: Fields
    asked: str = ""
    raw: bytes = b""
    port: int | None = None


Form: TypeAlias = Callable[[str], Iterator[Answer]]
"""Parses a text as one kind of answer; yields nothing if it is of another kind."""

_IN_QUOTES = r"""(?:"((?:[^"\\]|\\.){0,1024}+)"|'((?:[^'\\]|\\.){0,1024}+)'"""
_QUOTED = (
    rf"""{_IN_QUOTES}|([^\s"',;|()\[\]{{}}<>][^\s,;()\[\]{{}}<>]{{0,1023}}+(?:(?:(?<=build)| build) \d{{6,8}}\b)?))"""
)
"""A version may have its build behind a blank."""
_MAPPED = (
    rf"""{_IN_QUOTES}|([^\s"',;|()\[\]{{}}<>][^"',;()\[\]{{}}<>\r\n]{{0,127}}?"""
    r"""(?=[ \t]{0,8}(?:[,;)}\]\r\n]|$))))"""
)
"""In a mapping, an unquoted value ends at the next comma: "V5.1.8 build 140616", as onvif-cli prints it."""
_BYTES = r"""(?:b(?=["']))?"""
"""The prefix of bytes literals in Python."""
_HOLDER = r"""(?:\[\s{0,4}|\{\s{0,4}["'](?:[#_@]?(?:text|value|content)|\$t?|_)["']\s{0,4}:\s{0,4})?"""
"""What converters from XML to JSON put around the text of an element."""
_PAIR = re.compile(
    rf"""["']([A-Za-z][\w .:-]{{0,63}})["']\s{{0,8}}(?::|=>)\s{{0,8}}{_HOLDER}{_BYTES}{_MAPPED}"""  # JSON, Python, Ruby
    rf"""|(?<![\w?&/-])(?<![\d\]]\.)([A-Za-z][\w-]{{0,63}}+)\s{{0,8}}=\s{{0,8}}{_QUOTED}"""  # Name(key='value', n=1)
)
"""Not `Channel.0.Model=...`, which is about one of several other devices."""
_LONG = re.compile(
    r"""(?:^|[({\[]|, )(?:\w{1,64}\.){0,4}([A-Za-z]\w{0,63}) ?= ?"""
    r"""([^\s"'=,;&()\[\]{}<>](?:[^"'=,;&()\[\]{}<>\r\n]|\([\w .-]{1,32}\)){0,127}?)"""
    r"""(?=, [A-Za-z]|[)}\]]|[ \t]{0,8}\r?$)""",
    re.MULTILINE,
)
"""An unquoted value with spaces or brackets, which ends at the next comma or at the end of the line."""
_METRIC = re.compile(r"""^[A-Za-z_:][\w:]{0,127}\{\w{1,64}=".{0,4096}\} [\d.+-]""", re.MULTILINE)
"""A sample of Prometheus, which was not sent by a device."""
_MEMBER = re.compile(
    r"""[{(,]\s{0,8}([A-Za-z]\w{0,63}+):\s{0,8}(?:(?:Some|Optional)\()?(?:"([^"\\]{0,1024}+)"|'([^'\\]{0,1024}+)')"""
)
"""A member of an object in JavaScript, Rust or Swift."""
_STRUCTURE = re.compile(
    r"(?<=[{\[ ])([A-Z]\w{0,63}):([^\s\"'{}\[\]][^\"'{}\[\]\r\n]{0,127}?)(?= (?!Date:)[A-Z]\w{0,63}:|[}\]])"
)
"""A member of a structure or a map as Go prints it. A date belongs to the firmware before it: "1.0,Build Date:2021"."""
_GLUED = re.compile(r"^[ \t]{0,64}([A-Z][A-Za-z]{2,31}):([^\s:/][^\r\n]{0,255})(?=\r?$)", re.MULTILINE)
"""A line without a blank behind the colon."""
_SYMBOL = re.compile(r"""[{,]\s{0,8}:([a-z][\w-]{0,63}+)(?: ?=> ?| )"([^"\\]{0,1024}+)\"""")
"""A member of a map whose names are symbols, as in Ruby and Clojure."""
_KEYED = re.compile(r"^[ \t]{1,64}\[([A-Za-z]\w{0,63})\] => (\S[^\r\n]{0,1023})\r?$", re.MULTILINE)
"""A property as PHP prints it."""
_LINE = re.compile(
    r"^(?:\[\w{1,16}\] )?[ \t|_*-]{0,64}([^\W\d_][\w ./-]{0,63}?)[ \t]{0,32}"
    r"(?:\*{0,2}:\*{0,2}[ \t]{1,32}|\uff1a[ \t]{0,32})(\S[^\r\n]{0,1023})",
    re.MULTILINE,
)
_NEXT = re.compile(
    r"(?:[,;|][ \t]{1,8}| -{1,2} |[ ]?\t[ \t]{0,8}| {2,8}|[ ](?=(?:Model|Firmware|FW|Serial|S/?N|MAC)\b))"
    r"([A-Za-z][\w ]{1,31}?)[ \t]{0,8}:[ \t]{1,8}"
)
"""The beginning of the next pair in a line; after a single space only certain names."""
_TABBED = re.compile(r"^([A-Za-z][\w ]{1,31})\t{1,4}([^\t\r\n]{1,256})\r?$", re.MULTILINE)
_TAG = re.compile(
    r"<(?:[\w.-]{1,32}:)?([A-Za-z]\w{0,63}+)(?:\s[^<>]{0,512})?>(?:<!\[CDATA\[)?([^<\]]{1,1024}+)(?:\]\]>)?</"
)


def over_udp(channel: str) -> str:
    """The channel of an answer that came by UDP: its own, unless that would make its port an open TCP port."""
    return "udp" if channel in _OF_OPEN_PORTS else channel


def fields_of(decode: Callable[P, Fields], *args: P.args, **kwargs: P.kwargs) -> Fields:
    """The fields that a codec reads; empty if it refuses."""
    try:
        return decode(*args, **kwargs)
    except DecodeError:
        return {}


def body_fields(text: str) -> Fields:
    """The text as the body of an HTTP answer without other fields."""
    fields = fields_of(http.decode, f"HTTP/1.1 200 OK\r\n\r\n{text.strip()}".encode())
    return {name: values for name, values in fields.items() if name == "http.body"}


def answer(channel: str, fields: Fields, asked: str = "", raw: bytes = b"") -> Iterator[Answer]:
    """One answer, if it has any field."""
    if fields:
        yield Answer(channel, fields, asked, raw)


def observed(target: str, one: Answer, at: datetime) -> Observation:
    """An answer as an observation. A challenge, or a fault that denies access, has the outcome `AUTH_REQUIRED`."""
    denied = http.auth_required(one.fields) or rtsp.auth_required(one.fields) or onvif.is_denied(one.fields)
    outcome = Outcome.AUTH_REQUIRED if denied else Outcome.ANSWERED
    return Observation(target, one.channel, outcome, at, one.port, one.asked, one.fields, one.raw)


def pairs(text: str) -> tuple[tuple[str, str], ...]:
    """All (name, value) pairs in a text: key='value', "key": "value", lines "Key: value", and XML elements.

    Metrics of Prometheus are ignored.

    >>> pairs("Info(model='A1', fw_version=2)")
    (('model', 'A1'), ('fw_version', '2'))
    """
    found: list[tuple[str, str]] = []
    if _METRIC.search(text):
        return ()
    whole = dict(_LONG.findall(text[:MAX_TEXT]))
    for match in _PAIR.finditer(text[:MAX_TEXT]):
        groups = match.groups()
        name = groups[0] or groups[4]
        value = next((value for value in groups[1:4] + groups[5:] if value is not None), "")
        found.append((name, whole[name] if whole.get(name, "").startswith((f"{value} ", f"{value}(")) else value))
    found += ((name, double or single) for name, double, single in _MEMBER.findall(text[:MAX_TEXT]))
    found += _STRUCTURE.findall(text[:MAX_TEXT])
    found += _SYMBOL.findall(text[:MAX_TEXT])
    found += _KEYED.findall(text[:MAX_TEXT])
    for name, value in _LINE.findall(text[:MAX_TEXT]):
        found += _listed(name.rpartition(" - ")[2], value)
    found += _TABBED.findall(text[:MAX_TEXT])
    found += of_table(text[:MAX_TEXT])
    found += glued if len(glued := _GLUED.findall(text[:MAX_TEXT])) >= MANY else ()
    found += _TAG.findall(text[:MAX_TEXT])
    return tuple((name, value.strip()) for name, value in found[:MAX_PAIRS] if value.strip())


def _listed(name: str, value: str) -> Iterator[tuple[str, str]]:
    """The pairs of one line, which may hold several: "Manufacturer: A, Model: B, Build: 1"."""
    *names, last = _NEXT.split(value)
    for text, following in zip(names[::2], names[1::2], strict=True):
        yield name, _plain(text)
        name = following
    yield name, _plain(last)


def _plain(value: str) -> str:
    """A value without Markdown marks and quotes around it."""
    value = value.rstrip(" \t|")
    value = value[:-1] if value.endswith(('",', "',", "],")) else value
    value = value[1:-1].strip() if value.startswith("[") and value.endswith(("']", "' ]", '"]', '" ]')) else value
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "`\"'" else value.removesuffix("**")


def named(found: Iterable[tuple[str, str]], names: Mapping[str, str]) -> list[tuple[str, str]]:
    """The pairs whose name is a key of `names`, ignoring case, accents and punctuation, renamed to its value."""
    return [(names[key(name)], value) for name, value in found if key(name) in names]


key = lru_cache(maxsize=4096)(compact)
"""A name without case, accents and punctuation."""

"""One JSON document of schema `camscan/1`, written one device at a time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from camscan.records import Report
from camscan.reports.base import Page
from camscan.reports.document import SCHEMA, Object, device_object, scan_object

_ENCODER = json.JSONEncoder(ensure_ascii=False)
_UNPRINTABLE = re.compile(r"[^\x20-\x7e]")


def render(report: Report, _page: Page) -> Iterator[str]:
    """The document, with each device on a line of its own."""
    head = {"schema": SCHEMA, "scan": scan_object(report), "left_out": sum(report.left_out.values())}
    return document(head, "devices", map(device_object, report.devices))


def document(head: Mapping[str, Any], name: str, values: Iterable[Object]) -> Iterator[str]:
    """An object whose members each begin a line; the last is an array called `name`, with each item on a line."""
    members = (f'"{key}": {dumps(value)}' for key, value in head.items())
    yield "{" + ",\n ".join((*members, f'"{name}": ['))
    yield from items(values)
    yield "]}\n"


def items(values: Iterable[Object], indent: str = "  ") -> Iterator[str]:
    """The items of an array, each on a line of its own."""
    separator = f"\n{indent}"
    for value in values:
        yield separator + dumps(value)
        separator = f",\n{indent}"


def dumps(value: Any) -> str:
    """`value` as JSON on one line of printable ASCII: texts stay raw for a parser, and are harmless on any terminal.

    Lone surrogates become U+FFFD: they are no text, and stop other parsers (RFC 8259, 8.2).
    """
    text = _ENCODER.encode(value)
    return text if text.isascii() and text.isprintable() else _UNPRINTABLE.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    number = ord(match[0])
    if 0xD800 <= number < 0xE000:
        return "\\ufffd"
    return f"\\u{number:04x}" if number < 0x10000 else json.dumps(match[0])[1:-1]

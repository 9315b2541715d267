"""What kind of file a list is, by how it begins and not by its name: text is often called `.xls`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from camscan.errors import UsageError
from camscan.text.fileformats import BUNDLE, OF_CAMSCAN, format_of

_WORKBOOKS = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_NO_NAMES = re.compile(rb'\[\s*(?:"|\[\s*["\[{\d])')
"""A list in JSON of texts or lists; a bracket alone may begin an IPv6 address."""

_CONTROLS = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]")
"""Bytes that no text has in an encoding of single bytes, or of ASCII and more."""
_FEWEST_CONTROLS, _ONE_IN = 8, 32
"""So many of them, and so large a part, make a file binary; of bytes at random they are one in ten."""


def kind_of(path: Path, head: bytes) -> Literal["workbook", "json", "text"]:
    """The kind of a file that begins so.

    Raises UsageError if it is empty, or of a kind in which lists cannot be read.
    """
    start = head.removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff").lstrip(b" \t\r\n\0")
    if not start:
        raise UsageError(f"{path} is empty: give the file that contains the list")
    what = "HTML or XML" if start.startswith(b"<") else format_of(start)
    if head.startswith(_WORKBOOKS) and what != BUNDLE:
        return "workbook"
    if what:
        raise UsageError(f"{path} is {what}: {OF_CAMSCAN.get(what, 'save the list as XLSX, ODS, CSV or JSON')}")
    if _NO_NAMES.match(start.replace(b"\0", b"")):
        raise UsageError(f"{path} is a JSON list without names: write each device as an object, or save it as CSV")
    return "json" if _is_json(start.replace(b"\0", b"")) else "text"


def is_binary(head: bytes) -> bool:
    """Whether a file that begins so is no text in an encoding of single bytes, or of ASCII and more."""
    controls = len(_CONTROLS.findall(head))
    return controls >= _FEWEST_CONTROLS and controls * _ONE_IN > len(head)


def _is_json(start: bytes) -> bool:
    """A brace, or a bracket that does not begin an IPv6 address."""
    inside = start[1:].lstrip()[:1]
    return (start[:1] == b"{" and inside in {b'"', b"}"}) or (start[:1] == b"[" and inside in {b"{", b"]"})

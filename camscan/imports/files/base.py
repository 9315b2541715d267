"""The interface of a file reader, and what readers share: bounded lines, addresses, and the summary of a file."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_address
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import BinaryIO, TypeAlias

from camscan.codecs.layout import fields as as_fields
from camscan.codecs.text import mac, to_text
from camscan.imports.forms import macs
from camscan.imports.forms.base import Answer, observed
from camscan.records import Fields, Observation

SNIFFED = 4096  # bytes at the head of a file by which its kind is recognised
MAX_LINE = 64 * 1024  # bytes of one line; masscan's longest, a certificate in base64, has below 6 KiB
_PIECE = 1024 * 1024
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1f]")
"""What no text holds."""
IPV4 = r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}"
IP = rf"{IPV4}|[0-9A-Fa-f]{{0,4}}(?::[0-9A-Fa-f]{{0,4}}){{2,7}}"
"""Patterns of what may be an address in a line; whether it is one, `address_of` says."""
MAX_REASONS = 16  # kinds of faults that a summary counts apart


@dataclass(slots=True)
class Summary:
    """The result of reading a file: counts of records read (`whole`), unreadable (`broken`), and left out by reason.

    `without_ip` counts those read whose IP address no file tells, and `undated` those that are dated by the file, since
    what they say of when they were seen is not understood. `cut` says why the end of the file could not be read; ""
    where all of it was. `remark` says what of it is not read by design, and what reads that.
    """

    whole: int = 0
    broken: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    without_ip: int = 0
    undated: int = 0
    cut: str = ""
    remark: str = ""

    def skip(self, reason: str) -> None:
        """Count a record that is left out."""
        self.skipped[reason if reason in self.skipped or len(self.skipped) < MAX_REASONS else "other"] += 1


Read: TypeAlias = Callable[[BinaryIO, datetime, Summary], Iterator[Observation]]
"""Yields the observations in a stream and updates the summary. The time is for records without one."""


@dataclass(frozen=True, slots=True)
class Reader:
    """One kind of file. `sniff` recognises it by its first `SNIFFED` bytes; `channels` are all that it may yield."""

    name: str
    sniff: Callable[[bytes], bool]
    read: Read
    channels: tuple[str, ...]


@contextmanager
def in_utf8(stream: BinaryIO) -> Iterator[BinaryIO]:
    """The stream; or a copy in UTF-8 without a BOM if it has one, as files of PowerShell and Excel have.

    So is a text whose lines end as on old Macs, as spreadsheets offer it still.
    """
    start = stream.read(SNIFFED)
    is_wide = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    ends_in_cr = b"\r" in start and b"\n" not in start and not _CONTROLS.search(start)
    stream.seek(len(codecs.BOM_UTF8) if start.startswith(codecs.BOM_UTF8) else 0)
    if not is_wide and not ends_in_cr and stream.tell() == 0:
        yield stream
        return
    with TemporaryFile() as copy:
        if is_wide:
            copy.writelines(_from_utf16(stream))
        elif ends_in_cr:
            copy.writelines(piece.replace(b"\r", b"\n") for piece in iter(lambda: stream.read(_PIECE), b""))
        else:
            copyfileobj(stream, copy, _PIECE)
        copy.seek(0)
        yield copy


def _from_utf16(stream: BinaryIO) -> Iterator[bytes]:
    decode = codecs.getincrementaldecoder("utf-16")("replace").decode
    while piece := stream.read(_PIECE):
        yield decode(piece).encode("utf-8", "replace")


def lines(stream: BinaryIO, summary: Summary, most: int = MAX_LINE) -> Iterator[str]:
    """The non-blank lines, without line ends. A line of `most` bytes or more is skipped and counted as broken."""
    while line := stream.readline(most):
        if len(line) == most and not line.endswith(b"\n"):
            summary.broken += 1
            while line and not line.endswith(b"\n"):
                line = stream.readline(most)
        elif (text := to_text(line).rstrip("\r\n")).strip():
            yield text


def address_of(text: str) -> str:
    """A unicast address in its usual notation; "" for anything else (a network, a multicast address, other text)."""
    try:
        address = ip_address(text.strip())
    except ValueError:
        return ""
    return "" if address.is_unspecified or address.is_multicast or text == "255.255.255.255" else str(address)


def link_fields(text: str) -> Fields:
    """The fields of a unicast MAC address and of the organization that holds its block; empty for any other text."""
    address = mac(text)
    if address is None or int(address[1], 16) & 1:  # a group's
        return {}
    return next(iter(macs.registered(address))).fields


def imported(target: str, channel: str, at: datetime, fields: Fields, asked: str = "") -> Observation:
    """An observation that another tool made."""
    return observed(target, Answer(channel, fields, asked), at)


def names(**values: str) -> Fields:
    """Fields from keyword arguments, in whose names "__" stands for the dot; empty values are left out."""
    return as_fields((name.replace("__", "."), value) for name, value in values.items())


def moment(seconds: str, otherwise: datetime) -> datetime:
    """The time of a number of seconds since 1970 as text; `otherwise` if it is 0 or not a number."""
    since = number(seconds)
    return datetime.fromtimestamp(since, UTC) if since else otherwise


def number(text: str, digits: int = 11) -> int | None:
    """A number in decimal of so many digits at most, as of seconds since 1970; None for any other text."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= digits else None

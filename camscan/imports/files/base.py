"""What every reader of files is, and what readers share: bounded lines, addresses, counts of what was not whole."""

from __future__ import annotations

import codecs
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_address
from tempfile import TemporaryFile
from typing import BinaryIO, TypeAlias

from camscan.codecs.layout import fields as as_fields
from camscan.codecs.text import mac, to_text
from camscan.imports.forms import hardware
from camscan.imports.forms.base import Answer, observed
from camscan.records import Fields, Observation

SNIFFED = 4096  # bytes at the head of a file by which its kind is told
MAX_LINE = 64 * 1024  # bytes of one line; masscan's longest, a certificate in base64, has below 6 KiB
_PIECE = 1024 * 1024
MAX_REASONS = 16  # kinds of faults that a summary counts apart


@dataclass(slots=True)
class Summary:
    """What became of a file: records that were read, those that were not whole, and those left out, by reason.

    `cut` says where the file breaks off or stops making sense, "" where it does not.
    """

    whole: int = 0
    broken: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    cut: str = ""

    def skip(self, reason: str) -> None:
        """Count a record that is left out."""
        self.skipped[reason if reason in self.skipped or len(self.skipped) < MAX_REASONS else "other"] += 1


Read: TypeAlias = Callable[[BinaryIO, datetime, Summary], Iterator[Observation]]
"""Yields the observations of a stream and counts into the summary. The time is for what bears none of its own."""


@dataclass(frozen=True, slots=True)
class Reader:
    """One kind of file. `sniff` tells it by the first `SNIFFED` bytes; `channels` are those it may yield."""

    name: str
    sniff: Callable[[bytes], bool]
    read: Read
    channels: tuple[str, ...]


@contextmanager
def in_utf8(stream: BinaryIO) -> Iterator[BinaryIO]:
    """The stream, or a copy in UTF-8 of one that has the mark of UTF-16, as what PowerShell redirects to a file."""
    is_wide = stream.read(2) in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}
    stream.seek(0)
    if not is_wide:
        yield stream
        return
    decode = codecs.getincrementaldecoder("utf-16")("replace").decode
    with TemporaryFile() as copy:
        while piece := stream.read(_PIECE):
            copy.write(decode(piece).encode("utf-8", "replace"))
        copy.seek(0)
        yield copy


def lines(stream: BinaryIO, summary: Summary) -> Iterator[str]:
    """The lines that are not blank, without their ends; one that is too long is counted as broken."""
    while line := stream.readline(MAX_LINE):
        if len(line) == MAX_LINE and not line.endswith(b"\n"):
            summary.broken += 1
            while line and not line.endswith(b"\n"):
                line = stream.readline(MAX_LINE)
        elif (text := to_text(line).rstrip("\r\n")).strip():
            yield text


def address_of(text: str) -> str:
    """An address of one station in its usual notation; "" for anything else, as networks, groups and no address."""
    try:
        address = ip_address(text.strip())
    except ValueError:
        return ""
    return "" if address.is_unspecified or address.is_multicast or text == "255.255.255.255" else str(address)


def link_fields(text: str) -> Fields:
    """A station's MAC address, with the organization that holds its block; nothing for what is none."""
    address = mac(text)
    if address is None or int(address[1], 16) & 1:  # a group's
        return {}
    return next(iter(hardware.registered(address))).fields


def seen(target: str, channel: str, at: datetime, fields: Fields, asked: str = "") -> Observation:
    """An answer that somebody else saw."""
    return observed(target, Answer(channel, fields, asked), at)


def names(**values: str) -> Fields:
    """Fields whose dots are written as "__", without those that are empty."""
    return as_fields((name.replace("__", "."), value) for name, value in values.items())


def moment(seconds: str, otherwise: datetime) -> datetime:
    """A time in whole seconds since 1970 UTC, or the other where the text is none."""
    plain = seconds.isascii() and seconds.isdecimal() and len(seconds) <= 11
    return datetime.fromtimestamp(int(seconds), UTC) if plain and int(seconds) else otherwise

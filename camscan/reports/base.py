"""What a report format is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from camscan.records import Report


@dataclass(frozen=True, slots=True)
class Page:
    """What a report is shown on: its width in columns, and whether it shows colour."""

    width: int = 80
    colour: bool = False


def _always() -> None:
    """What a format needs that every host has."""


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write a report. `render` yields it in pieces; a format that is read by programs ignores the page."""

    name: str
    render: Callable[[Report, Page], Iterator[str] | Iterator[bytes]]
    binary: bool = False
    """Whether it is bytes, for which a terminal is no place."""
    check: Callable[[], None] = _always
    """Raises HostError where this host lacks what the format needs: better before a scan than after it."""

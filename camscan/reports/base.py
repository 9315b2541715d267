"""What a report format is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from importlib import import_module
from types import ModuleType
from typing import TypeAlias

from camscan.records import Report


@dataclass(frozen=True, slots=True)
class Page:
    """What a report is shown on: its width in columns, and whether it shows colour.

    `marked` asks a table for spreadsheets to begin with a byte order mark, by which Excel knows UTF-8.
    `whole` asks for all evidence on paper, which else gets what decides. `part` is the place of a report among
    several in one file, from 0: then its devices say of which site they are.
    """

    width: int = 80
    colour: bool = False
    marked: bool = False
    whole: bool = False
    part: int | None = None


Render: TypeAlias = Callable[[Report, Page], Iterator[str] | Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write a report: the file of its name in this room, which is imported when the format is asked for."""

    name: str
    binary: bool = False  # whether it is bytes, for which a terminal is no place
    several: bool = False  # whether one file may hold several reports, each of a site
    sums_up: bool = False
    """Whether it also shows the burn-down of the site, and an inventory that was held against the scan."""

    @property
    def render(self) -> Render:
        """Yields a report in pieces; a format that is read by programs ignores the page."""
        found: Render = self._file.render
        return found

    def render_each(self, reports: Iterable[Report], page: Page) -> Iterator[str] | Iterator[bytes]:
        """Yields several reports, of which there is at least one: as the format joins them, or one after the other."""
        if joined := getattr(self._file, "render_each", None):
            made: Iterator[str] | Iterator[bytes] = joined(reports, page)
            return made
        parts = (self.render(report, replace(page, part=number)) for number, report in enumerate(reports))
        return (str(piece) for part in parts for piece in part)

    def check(self) -> None:
        """See in time that the host has what the format needs. Raises HostError if it lacks something."""
        if needs := getattr(self._file, "check", None):
            needs()

    @property
    def _file(self) -> ModuleType:
        return import_module(f"camscan.reports.{self.name}")

"""The result of a command: in which format it is written, and where to."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from camscan.cli.parameters.options import Decorator, choice, gathered
from camscan.cli.terminal.telling import is_quiet, say
from camscan.cli.terminal.waiting import waiting
from camscan.cli.terminal.writing import hindrance, output_width, page, wrapped, write
from camscan.errors import HostError, UsageError
from camscan.records import Origin, Report
from camscan.reports import FORMATS, Page
from camscan.reports.escape import cell, terminal

if TYPE_CHECKING:
    from camscan.reports.workbook import Cell

FORMAT_NAMES = tuple(FORMATS)
_NO_ENDINGS = ("table", "netbox", "cyclonedx")
ENDINGS = {".cdx.json": "cyclonedx", ".htm": "html", ".md": "markdown", ".ndjson": "jsonl"} | {
    f".{name}": name for name in FORMAT_NAMES if name not in _NO_ENDINGS
}
"""Which format a file's name asks for, the longer ending first. One that ends otherwise says nothing."""

_FOREIGN = frozenset(
    (
        *(".doc", ".docx", ".gz", ".jpg", ".ods", ".odt", ".png", ".pptx", ".rtf"),
        *(".tsv", ".xls", ".xml", ".xz", ".yaml", ".yml", ".zip", ".zst"),
    )
)
"""Endings of files that a table of text would be no good as: whoever opens it expects something else."""


@dataclass(frozen=True, slots=True)
class Output:
    """Where the result of a command goes, and in which format; `file` is None for stdout."""

    format: str
    file: Path | None

    def ready(self) -> None:
        """See that a report can be written so, before a scan takes an hour.

        Raises UsageError if the format is binary and stdout a terminal; HostError if the file could not be written, or
        this host lacks what the format needs.
        """
        chosen = FORMATS[self.format]
        if chosen.binary and self.file is None and sys.stdout.isatty():
            raise UsageError(
                f"{self.format} cannot be shown on a terminal: choose a file, such as --output scan.{self.format}"
            )
        if self.file and (what := hindrance(self.file)):
            raise HostError(f"cannot write {self.file}: {what}: choose another --output")
        chosen.check()

    @property
    def page(self) -> Page:
        """What it is shown on."""
        return page(to_file=self.file is not None)

    @property
    def width(self) -> int:
        """The columns that a line may take."""
        return output_width(self.file)

    def waiting(self) -> AbstractContextManager[None]:
        """Tell on stderr that a file is being written, if that takes long."""
        return waiting(f"Writing {self.file}") if self.file else nullcontext()

    def write(self, parts: Iterable[str] | Iterable[bytes]) -> None:
        """Write the result as it is; see `writing.write`."""
        write(parts, self.file)

    def write_lines(self, parts: Iterable[str]) -> None:
        """Write text whose lines a terminal has room for, however narrow it is."""
        write(wrapped(parts, self.width), self.file)

    def write_json(self, document: Mapping[str, Any]) -> None:
        """Write an object as JSON."""
        write([json.dumps(document, indent=1) + "\n"], self.file)

    def write_table(self, title: str, sheet: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
        """Write rows as csv, or as the one sheet of a workbook for xlsx; `title` is the workbook's."""
        from camscan.reports.csv import lines
        from camscan.reports.workbook import MAX_LIST, tables

        if self.format == "xlsx":
            self.write([tables(title, datetime.now(UTC), {sheet: (heads, rows)})])
            return
        cells = ((cell("" if value is None else str(value), MAX_LIST) for value in row) for row in rows)
        self.write(lines(chain([map(cell, heads)], cells)))

    def write_report(self, report: Report, *, marked: bool = False, whole: bool = False) -> None:
        """Write a report; `marked` and `whole` as in `Page`. Raises as `ready` says."""
        self.ready()
        self.write(FORMATS[self.format].render(report, replace(self.page, marked=marked, whole=whole)))

    def write_reports(self, reports: Iterable[Report]) -> None:
        """Write several reports, of which there is at least one, as one file. Raises as `ready` says."""
        self.ready()
        self.write(FORMATS[self.format].render_each(reports, self.page))

    def summarize(self, report: Report) -> None:
        """Say on stderr what a scan came to, where its table is not on stdout to say so."""
        if self.file is None and self.format == "table":
            return
        from camscan.reports.findings import summary

        stored = () if report.scan.origin is Origin.DISCOVER else (f"Scan {report.scan.id} is stored.",)
        self.tell((*summary(report), *stored))

    def tell(self, sentences: Iterable[str]) -> None:
        """Say on stderr what came of a command, and which file holds it; nothing if it is to be quiet."""
        if is_quiet():
            return
        written = (f"{terminal(str(self.file))} is written.",) if self.file else ()
        width = shutil.get_terminal_size().columns if sys.stderr.isatty() else sys.maxsize
        say("".join(wrapped((*sentences, *written), width)))


def _file(_context: click.Context, _option: click.Parameter, file: Path | None) -> Path | None:
    return None if file == Path("-") else file


destination = click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=_file,
    is_eager=True,  # its ending decides the format, so it is read first
    help="Write to FILE instead of stdout.",
)


def _asked_by(file: Path, otherwise: str) -> str:
    name = file.name.lower()
    return next((format_ for ending, format_ in ENDINGS.items() if name.endswith(ending)), otherwise)


def written(*names: str, always: bool = True, elsewhere: Mapping[str, str] | None = None) -> Decorator[Any]:
    """In which of these formats, and where to: the one that is named, else as the output's name ends, else the first.

    Without `always`, nothing is written unless a format or a file is named. `elsewhere`: which command writes some that
    this one does not.
    """

    def chosen(context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
        file: Path | None = context.params.get("output")
        ending = file.suffix.lower() if file and value is None else ""
        meant = [f"write {right}, or " for right in ENDINGS if ending != right and sorted(ending) == sorted(right)]
        if ending in _FOREIGN or meant:
            choice = f"choose one of {', '.join(names)} with --format"
            raise UsageError(f"cannot write {file and file.suffix} files here: {''.join(meant[:1])}{choice}")
        asked = value or (_asked_by(file, names[0]) if file else names[0] if always else None)
        if asked is not None and asked not in names:
            other = f"use {elsewhere[asked]}, or " if elsewhere and asked in elsewhere else ""
            raise UsageError(
                f"cannot write {file} as {asked} here: {other}choose another file name, or --format"
                f" {' or '.join(names)}"
            )
        return asked

    said = "The output format. Default: by the extension of --output, else "
    said += f"{names[0] if always else 'nothing is written'}."
    format_ = click.option("--format", "format_", type=choice(names), callback=chosen, help=said)
    return gathered("out", _output, ("format_", "output"), format_, destination)


def _output(format_: str | None, file: Path | None) -> Output | None:
    return None if format_ is None else Output(format_, file)

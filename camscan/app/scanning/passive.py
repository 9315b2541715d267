"""Scans that asked nobody: what devices announce of themselves, and what other tools recorded."""

from __future__ import annotations

import contextlib
import hashlib
import platform
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import chain, groupby
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from camscan.app.judging.switchports import has_switch_port
from camscan.app.scanning.signals import ended_by_signals
from camscan.errors import HostError, StoreError, UsageError
from camscan.imports.files import switchports
from camscan.imports.files.base import Reader, Summary
from camscan.imports.sources import Source, described
from camscan.records import MOST_TELLING, READ_IN, LedgerEntry, Observation, Origin, Scan, ScanStatus, Vantage
from camscan.reports.escape import terminal
from camscan.scansettings import ORIGIN, SWITCH_PORTS
from camscan.store.batches import batched
from camscan.store.store import Store
from camscan.store.writer import Writer
from camscan.text.timestamps import utc

if TYPE_CHECKING:
    from camscan.net.programs.l2 import L2Program

_BATCH = 500
_MAX_NAME = 64  # characters of a file's name in evidence: each observation holds it


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """A file that another tool wrote, what reads it, and what became of its records."""

    source: Source
    reader: Reader
    summary: Summary = field(default_factory=Summary)

    def __str__(self) -> str:
        return f"{self.source.name} ({self.reader.name})"

    @property
    def outcome(self) -> str:
        """What became of its records, as a sentence."""
        return f"{self}: {described(self.summary)}"


class Records:
    """What other tools recorded, read up to its beginning.

    Raises UsageError if nothing could be read of any file, and one is damaged or of another kind.
    """

    def __init__(self, files: Sequence[ImportedFile]) -> None:
        self.files = files
        self.notes = [f"imported from {file}, SHA-256 {_digest(file.source.original)}" for file in files]
        named = list(zip(files, _shown_names(files), strict=True))
        self.ports = _ports(named)
        told = (_observations(file, name, self.ports) for file, name in _switches_last(named))
        rest = chain.from_iterable(batched(some, _BATCH) for some in told)
        self.first = next(rest, ())
        self.batches = chain((self.first,), rest)
        if not self.first and any(file.summary.cut or file.summary.broken for file in files):
            read = "\n".join(file.outcome for file in files)
            raise UsageError(f"{read}: nothing is stored")


def import_records(store: Store, records: Records, site: str | None) -> Scan:
    """Store what other tools recorded as one scan, which is partial where a file could not be read to its end.

    It is dated by what was recorded: what an old file shows has not come back, however late it is imported.
    """
    files = records.files
    channels = tuple(dict.fromkeys(channel for file in files for channel in file.reader.channels))
    names = tuple(file.source.name for file in files)
    scan = replace(_new(Origin.IMPORT, channels, site), targets=names, vantage=Vantage(platform.node()))
    now = scan.started_at
    # If this process is killed, what it has stored is not of today either.
    with _whole_or_not_at_all(store, replace(scan, started_at=min((now, *(one.at for one in records.first))))):
        times, tell_ports = set[datetime](), False
        for batch in records.batches:
            store.append(scan.id, batch)
            tell_ports = tell_ports or any(map(has_switch_port, batch))
            times |= {one.at for one in batch}
            times = {min(times), max(times)} if times else times
        records.ports.count()
        _store_ledger(store, scan.id)
        begin, end = min({*times, now}), min(max(times, default=now), now)
        notes = [*records.notes, *(f"{file.source.name}: {described(file.summary)}" for file in files)]
        dated = "dated by what the files recorded, else by when they were last written"
        notes.append(f"imported on {utc(now, 'seconds')}; this scan is {dated}")
        status = ScanStatus.PARTIAL if any(file.summary.cut for file in files) else ScanStatus.COMPLETE
        settings = {**scan.settings, SWITCH_PORTS: "named"} if tell_ports else scan.settings
        return _ended(store, replace(scan, started_at=begin, settings=settings), status, notes, end)


@contextlib.contextmanager
def _whole_or_not_at_all(store: Store, scan: Scan) -> Iterator[None]:
    """Begin a scan, and take it out again where the body is broken off."""
    store.begin(scan)
    try:
        yield
    except BaseException:
        with contextlib.suppress(StoreError):  # what broke it off is told
            store.finish(replace(scan, status=ScanStatus.INTERRUPTED))
            store.thin(scan.id, (), scan.started_at)
        raise


def _shown_names(files: Sequence[ImportedFile]) -> list[str]:
    """What files are called in evidence: without their folders and, where two are called alike, with their number."""
    names = [terminal(Path(file.source.name).name, _MAX_NAME) for file in files]
    return [name if names.count(name) == 1 else f"{name} (file {place})" for place, name in enumerate(names, 1)]


def _ports(named: Iterable[tuple[ImportedFile, str]]) -> switchports.SwitchPorts:
    """Where devices are connected, by the tables of switches among the files."""
    ports = switchports.SwitchPorts()
    for file, name in named:
        if file.reader is switchports.READER:
            ports.add(name, file.source.stream, file.summary)
    return ports


def _switches_last(named: Iterable[tuple[ImportedFile, str]]) -> list[tuple[ImportedFile, str]]:
    """The files with the tables of switches last, behind all that may tell of an IP address."""
    return sorted(named, key=lambda pair: pair[0].reader is switchports.READER)


def _observations(file: ImportedFile, name: str, ports: switchports.SwitchPorts) -> Iterator[Observation]:
    """What a file tells, and where it was read; of a device whose MAC a switch's table lists, its port too."""
    for one in file.reader.read(file.source.stream, file.source.at, file.summary):
        place = ports.of(one.fields.get("mac.address", ()))
        if place and not one.asked:
            one = replace(one, asked=str(place), fields={**one.fields, **place.fields})  # noqa: PLW2901
        yield replace(one, reason=f"{READ_IN}{name}")
    if file.reader is switchports.READER:
        yield from (replace(one, reason=f"{READ_IN}{name}") for one in ports.untold(name, file.source.at))


async def listen(opened: Callable[[], Store], site: str | None, interface: str, seconds: int) -> Scan:
    """Store what is heard as a scan; whatever ends it, it is kept. The store is `opened` once anything can be heard.

    Raises HostError if it is not possible to listen at all.
    """
    from camscan.imports.packets import CHANNELS, notes
    from camscan.net.programs import l2

    scan = replace(_new(Origin.LISTEN, CHANNELS, site), vantage=Vantage(platform.node(), (interface,)))
    async with l2.listen(interface, seconds) as program:
        with opened() as store:
            store.begin(scan)
            status, failed = await _stored(program, store, scan)
            return _ended(store, scan, status, [*failed, *notes(program.counters)])


async def _stored(program: L2Program, store: Store, scan: Scan) -> tuple[ScanStatus, list[str]]:
    """Store what a program hears until it ends; how it ended, and what broke it off."""
    writer = Writer(store, scan.id)
    status, failed = ScanStatus.COMPLETE, list[str]()
    try:
        with ended_by_signals(program.stop):
            await _keep(program, writer)
    except HostError as error:
        status, failed = ScanStatus.PARTIAL, [str(error)]
    finally:
        await writer.close()
    _store_ledger(store, scan.id)
    if program.counters.get("downs"):
        status = ScanStatus.PARTIAL
    if program.counters.get("interrupted"):
        status = ScanStatus.INTERRUPTED
    return status, failed


async def _keep(program: L2Program, writer: Writer) -> None:
    from camscan.imports.packets import observations

    async for heard in program:
        for observation in observations(heard):
            await writer.put(observation)


def _new(origin: Origin, channels: tuple[str, ...], site: str | None) -> Scan:
    return Scan(secrets.token_hex(6), datetime.now(UTC), (), channels, site, settings={ORIGIN: origin})


def _ended(store: Store, scan: Scan, status: ScanStatus, notes: Sequence[str], at: datetime | None = None) -> Scan:
    ended = replace(scan, finished_at=at or datetime.now(UTC), status=status, notes=tuple(notes))
    store.finish(ended)
    return ended


def _store_ledger(store: Store, scan_id: str) -> None:
    for entries in batched(_entries(store.observations(scan_id)), _BATCH):
        store.append(scan_id, entries=entries)


def _entries(observations: Iterable[Observation]) -> Iterator[LedgerEntry]:
    """What was seen of each host, by channel the most telling of it: nobody knows which others there are."""
    for target, seen in groupby(observations, key=lambda observation: observation.target):
        best_last = sorted(seen, key=lambda one: -MOST_TELLING[one.outcome])
        yield LedgerEntry(target, {one.channel: one.outcome for one in best_last})


def _digest(stream: BinaryIO) -> str:
    """The SHA-256 of a whole stream, which is left at its start."""
    stream.seek(0)
    digest = hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]  # files have readinto
    stream.seek(0)
    return digest

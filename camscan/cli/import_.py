"""`camscan import`: the files of other tools become a stored scan; no packet is sent."""

from __future__ import annotations

import contextlib
import platform
import secrets
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import groupby, islice
from typing import TYPE_CHECKING, BinaryIO, TypeVar

import click

from camscan.cli import options, sources
from camscan.cli.exits import Exit

if TYPE_CHECKING:
    from camscan.imports.files.base import Reader, Summary
    from camscan.records import LedgerEntry, Observation
    from camscan.store import Store

_BATCH = 500
_PIECE = 1024 * 1024
_T = TypeVar("_T")


@click.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--kind", metavar="NAME", help="The kind of file, if its content does not show it.")
@options.site
@options.db
@options.quiet
def import_(files: tuple[str, ...], kind: str | None, site: str | None, db: str | None, quiet: bool) -> None:
    """Store what other tools found as a scan, so that every command for stored scans works on it.

    It reads packet captures (pcap), nmap's XML, the JSON of masscan, zgrab2, httpx and Shodan, masscan's lists,
    Zeek's software, ssl and dhcp logs, the DHCP leases of dnsmasq, ISC dhcpd and Kea, the output of `ip neigh`,
    `arp -a` and the like, and CSV tables of addresses and MAC addresses. FILE may be - for stdin. The ID of the new
    scan is printed.

    \b
    Examples:
      camscan import site.xml dnsmasq.leases --site headquarters
      ip neigh | camscan import -
      zcat shodan.json.gz | camscan import - --kind shodan
    """
    from camscan.app.deriving import merged
    from camscan.app.judging import library
    from camscan.imports.files.base import SNIFFED, Summary
    from camscan.imports.registry import reader_for
    from camscan.store import Store

    with contextlib.ExitStack() as stack:
        read: list[tuple[sources.Source, Reader, Summary]] = []
        for name in files:
            source = stack.enter_context(sources.opened(name))
            read.append((source, reader_for(sources.head(source.stream, SNIFFED), kind, source.name), Summary()))
        with Store.open(db) as store:
            scan_id, is_whole = _stored(store, read, site)
            if not quiet:
                for source, reader, summary in read:
                    click.echo(f"{source.name} ({reader.name}): {sources.described(summary)}", err=True)
            click.echo(scan_id)
            merged(store, store.scan(scan_id), library())  # else the first look at the scan would have to derive them
    sys.exit(Exit.DONE if is_whole else Exit.INCOMPLETE)


def _stored(store: Store, read: list[tuple[sources.Source, Reader, Summary]], site: str | None) -> tuple[str, bool]:
    """Store everything as one scan. Returns its id, and whether every file came whole."""
    from camscan.records import Origin, Scan, ScanStatus, Vantage

    notes = []
    for source, reader, _ in read:
        notes.append(f"imported from {source.name} ({reader.name}), SHA-256 {_digest(source.original)}")
    channels = dict.fromkeys(channel for _, reader, _ in read for channel in reader.channels)
    names = tuple(source.name for source, _, _ in read)
    scan = Scan(
        secrets.token_hex(6),
        datetime.now(UTC),
        names,
        tuple(channels),
        site,
        vantage=Vantage(platform.node()),
        settings={"origin": Origin.IMPORT},
    )
    store.begin(scan)
    for source, reader, summary in read:
        for batch in _batches(reader.read(source.stream, source.at, summary)):
            store.append(scan.id, batch)
    for entries in _batches(_entries(store.observations(scan.id))):
        store.append(scan.id, entries=entries)
    notes += [f"{source.name}: {sources.described(summary)}" for source, _, summary in read]
    is_whole = not any(summary.cut for _, _, summary in read)
    status = ScanStatus.COMPLETE if is_whole else ScanStatus.PARTIAL
    store.finish(replace(scan, finished_at=datetime.now(UTC), status=status, notes=tuple(notes)))
    return scan.id, is_whole


def _entries(observations: Iterable[Observation]) -> Iterator[LedgerEntry]:
    """What was seen of each host, by channel the most telling of it: nobody knows which others were asked."""
    from camscan.records import MOST_TELLING, LedgerEntry

    for target, seen in groupby(observations, key=lambda observation: observation.target):
        best_last = sorted(seen, key=lambda one: -MOST_TELLING[one.outcome])
        yield LedgerEntry(target, {one.channel: one.outcome for one in best_last})


def _digest(stream: BinaryIO) -> str:
    """The SHA-256 of a whole stream, which is left at its start."""
    import hashlib

    digest = hashlib.sha256()
    stream.seek(0)
    while piece := stream.read(_PIECE):
        digest.update(piece)
    stream.seek(0)
    return digest.hexdigest()


def _batches(items: Iterable[_T]) -> Iterator[list[_T]]:
    left = iter(items)
    while batch := list(islice(left, _BATCH)):
        yield batch

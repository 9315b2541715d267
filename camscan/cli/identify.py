"""`camscan identify`: rules over stored scans or pasted answers; no packet is sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camscan.cli import options
from camscan.errors import UsageError
from camscan.records import Judged, Observation, Report

if TYPE_CHECKING:
    from camscan.app.sources import Source
    from camscan.identify.library import Library
    from camscan.imports.files.base import Reader
    from camscan.policy import Policy

_MAX_PASTED = 64 * 1024 * 1024
"""Bytes of a file of labelled answers; of a single answer the first part is enough."""


@click.command()
@click.argument("source", required=False, metavar="[FILE|-]")
@options.scan_id
@options.db
@options.judging
@options.all_hosts
@options.written(*options.FORMAT_NAMES)
@options.quiet
def identify(
    source: str | None,
    scan_id: str | None,
    db: str | None,
    policies: tuple[str, ...],
    folders: tuple[Path, ...],
    all_hosts: bool,
    format_: str,
    output: Path | None,
    quiet: bool,
) -> None:
    """Judge a stored scan again by today's rules, or name the device behind a pasted answer.

    FILE (or - for stdin) holds one answer as it was copied: an HTTP head, an RTSP answer, an XML or JSON reply,
    ONVIF scopes, a certificate subject, a MAC address. It may also be a file that `camscan import` reads, or a JSON
    file of labelled answers.

    \b
    Examples:
      camscan identify --scan 4f2a
      echo 'Server: App-webs/' | camscan identify -
    """
    from camscan.app.judging import chosen_policies, library, report_of
    from camscan.cli.writing import write_report

    if source is not None and scan_id is not None:
        raise UsageError("give either a file or --scan ID, not both")
    rules, lists = library(folders), chosen_policies(policies, folders)
    if source is None:
        from camscan.cli.stored import open_store, scan_of
        from camscan.cli.waiting import waiting

        with open_store(db) as store:
            scan = scan_of(store, scan_id, quiet=quiet)
            with waiting(f"Reading scan {scan.id}", quiet=quiet):
                found = report_of(store, scan, rules, lists, all_hosts=all_hosts)
        write_report(found, format_, output)
        return
    write_report(_report(source, rules, lists, all_hosts=all_hosts), format_, output)


def _report(source: str, rules: Library, lists: Sequence[Policy], *, all_hosts: bool) -> Report:
    """What the rules say about a file: another tool's, one of labelled answers, or one answer as it was copied."""
    from camscan.app.identifying import judged
    from camscan.app.sources import head, opened
    from camscan.evaluation.corpus import entries_of, is_corpus
    from camscan.imports import pasted
    from camscan.imports.files.base import SNIFFED
    from camscan.imports.registry import READERS

    with opened(source) as file:
        start = head(file.stream, SNIFFED)
        known = next((reader for reader in READERS if reader.sniff(start)), None)
        if known is not None:
            return _of_tool(file, known, rules, lists, all_hosts=all_hosts)
        data = file.stream.read(_MAX_PASTED + 1)
    if len(data) > _MAX_PASTED:
        raise UsageError(f"{source} is larger than {_MAX_PASTED >> 20} MiB: paste one answer, or use `camscan import`")
    text = data.decode("utf-8-sig", "replace")
    if not text.strip():
        raise UsageError(f"{file.name} is empty: put one answer in it, as it was copied")
    if not is_corpus(text):
        return _made(file, judged(_at(file.name, pasted.read(data, at=file.at, whole=True)), rules, lists), lists)
    corpus = entries_of(text)
    notes = tuple(f"left out: {fault}" for fault in corpus.faults)
    answers = ((entry.id, pasted.read(entry.raw, entry.channel, file.at, whole=True)) for entry in corpus.entries)
    devices = [device for name, seen in answers for device in judged(_at(name, seen), rules, lists)]
    return _made(file, devices, lists, notes)


def _of_tool(file: Source, reader: Reader, rules: Library, lists: Sequence[Policy], *, all_hosts: bool) -> Report:
    from camscan.app.identifying import judged
    from camscan.app.sources import described
    from camscan.imports.files.base import Summary
    from camscan.reports import select

    summary = Summary()
    seen = sorted(reader.read(file.stream, file.at, summary), key=lambda observation: observation.target)
    devices = select(judged(seen, rules, lists), all_hosts=all_hosts)
    return _made(file, devices, lists, (f"{file.name} ({reader.name}): {described(summary)}",))


def _at(target: str, seen: Iterable[Observation]) -> Iterator[Observation]:
    return (replace(observation, target=target) for observation in seen)


def _made(file: Source, found: Iterable[Judged], lists: Sequence[Policy], notes: tuple[str, ...] = ()) -> Report:
    """A report on what no scan of ours saw: it has no ledger but the devices themselves."""
    import platform
    from datetime import UTC, datetime

    from camscan.records import Origin, Outcome, Scan, ScanStatus, Vantage

    devices = tuple(found)
    channels = {item.channel for one in devices for rule in one.device.identifications for item in rule.evidence}
    vantage = Vantage(platform.node())
    scan = Scan("pasted", file.at, (file.name,), tuple(sorted(channels)), None, datetime.now(UTC), vantage=vantage)
    scan = replace(scan, status=ScanStatus.COMPLETE, notes=notes, settings={"origin": Origin.IMPORT})
    policies, ledger = tuple(policy.id for policy in lists), {"": {Outcome.ANSWERED.value: len(devices)}}
    return Report(scan, devices, policies, ledger, len(devices))

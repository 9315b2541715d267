"""What the rules say about a file: another tool's, one of labelled answers, or one answer as it was copied."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from camscan.app.judging.criteria import Criteria
from camscan.app.judging.switchports import with_ports_of
from camscan.app.judging.unstored import judged
from camscan.errors import UsageError
from camscan.evaluation.corpus import entries_of, is_corpus
from camscan.imports import pasted
from camscan.imports.files import banners, maclist
from camscan.imports.files.base import SNIFFED, Reader, Summary
from camscan.imports.registry import READERS
from camscan.imports.sources import Source, described, head, opened
from camscan.records import Judged, Observation, Origin, Outcome, Report, Scan, ScanStatus, Vantage
from camscan.reports import select
from camscan.scansettings import ORIGIN, PASTED
from camscan.text.fileformats import OF_CAMSCAN, PICTURE, format_of

_MAX_PASTED = 64 * 1024 * 1024  # bytes of a file of labelled answers; of a single answer the first part is enough


def report_on(path: Path, name: str, criteria: Criteria, *, all_hosts: bool) -> Report:
    """What the rules say about a file, which is shown by that name.

    Raises UsageError if it cannot be read, is empty or too large, or nothing in it is whole.
    """
    with opened(str(path)) as source:
        file = replace(source, name=name)
        start = head(file.stream, SNIFFED)
        known = next((reader for reader in (*READERS, maclist.READER) if reader.sniff(start)), None)
        if known is not None:
            return _of_tool(file, known, criteria, all_hosts=all_hosts)
        if (what := format_of(start)) and what != PICTURE:  # which may be the icon of a device
            remedy = OF_CAMSCAN.get(what, "give one answer, as it was copied")
            raise UsageError(f"{file.name} is {what}, which is no answer of a device: {remedy}")
        data = file.stream.read(_MAX_PASTED + 1)
    if len(data) > _MAX_PASTED:
        raise UsageError(f"{name} is larger than {_MAX_PASTED >> 20} MiB: paste one answer, or use `camscan import`")
    text = data.decode("utf-8-sig", "replace")
    if not text.strip():
        raise UsageError(f"{file.name} is empty: put one answer in it, as it was copied")
    return _of_corpus(file, text, criteria) if is_corpus(text) else _of_one(file, data, text, criteria)


def _of_one(file: Source, data: bytes, text: str, criteria: Criteria) -> Report:
    if banners.addresses(text) > 1:
        remedy = "import answers with `camscan import --kind banners`; a list of devices is for `camscan reconcile`"
        raise UsageError(f"{file.name} tells of several addresses: {remedy}")
    devices = [*judged(_at(file.name, pasted.read(data, at=file.at, whole=True)), criteria)]
    if format_of(data) == PICTURE and not any(one.device.identifications for one in devices):
        remedy = "no rule knows it as the icon of a device: give one answer, as it was copied"
        raise UsageError(f"{file.name} is a picture, and {remedy}")
    return make_report(file.name, file.at, devices, criteria)


def _of_corpus(file: Source, text: str, criteria: Criteria) -> Report:
    corpus = entries_of(text)
    notes = tuple(f"left out: {fault}" for fault in corpus.faults)
    answers = ((entry.id, pasted.read(entry.raw, entry.channel, file.at, whole=True)) for entry in corpus.entries)
    devices = [device for name, seen in answers for device in judged(_at(name, seen), criteria)]
    return make_report(file.name, file.at, devices, criteria, notes=notes)


def _of_tool(file: Source, reader: Reader, criteria: Criteria, *, all_hosts: bool) -> Report:
    summary = Summary()
    seen = sorted(reader.read(file.stream, file.at, summary), key=lambda observation: observation.target)
    if not seen and (summary.cut or summary.broken):
        raise UsageError(f"{file.name} ({reader.name}): {described(summary)}: there is nothing to identify")
    devices = select(judged(seen, criteria), all_hosts=all_hosts)
    notes = (f"{file.name} ({reader.name}): {described(summary)}",)
    count = len({one.target for one in seen})
    report = make_report(file.name, file.at, devices, criteria, notes=notes, count=count)
    report = replace(report, devices=tuple(with_ports_of(report.scan, report.devices, seen)))
    return replace(report, scan=replace(report.scan, status=ScanStatus.PARTIAL)) if summary.cut else report


def _at(target: str, seen: Iterable[Observation]) -> Iterator[Observation]:
    return (replace(observation, target=target) for observation in seen)


def make_report(
    name: str,
    at: datetime,
    found: Iterable[Judged],
    criteria: Criteria,
    *,
    notes: tuple[str, ...] = (),
    count: int | None = None,
    origin: Origin = Origin.IMPORT,
) -> Report:
    """A report on what no scan of ours saw in a file of that name and time: so many devices are known to be there."""
    devices = tuple(found)
    count = len(devices) if count is None else count
    channels = {item.channel for one in devices for rule in one.device.identifications for item in rule.evidence}
    vantage = Vantage(platform.node())
    scan = Scan(PASTED, at, (name,), tuple(sorted(channels)), None, datetime.now(UTC), vantage=vantage)
    scan = replace(scan, status=ScanStatus.COMPLETE, notes=notes, settings={ORIGIN: origin})
    ledger, cited = {"": {Outcome.ANSWERED.value: count}}, criteria.citations
    return Report(scan, devices, criteria.policy_ids, ledger, count, citations=cited, tools=criteria.tools)

"""The objects of the `camscan/1` document (docs/schema/camscan-1.json), shared by the formats that write them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, TypeAlias

from camscan.records import Evidence, Identification, Judged, Level, Outcome, Report, Scan, ScanStatus
from camscan.reports.words import left_out
from camscan.summaries import Offence, Segment, Slot, Slots, StateChange, SwitchPort
from camscan.text.timestamps import utc
from camscan.text.wording import shortened

SCHEMA = "camscan/1"
MAX_TEXT = 500  # characters of any one text that a peer gave; the whole answer stays in the store, found by its SHA-256

FOLDED = (Outcome.ANSWERED, Outcome.REFUSED, Outcome.SILENT, Outcome.UNREACHABLE, Outcome.EXCLUDED, Outcome.NOT_SENT)
"""The outcomes that a coverage statement tells apart; see `coverage`."""

MAX_SENTENCE = 2_000  # characters of a sentence that a policy holds

Object: TypeAlias = dict[str, Any]

_LEVELS = {level: str(level) for level in Level}  # the names of levels at hand: a large report has millions


def scan_object(report: Report) -> Object:
    """The `scan` of the document: what was asked, from where, and what became of it."""
    scan = report.scan
    return {
        "id": scan.id,
        "site": scan.site,
        "started_at": utc(scan.started_at),
        "finished_at": utc(scan.finished_at) if scan.finished_at else None,
        "status": status(scan).value,
        "targets": list(scan.targets),
        "excluded": list(scan.excluded),
        "channels": list(scan.channels),
        "vantage": {
            "host": scan.vantage.host,
            "interfaces": list(scan.vantage.interfaces),
            "sources": [{"interface": name, "address": address} for name, address in scan.vantage.sources],
        },
        "policies": list(report.policies),
        "sent": asdict(scan.sent),
        "ledger": _ledger(report),
        "notes": list(scan.notes),
        "networks": [_segment_object(segment) for segment in report.networks],
    }


def notes(report: Report) -> tuple[str, ...]:
    """What is to be known beside the devices: the notes of the scan, and how many of its devices are not here."""
    return tuple(filter(None, (*report.scan.notes, left_out(report.left_out))))


def _segment_object(segment: Segment) -> Object:
    """The coverage of one network: targets by outcome, in all and by channel, and whether anything lives there."""
    return {
        "network": segment.network,
        "control": segment.control or None,
        "listed": segment.listed,
        **folded(segment.outcomes),
        "by_channel": {channel: folded(counts) for channel, counts in segment.channels.items()},
    }


def folded(counts: Mapping[str, int]) -> dict[str, int]:
    """Counts by each of the six outcomes, also where one is 0."""
    return {outcome.value: counts.get(outcome.value, 0) for outcome in FOLDED}


def device_object(judged: Judged) -> Object:
    """One of the document's `devices`. Texts of the peer are cut at `MAX_TEXT` characters, and raw otherwise."""
    device = judged.device
    return {
        "id": _cut(device.id),
        "address": _cut(device.address),
        "addresses": [_cut(address) for address in device.addresses],
        "mac": _cut(device.mac),
        "hostname": _cut(device.hostname),
        "ports": list(device.ports),
        "maker": device.maker,
        "brand": _cut(device.brand),
        "model": _cut(device.model),
        "firmware": _cut(device.firmware),
        "serial": _cut(device.serial),
        "kind": device.kind,
        "hidden_channels": device.hidden_channels,
        "slots": _slots(device.slots),
        "behind": _cut(device.behind.recorder) if device.behind else None,
        "slot": _slot(device.behind),
        "level": None if device.level is None else str(device.level),
        "verdict": judged.verdict.value,
        "listed_by": [{"policy": by.policy, "entity": by.entity, "since": by.since} for by in judged.listed_by],
        "evidence": [_proof(rule, evidence) for rule in device.identifications for evidence in rule.evidence],
        "conflicts": [_cut(conflict) for conflict in device.conflicts],
        "state": None if judged.state is None else judged.state.value,
        "said": _state_change(judged.state_change),
        "offends": [_offence(offence) for offence in judged.offends],
        "switch": _switch_port(judged.switch_port),
    }


def _state_change(said: StateChange | None) -> Object | None:
    """What a person said of the device."""
    if said is None:
        return None
    return {"state": said.state.value, "who": _cut(said.who), "at": utc(said.at), "why": _cut(said.why)}


def _switch_port(place: SwitchPort | None) -> Object | None:
    """The port of a switch that the device is connected to."""
    if place is None:
        return None
    told = {"port": _cut(place.port), "name": _cut(place.switch), "others": place.others, "at": utc(place.at)}
    return {**told, "scan": place.scan, "by": "address" if place.by_address else "mac"}


def _slots(slots: Slots | None) -> Object | None:
    """A recorder's channels, and what is known of the cameras on them."""
    if slots is None:
        return None
    return {
        "total": slots.total,
        "named": slots.named,
        "listed": slots.listed,
        "empty": slots.empty,
        "elsewhere": [_cut(name) for name in slots.elsewhere],
        "cut": slots.cut,
    }


def _slot(slot: Slot | None) -> Object | None:
    """The channel that a device is on."""
    if slot is None:
        return None
    return {
        "number": slot.number,
        "name": _cut(slot.name) or None,
        "online": slot.online,
        "recorder_address": _cut(slot.address),
    }


def status(scan: Scan) -> ScanStatus:
    """How the scan ended; one that never ended was interrupted."""
    return ScanStatus.INTERRUPTED if scan.status is ScanStatus.RUNNING else scan.status


def coverage(report: Report) -> dict[Outcome, int]:
    """Targets by what became of them, in six outcomes that sum up to all targets.

    Any answer counts as answered and a reset as refused; what crashed, or has no entry in the ledger, as not sent.
    """
    counts: Counter[Outcome] = Counter(dict.fromkeys(FOLDED, 0))
    for outcome, count in report.ledger.get("", {}).items():
        counts[fold(Outcome(outcome))] += count
    counts[Outcome.NOT_SENT] += max(0, report.targets - counts.total())
    return dict(counts)


def fold(outcome: Outcome) -> Outcome:
    """One of the six outcomes of `coverage`."""
    if outcome.has_answer:
        return Outcome.ANSWERED
    if outcome.is_alive:
        return Outcome.REFUSED
    return Outcome.NOT_SENT if outcome is Outcome.CRASHED else outcome


def _ledger(report: Report) -> Object:
    channels = {channel: dict(counts) for channel, counts in sorted(report.ledger.items()) if channel}
    counts = {outcome.value: count for outcome, count in coverage(report).items()}
    return {"targets": report.targets, **counts, "by_channel": channels}


def _offence(offence: Offence) -> Object:
    texts = {name: shortened(text, MAX_SENTENCE) for name, text in asdict(offence).items() if name != "place"}
    return {**texts, "place": offence.place.value}


def _proof(rule: Identification, evidence: Evidence) -> Object:
    file = {"file": _cut(evidence.file)} if evidence.file else {}
    return {
        "rule": rule.rule,
        "channel": evidence.channel,
        "port": evidence.port,
        "field": evidence.field,
        "value": _cut(evidence.value),
        "level": _LEVELS[rule.level],
        "sha256": evidence.sha256,
        **file,
    }


def _cut(text: str | None) -> str | None:
    return None if text is None else shortened(text, MAX_TEXT)

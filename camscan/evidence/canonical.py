r"""Records as canonical lines, and back.

Canonical: one JSON object (RFC 8259) a line that ends in one LF, keys in the order of their code points, no space,
every character beyond ASCII written as \uxxxx in lower case (two of them beyond U+FFFF), whole numbers only. A line is
read only if it is written again byte for byte. Times are UTC to the microsecond, raw bytes base64 (RFC 4648, 4).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, TypeAlias, TypeVar

from camscan.errors import EvidenceError
from camscan.records import LedgerEntry, Observation, Outcome, Scan, ScanStatus, Sent, Vantage
from camscan.summaries import GIVEN, State, StateChange
from camscan.text.timestamps import utc

Object: TypeAlias = dict[str, Any]
_Record = TypeVar("_Record")

_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False)
_MAX_PORT = 65535
_SECRET = ("password", "passphrase", "secret", "community", "credential", "token", "private")
"""A setting whose name holds one of these is left out; the scan's record never holds one today."""


def dump(value: Object) -> bytes:
    """An object as its canonical line."""
    return (_ENCODER.encode(value) + "\n").encode("ascii")


def load(line: bytes, where: str) -> Object:
    """The object of a canonical line; `where` names it. Raises EvidenceError if it is none, or in another form."""
    try:
        value = json.loads(line)
        same = isinstance(value, dict) and dump(value) == line
    except (ValueError, RecursionError) as error:
        raise EvidenceError(f"{where}: is not JSON: {error}") from error
    if not same:
        raise EvidenceError(f"{where}: is not in canonical form")
    return dict(value)


def read(value: Object, to: Callable[[Object], _Record], back: Callable[[_Record], Object], where: str) -> _Record:
    """The record of an object, by one of the `to_...` functions below.

    Raises EvidenceError if `back` does not make the same object of it again.
    """
    try:
        record = to(value)
        same = back(record) == value
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise EvidenceError(f"{where}: is not a record of this kind: {error!r:.80}") from error
    if not same:
        raise EvidenceError(f"{where}: is not a record as camscan writes it")
    return record


def scan_object(scan: Scan) -> Object:
    """The record of a scan, without its settings."""
    return {
        "id": scan.id,
        "site": scan.site,
        "started_at": utc(scan.started_at, "microseconds"),
        "finished_at": None if scan.finished_at is None else utc(scan.finished_at, "microseconds"),
        "status": scan.status.value,
        "targets": list(scan.targets),
        "excluded": list(scan.excluded),
        "channels": list(scan.channels),
        "vantage": {
            "host": scan.vantage.host,
            "interfaces": list(scan.vantage.interfaces),
            "sources": [{"interface": name, "address": address} for name, address in scan.vantage.sources],
        },
        "sent": asdict(scan.sent),
        "notes": list(scan.notes),
    }


def to_scan(value: Mapping[str, Any]) -> Scan:
    """The scan of an object. Raises ValueError, TypeError, KeyError or AttributeError if it is of none."""
    ended, site, vantage = value["finished_at"], value["site"], value["vantage"]
    return Scan(
        id=_text(value["id"]),
        started_at=datetime.fromisoformat(_text(value["started_at"])),
        targets=_texts(value["targets"]),
        channels=_texts(value["channels"]),
        site=None if site is None else _text(site),
        finished_at=None if ended is None else datetime.fromisoformat(_text(ended)),
        status=ScanStatus(value["status"]),
        excluded=_texts(value["excluded"]),
        vantage=Vantage(_text(vantage["host"]), _texts(vantage["interfaces"]), _sources(vantage["sources"])),
        sent=Sent(**{name: _count(number) for name, number in value["sent"].items()}),
        notes=_texts(value["notes"]),
    )


def _sources(value: Any) -> tuple[tuple[str, str], ...]:
    return tuple((_text(one["interface"]), _text(one["address"])) for one in value)


def settings_object(scan: Scan) -> Object:
    """The settings of a scan; JSON in them is unfolded, and secrets are left out."""
    return {name: _public(name, _unfolded(text)) for name, text in scan.settings.items()}


def _unfolded(text: str) -> Any:
    if not text.startswith("{"):
        return text
    try:
        return json.loads(text, parse_float=str)
    except ValueError:
        return text


def _public(name: str, value: Any) -> Any:
    if value is not None and any(word in name.casefold() for word in _SECRET):
        return "(left out)"
    if isinstance(value, dict):
        return {below: _public(below, inner) for below, inner in value.items()}
    return value


def ledger_object(entry: LedgerEntry) -> Object:
    """What became of one target."""
    channels = {channel: outcome.value for channel, outcome in entry.channels.items()}
    return {"target": entry.target, "channels": channels, "reasons": dict(entry.reasons)}


def to_entry(value: Mapping[str, Any]) -> LedgerEntry:
    """The ledger entry of an object. Raises ValueError, TypeError, KeyError or AttributeError if it is of none."""
    channels = {channel: Outcome(outcome) for channel, outcome in value["channels"].items()}
    return LedgerEntry(_text(value["target"]), channels, {name: _text(why) for name, why in value["reasons"].items()})


def observation_object(observation: Observation) -> Object:
    """One attempt on one channel."""
    return {
        "target": observation.target,
        "channel": observation.channel,
        "port": observation.port,
        "asked": observation.asked,
        "outcome": observation.outcome.value,
        "reason": observation.reason,
        "at": utc(observation.at, "microseconds"),
        "fields": {name: list(values) for name, values in observation.fields.items()},
        "raw": base64.b64encode(observation.raw).decode("ascii"),
    }


def to_observation(value: Mapping[str, Any]) -> Observation:
    """The observation of an object. Raises ValueError, TypeError, KeyError or AttributeError if it is of none."""
    port = value["port"]
    if port is not None and not 0 <= _count(port) <= _MAX_PORT:
        raise ValueError(f"{port} is no port")
    return Observation(
        target=_text(value["target"]),
        channel=_text(value["channel"]),
        outcome=Outcome(value["outcome"]),
        at=datetime.fromisoformat(_text(value["at"])),
        port=port,
        asked=_text(value["asked"]),
        fields={name: _texts(texts) for name, texts in value["fields"].items()},
        raw=base64.b64decode(_text(value["raw"]), validate=True),
        reason=_text(value["reason"]),
    )


def change_object(change: StateChange) -> Object:
    """What a person said of a device."""
    return {
        "site": change.site,
        "device": change.device,
        "address": change.address,
        "state": change.state.value,
        "who": change.who,
        "why": change.why,
        "at": utc(change.at, "microseconds"),
        "names": list(change.names),
        "proof": list(change.proof),
    }


def to_change(value: Mapping[str, Any]) -> StateChange:
    """The statement of an object. Raises ValueError, TypeError, KeyError or AttributeError if it is of none."""
    state, names = State(value["state"]), _texts(value["names"])
    if state not in GIVEN or not names:
        raise ValueError(f"nobody can say {state}, or of nothing")
    return StateChange(
        site=_text(value["site"]),
        device=_text(value["device"]),
        address=_text(value["address"]),
        state=state,
        who=_text(value["who"]),
        why=_text(value["why"]),
        at=datetime.fromisoformat(_text(value["at"])),
        names=names,
        proof=_texts(value["proof"]),
    )


def _count(value: Any) -> int:
    if type(value) is not int:
        raise TypeError(f"{value!r:.80} is no whole number")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r:.80} is no list")
    return tuple(map(_text, value))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.80} is no text")
    return value

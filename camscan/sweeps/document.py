"""Changes and alerts as JSON objects, shared by `camscan diff`, `camscan sweep` and the webhook."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from camscan.records import Verdict
from camscan.sweeps.changes import RANKS, Change, ChangeKind, Changes
from camscan.sweeps.memory import SITE, Loss
from camscan.sweeps.sightings import DeviceSummary, plain
from camscan.text.timestamps import utc
from camscan.text.wording import joined, plural

CHANGES_SCHEMA = "camscan-changes/1"
ALERT_SCHEMA = "camscan-alert/1"
MAX_TOLD = 100  # changes of one kind that an alert names; the others are counted, and `camscan diff` shows them all
_MAX_NAMED = 8  # losses that the summary names: it is the subject of a mail

Object: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class About:
    """The site that an alert is about. `alarms` are what a sweep found that somebody must look into at once.

    `returned` says of each device that was removed, by what people said, that it was seen again.
    """

    name: str
    sensitive: bool = False
    core: bool = False
    alarms: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()


def changes_object(changes: Changes, site: str | None, most: int | None = None) -> Object:
    """All changes; `most` of each kind, where that is given."""
    return {
        "site": site,
        "scan": changes.scan,
        "before": changes.before or None,
        "at": utc(changes.at, "seconds"),
        "complete": changes.complete,
        "first": changes.first,
        "verdicts": {verdict.value: changes.verdicts.get(verdict, 0) for verdict in reversed(RANKS)},
        **{kind.value: [_change(change) for change in changes.of(kind)[:most]] for kind in ChangeKind},
        "coverage_loss": [_loss(loss) for loss in changes.losses],
        "coverage_loss_ended": [{"what": loss.what, "text": loss.text} for loss in changes.ended],
        "left_out": changes.unselected
        + (sum(len(changes.of(kind)[most:]) for kind in ChangeKind) if most is not None else 0),
    }


def alert(changes: Changes, about: About, identity: str) -> bytes | None:
    """The body of an alert, or None where nothing is to be told: a quiet night, or losses that were told before.

    Alarms are told each time, and a device that was removed and was seen again once.
    """
    told = changes.changes or changes.fresh_losses or changes.ended or about.alarms or about.returned
    if not (told or (changes.first and changes.complete)):
        return None
    alarms = f", {len(about.alarms)} ALERT" if about.alarms else ""
    back = f"; {len(about.returned)} RETURNED after removal" if about.returned else ""
    body = {
        "schema": ALERT_SCHEMA,
        "id": identity,
        "sensitive": about.sensitive,
        "core": about.core,
        "summary": f"{plain(about.name)}: {summary(changes)}{alarms}{back}",
        **changes_object(changes, about.name, MAX_TOLD),
        "coverage_loss": [_loss(loss) for loss in changes.fresh_losses],
        "alarms": [plain(alarm) for alarm in about.alarms[:MAX_TOLD]],
        "returned_after_removal": [plain(text) for text in about.returned[:MAX_TOLD]],
    }
    return json.dumps(body, ensure_ascii=True, separators=(",", ":")).encode()


def trial(identity: str) -> bytes:
    """The body of an alert that only tries the way."""
    return json.dumps({"schema": ALERT_SCHEMA, "id": identity, "site": None, "summary": "a test alert"}).encode()


def signature(secret: bytes, body: bytes) -> str:
    """The value of the header X-Camscan-Signature: HMAC-SHA256 (RFC 2104) over the body."""
    return f"sha256={hmac.new(secret, body, 'sha256').hexdigest()}"


def summary(changes: Changes) -> str:
    """The changes in one line, as "1 new (1 listed), 2 changed, coverage lost: channel sadp"."""
    lost = [f"coverage lost: {_named(changes.losses)}"] if changes.losses else []
    lost += [f"no longer lost: {_named(changes.ended)}"] if changes.ended else []
    if changes.first:
        first = [f"the first sweep: {_verdicts(changes.verdicts)}", *lost]
        return ", ".join(first) if changes.complete else "no complete sweep yet"
    parts = [f"{len(found)} {kind}{_listed(found)}" for kind in ChangeKind if (found := changes.of(kind))]
    parts += lost
    cut = "" if changes.complete else "; the scan is incomplete, so what is missing cannot be said"
    none = "nothing changed" if not changes.unselected else "nothing changed of what is selected"
    return f"{', '.join(parts) or none}{cut}"


def _named(losses: Sequence[Loss]) -> str:
    return joined(["the whole site" if loss.what == SITE else loss.what for loss in losses], _MAX_NAMED)


def _verdicts(verdicts: Mapping[Verdict, int]) -> str:
    counted = (f"{verdicts[verdict]} {verdict}" for verdict in reversed(RANKS) if verdicts.get(verdict))
    seen = sum(verdicts.values())
    return f"{plural(seen, 'device')} ({', '.join(counted)})" if seen else "no device"


def _listed(found: Iterable[Change]) -> str:
    listed = sum(change.device.verdict is Verdict.LISTED for change in found)
    return f" ({listed} listed)" if listed else ""


def _change(change: Change) -> Object:
    told = _device(change.device)
    if change.what:
        told |= {"what": change.what, "before": change.before, "after": change.after}
    if change.last_seen:
        told["last_seen"] = utc(change.last_seen, "seconds")
    return told


def _device(device: DeviceSummary) -> Object:
    return {
        "id": device.id,
        "address": device.address,
        "addresses": list(device.addresses),
        "verdict": device.verdict.value,
        "maker": device.maker,
        "brand": device.brand,
        "model": device.model,
        "firmware": device.firmware,
        "mac": device.mac,
        "switch_port": device.switch_port,
        "switch_name": device.switch_name,
        "hostname": device.name,
        "kind": device.kind,
        "level": device.level,
        "policies": list(device.policies),
        "evidence": device.evidence,
    }


def _loss(loss: Loss) -> Object:
    return {"what": loss.what, "text": loss.text, "not_reported_missing": list(loss.unseen), "lasting": loss.lasting}

"""Alerts: what is told, when, and how it is signed."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import ValidationError
from support.estate import Camera, cameras, sweep
from support.schemas import validator

from camscan.sweeps.changes import Changes
from camscan.sweeps.compare import advance
from camscan.sweeps.coverage import Terms
from camscan.sweeps.document import MAX_TOLD, About, alert, changes_object, signature, summary, trial
from camscan.sweeps.memory import Loss, Memory
from camscan.sweeps.snapshot import Snapshot

SITE = cameras(4)
ABOUT = About("hq", sensitive=True)


def last(*snapshots: Snapshot) -> Changes:
    memory = Memory()
    for one in snapshots:
        memory, changes = advance(memory, one, Terms(1, 1))
    return changes


def body(changes: Changes) -> dict[str, Any]:
    found = alert(changes, ABOUT, "id1")
    assert found is not None
    return dict(json.loads(found))


def test_a_quiet_night_is_not_told() -> None:
    assert alert(last(sweep(0, SITE), sweep(1, SITE)), ABOUT, "id1") is None


def test_an_alarm_is_told_in_a_quiet_night_too() -> None:
    quiet = last(sweep(0, SITE), sweep(1, SITE))
    found = alert(quiet, About("hq", alarms=("10.0.0.1: certificate changed\n",)), "id1")
    assert found is not None
    told = json.loads(found)
    assert told["summary"] == "hq: nothing changed, 1 ALERT"
    assert [alarm.startswith("10.0.0.1: certificate changed") for alarm in told["alarms"]] == [True]


def test_a_new_listed_device_is_told_with_its_evidence() -> None:
    told = body(last(sweep(0, SITE[:3]), sweep(1, SITE)))
    assert (told["schema"], told["id"], told["site"], told["sensitive"], told["core"]) == (
        "camscan-alert/1",
        "id1",
        "hq",
        True,
        False,
    )
    assert told["summary"] == "hq: 1 new (1 listed)"
    assert [(new["address"], new["verdict"], new["maker"], new["evidence"]) for new in told["new"]] == [
        ("10.0.0.4", "listed", "Acme", "sadp.banner: Acme (certain, rule sadp-rule)")
    ]
    assert told["new"][0]["mac"] == SITE[3].mac
    assert (told["returned"], told["changed"], told["missing"], told["coverage_loss"]) == ([], [], [], [])


def test_every_kind_of_change_is_as_the_published_contract_says() -> None:
    moved = [*SITE[:3], replace(SITE[3], address="10.0.0.99"), *cameras(6)[5:]]
    gone = [sweep(night, SITE, lost=[("10.0.0.1", "")]) for night in (1, 2, 3)]
    snapshots = [sweep(0, SITE), *gone, sweep(4, SITE), sweep(5, moved)]
    seen: set[str] = set()
    for count in range(1, len(snapshots) + 1):
        made = last(*snapshots[:count])
        told = changes_object(made, "hq")
        validator("camscan-changes-1", "site").validate(told)
        seen |= {kind for kind in ("new", "returned", "changed", "missing") if told[kind]}
        if (message := alert(made, ABOUT, "x")) is not None:
            validator("camscan-alert-1").validate(json.loads(message))
    assert seen == {"new", "changed", "missing", "returned"}
    lost = last(sweep(0, SITE), sweep(1, SITE, dead=["10."]))
    validator("camscan-alert-1").validate(body(lost))
    validator("camscan-alert-1").validate(json.loads(trial("x")))
    with pytest.raises(ValidationError):
        validator("camscan-alert-1").validate({**json.loads(trial("x")), "site": "hq"})


def test_the_first_sweep_is_told_as_such() -> None:
    told = body(last(sweep(0, SITE)))
    assert told["summary"] == "hq: the first sweep: 4 devices (4 listed)"
    assert (told["first"], told["new"]) == (True, [])
    assert summary(last(sweep(0, []))) == "the first sweep: no device"
    assert summary(last(sweep(0, SITE[:1]))) == "the first sweep: 1 device (1 listed)"
    blind = replace(last(sweep(0, [])), losses=(Loss("site", "nothing gave a sign of life"),))
    assert summary(blind) == "the first sweep: no device, coverage lost: the whole site"


def test_of_an_incomplete_sweep_it_is_never_said_that_nothing_changed_and_no_more() -> None:
    made = replace(last(sweep(0, SITE), sweep(1, SITE)), complete=False)
    assert summary(made) == "nothing changed; the scan is incomplete, so what is missing cannot be said"


def test_a_loss_is_told_once() -> None:
    snapshots = [sweep(0, SITE), *(sweep(night, SITE, dead=["10."]) for night in (1, 2))]
    told = body(last(*snapshots[:2]))
    assert [loss["what"] for loss in told["coverage_loss"]] == ["network 10.0.0.0/24"]
    assert told["coverage_loss"][-1]["not_reported_missing"] == [camera.address for camera in SITE]
    again = last(*snapshots)
    assert len(again.losses) == 1
    assert alert(again, ABOUT, "id2") is None


def test_a_summary_names_some_losses_and_counts_the_others() -> None:
    quiet = last(sweep(0, SITE), sweep(1, SITE))
    losses = tuple(Loss(f"network 10.0.{number}.0/24", "cut") for number in range(200))
    told = ", ".join(loss.what for loss in losses[:8])
    assert summary(replace(quiet, losses=losses)) == f"coverage lost: {told} and 192 more"
    assert summary(replace(quiet, ended=losses[:8])) == f"no longer lost: {told}"


def test_an_alert_stays_small() -> None:
    many = last(sweep(0, SITE), sweep(1, [*SITE, *cameras(250, "10.0.1.")]))
    told = body(many)
    assert (len(told["new"]), told["left_out"]) == (MAX_TOLD, 250 - MAX_TOLD)
    assert len(changes_object(many, None)["new"]) == 250


def test_listed_devices_come_first() -> None:
    other = Camera("10.0.0.8", "SN8", listed=False)
    told = body(last(sweep(0, SITE[:3]), sweep(1, [*SITE[:3], other, SITE[3]])))
    assert [new["verdict"] for new in told["new"]] == ["listed", "not-listed"]


def test_text_of_a_peer_stays_inside_its_string() -> None:
    evil = Camera("10.0.0.4", 'x"\r\n\x1b]0;\u202e\ud83d', "02:00:00:00:00:09", model='"},{"a":"\x00')
    found = alert(last(sweep(0, SITE[:3]), sweep(1, [*SITE[:3], evil])), ABOUT, "id1")
    assert found is not None
    assert all(0x20 <= byte < 0x7F for byte in found)
    assert json.loads(found)["new"][0]["model"] == '"},{"a":"\ufffd'


def test_the_signature_is_an_hmac_over_the_body() -> None:
    expected = hmac.new(b"key", b"body", hashlib.sha256).hexdigest()
    assert signature(b"key", b"body") == f"sha256={expected}"

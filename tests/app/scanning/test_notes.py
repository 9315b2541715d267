"""What a scan says of how much it could see."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from camscan.app.scanning.notes import as_ended, cut_off, hidden, hushed, notes, refusals, tried
from camscan.records import LedgerEntry, Outcome, Scan, ScanStatus, Sent
from camscan.store.store import Store

JOB = SimpleNamespace(
    method=SimpleNamespace(reason="few ports"),
    strategy=SimpleNamespace(plan=SimpleNamespace(multicasts=["sadp"]), host_seconds=30.0, barred=()),
    broker=None,
)


def strays(*addresses: str) -> SimpleNamespace:
    """Who answered from elsewhere."""
    return SimpleNamespace(addresses=set(addresses))


def told(*, interfaces: Any = ("eth0",), **changed: Any) -> list[str]:
    """The notes of a scan in which nothing was lost, but for what is changed."""
    engine: dict[str, Any] = {"notes": [], "cut": 0, "crashed": 0}
    net: dict[str, Any] = {"sweep": None, "notes": [], "strays": strays(), "dropped": 0, "faded": (), "used_up": ()}
    for name, value in changed.items():
        (engine if name in engine else net)[name] = value
    parts: Any = (JOB, SimpleNamespace(**engine), SimpleNamespace(**net), interfaces)
    return list(notes(*parts))


def test_where_nothing_was_lost_nothing_is_said() -> None:
    assert told() == []


@pytest.mark.parametrize(
    ("changed", "note"),
    [
        ({"dropped": 7}, "7 datagrams were lost because a buffer was full: scan again at a lower --rate"),
        ({"dropped": 1}, "1 datagram was lost because a buffer was full: scan again at a lower --rate"),
        (
            {"faded": {"10.0.0.10", "fe80::1%eth0", "10.0.0.9"}},
            "asked at half the pace after they stopped answering: 10.0.0.9, 10.0.0.10, fe80::1%eth0",
        ),
        (
            {"used_up": {"10.0.0.9"}},
            "no longer asked after they had given all the bytes that one host may: 10.0.0.9",
        ),
        (
            {"strays": strays("fe80::1%eth0", "192.168.1.64")},
            (
                "multicast was answered from 2 addresses of no network that this host is in, too: `camscan discover`"
                " shows what is there: 192.168.1.64, fe80::1%eth0"
            ),
        ),
        ({"cut": 2}, "hosts that were not finished after 30 s: 2; the ledger names them"),
        ({"crashed": 1}, "1 attempt crashed because of a fault in camscan: please report the log"),
        (
            {"interfaces": ()},
            "no multicast: no interface is connected to the targets (on a container's bridge, none ever is)",
        ),
    ],
)
def test_each_loss_is_said(changed: dict[str, Any], note: str) -> None:
    assert told(**changed) == [note]


def test_of_very_many_addresses_the_first_are_named_in_one_note() -> None:
    [note] = told(faded={f"10.0.{third}.{fourth}" for third in range(4) for fourth in range(1, 255)})
    assert note.endswith(": " + ", ".join(f"10.0.0.{fourth}" for fourth in range(1, 21)) + " and 996 more")


def test_what_this_host_refused_is_told_by_the_reason() -> None:
    failures = Counter({"EPERM: Operation not permitted": 1_200, "ENETUNREACH: Network is unreachable": 3})
    assert refusals(failures) == (
        "1,203 sends were refused by this host (1,200 EPERM: Operation not permitted, 3 ENETUNREACH: Network is"
        " unreachable): check its routes and its firewall"
    )
    assert refusals(Counter({"EPERM: x": 1})).startswith("1 send was refused by this host (1 EPERM: x)")
    crowded = Counter({"EAGAIN: Resource temporarily unavailable": 204, "EPERM: Operation not permitted": 3})
    assert refusals(crowded).endswith(": scan at a lower --rate")


def test_ports_that_were_not_asked_are_named() -> None:
    strategy = SimpleNamespace(plan=SimpleNamespace(multicasts=["sadp"]), host_seconds=30.0, barred=(515, 9100))
    engine = SimpleNamespace(notes=[], cut=0, crashed=0)
    net = SimpleNamespace(sweep=None, notes=[], strays=strays(), dropped=0, faded=(), used_up=())
    parts: Any = (SimpleNamespace(strategy=strategy, broker=None), engine, net, ("eth0",))
    assert list(notes(*parts)) == ["ports not asked, because camscan never sends to them: 515, 9100"]


def test_a_scan_that_goes_on_after_its_cable_was_cut_stays_partial() -> None:
    """Whom it asked meanwhile stands in the ledger as silent, and is not asked again."""
    began = Scan("4f2a", datetime(2026, 11, 24, tzinfo=UTC), ("10.0.0.0/24",), ("http",))
    first = cut_off({"eth0 was not connected": 42.0}, {}, replace(began, status=ScanStatus.INTERRUPTED))
    assert first.status is ScanStatus.INTERRUPTED
    assert first.notes == ("eth0 was not connected for 42 s: questions sent then were lost, so scan again",)
    gone_on = cut_off({}, {}, replace(first, status=ScanStatus.COMPLETE, notes=("whatever it said",)))
    assert (gone_on.status, gone_on.notes) == (ScanStatus.PARTIAL, ("whatever it said",))
    assert cut_off({}, {}, replace(began, status=ScanStatus.COMPLETE)).status is ScanStatus.COMPLETE


def test_a_scan_that_goes_on_after_this_host_refused_its_sends_stays_partial() -> None:
    """Whoever was not asked for that reason is done with, and is not asked when it goes on."""
    scan = Scan("1", datetime(2026, 11, 24, tzinfo=UTC), ("10.0.0.0/24",), ("http",))
    ended = []
    for status, refused in ((ScanStatus.INTERRUPTED, 60), (ScanStatus.COMPLETE, 0)):
        asked = SimpleNamespace(asked=SimpleNamespace(count=254))
        job: Any = SimpleNamespace(**vars(JOB), scan=scan, scope=asked)
        engine: Any = SimpleNamespace(notes=[], cut=0, crashed=0, unasked=0)
        lost = {"failures": Counter({"EPERM: x": refused}), "dropped": 0, "faded": (), "used_up": ()}
        quiet = {"spoke": 0, "hush": SimpleNamespace(addresses=0)}
        net: Any = SimpleNamespace(sweep=None, notes=[], strays=strays(), sent=Sent(), **lost, **quiet)
        scan = as_ended(job, engine, net, (), status)
        ended.append((scan.status, sum("60 sends were refused by this host" in note for note in scan.notes)))
    assert ended == [(ScanStatus.INTERRUPTED, 1), (ScanStatus.PARTIAL, 1)]


KEPT_OUT = (
    "something on the way, such as an intrusion prevention system, may have kept this host out: let it pass, or scan"
    " with --profile gentle"
)


@pytest.mark.parametrize(
    ("faded", "spoke", "addresses", "said"),
    [
        (0, 9, 0, []),
        (3, 3, 0, []),  # that may be they
        (4, 8, 0, []),
        (4, 7, 0, ["4 of 7 devices that answered stopped before the end"]),
        (0, 9, 1_254, ["not one of the last 1,254 addresses gave a sign of life, unlike those before"]),
    ],
)
def test_where_devices_stop_answering_something_may_keep_this_host_out(
    faded: int, spoke: int, addresses: int, said: list[str]
) -> None:
    net: Any = SimpleNamespace(faded=range(faded), spoke=spoke, hush=SimpleNamespace(addresses=addresses))
    assert hushed(net) == [f"{what}: {KEPT_OUT}" for what in said]


def test_a_scan_that_goes_on_after_it_met_a_proxy_stays_partial() -> None:
    """What is left of it may be too little to show that again."""
    began = Scan("4f2a", datetime(2026, 11, 24, tzinfo=UTC), ("10.0.0.0/24",), ("http",))
    proxy: Any = SimpleNamespace(hides_most=True, notes=("a proxy answers",))
    nothing: Any = SimpleNamespace(hides_most=False, notes=())
    first = hidden(proxy, replace(began, status=ScanStatus.INTERRUPTED))
    assert (first.status, first.notes) == (ScanStatus.INTERRUPTED, ("a proxy answers",))
    gone_on = hidden(nothing, replace(first, status=ScanStatus.COMPLETE))
    assert (gone_on.status, gone_on.notes) == (ScanStatus.PARTIAL, ("a proxy answers",))
    some: Any = SimpleNamespace(hides_most=False, notes=("a proxy answers",))
    assert hidden(some, replace(began, status=ScanStatus.COMPLETE)).status is ScanStatus.COMPLETE
    assert hidden(proxy, replace(began, status=ScanStatus.COMPLETE)).status is ScanStatus.PARTIAL


def test_a_decoy_that_answers_when_a_scan_goes_on_was_not_missed(tmp_path: Path) -> None:
    began = Scan("4f2a", datetime(2026, 11, 24, tzinfo=UTC), ("10.0.0.0/24",), ("http",))
    with Store.open(tmp_path / "s.db") as store:
        store.begin(began)
        first = tried(replace(began, status=ScanStatus.INTERRUPTED, notes=("one",)), ["10.0.0.9"], store)
        assert first.status is ScanStatus.INTERRUPTED
        assert first.notes == ("one", "blind: the decoy 10.0.0.9 was not asked, so silence proves nothing")
        store.append(began.id, entries=[LedgerEntry("10.0.0.9", {"http": Outcome.ANSWERED})])
        gone_on = tried(replace(first, status=ScanStatus.COMPLETE), ["10.0.0.9"], store)
        assert (gone_on.status, gone_on.notes) == (ScanStatus.COMPLETE, ("one",))

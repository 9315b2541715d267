"""One sweep of one site: locked, resumed, compared, and nothing told twice or not at all."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import pytest
from support import world as world_module
from support.stores import keep_scan
from support.world import CONFIG, World, camera
from support.world import swept as sweep

from camscan.app.judging.criteria import Criteria
from camscan.app.planning import jobs
from camscan.app.planning.scope import Choices
from camscan.app.reporting import registering, statements
from camscan.app.reporting.registering import update_register
from camscan.app.reporting.scanreport import report_of
from camscan.app.reporting.statements import Statement, record_state
from camscan.app.scanning import notes
from camscan.app.sweeping import alerting, onesite, retention
from camscan.app.sweeping.onesite import SweepContext, Swept
from camscan.app.sweeping.pastsweeps import marked, remembered, sweeps_of
from camscan.app.sweeping.sites import choices
from camscan.cli.sweep import _code
from camscan.cli.terminal.exits import Exit
from camscan.errors import DamageError, StoreError, TargetError, UsageError
from camscan.identify.library import Library
from camscan.net.programs.method import Method
from camscan.records import Fields, LedgerEntry, Observation, Origin, Outcome, Scan, ScanStatus
from camscan.scansettings import SWITCH_PORTS
from camscan.store.locks import FileLocks, site_held
from camscan.store.store import Store
from camscan.summaries import State
from camscan.sweeps.changes import ChangeKind
from camscan.sweeps.config import Retention
from camscan.sweeps.configfile import read

NOTIFY = '[notify]\nwebhook = "https://alerts.example.org/"\n'
FUTURE = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture
def context(tmp_path: Path, rules: Library) -> Iterator[Callable[[str], SweepContext]]:
    """Makes the context anew on the same store, as each start of the program does."""
    opened: list[Store] = []
    (tmp_path / "never.txt").write_text("10.0.0.14\n")

    def make(more: str = NOTIFY) -> SweepContext:
        while opened:
            opened.pop().close()
        (tmp_path / "c.toml").write_text(CONFIG + more)
        opened.append(Store.open(tmp_path / "c.db"))
        return SweepContext(read(tmp_path / "c.toml").config, opened[0], rules)

    yield make
    opened.pop().close()


def swept(context: SweepContext) -> Swept:
    return sweep(context, context.config.site[0])


def messages(context: SweepContext) -> list[dict[str, object]]:
    return [json.loads(one.body) for one in context.store.outbox.take("webhook", FUTURE, FUTURE, 100)]


def shown(ended: Swept) -> list[str]:
    assert ended.changes is not None
    return [f"{change.kind} {change.device.address}" for change in ended.changes.changes]


def test_what_changes_is_told_and_a_quiet_night_is_not(context: Callable[..., SweepContext], world: World) -> None:
    assert swept(context()).complete
    assert swept(context()).complete
    world.answers["10.0.0.9"] = camera(9)
    assert shown(swept(context())) == ["new 10.0.0.9"]
    told = messages(context())
    assert [message["summary"] for message in told] == [
        "hq: the first sweep: 5 devices (5 listed)",
        "hq: 1 new (1 listed)",
    ]
    assert len({message["id"] for message in told}) == 2


def test_it_is_told_to_which_switch_port_a_new_device_is_connected(
    context: Callable[..., SweepContext], world: World
) -> None:
    swept(context())
    at = datetime(2026, 11, 1, tzinfo=UTC)
    fields = {"mac.address": ("44:19:B6:00:00:09",), "switch.port": ("Gi1/0/7",), "switch.name": ("sw-1",)}
    table = Scan("table", at, (), ("arp",), "hq", settings={"origin": Origin.IMPORT, SWITCH_PORTS: "named"})
    store = context().store
    keep_scan(store, table, [Observation("10.0.0.9", "arp", Outcome.ANSWERED, at, fields=fields)])
    world.answers["10.0.0.9"] = camera(9)
    ended = swept(context())
    assert ended.changes is not None
    assert [change.device.switch_port_text for change in ended.changes.changes] == ["switch port Gi1/0/7 of sw-1"]
    [told] = [new for message in messages(context()) for new in message["new"]]  # type: ignore[attr-defined]
    assert (told["switch_port"], told["switch_name"]) == ("Gi1/0/7", "sw-1")


def test_each_receiver_is_told_what_it_asked_for_and_the_log_warns_of_what_it_is_to_warn_of(
    context: Callable[..., SweepContext], world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="camscan.sweep")
    siem = '[[syslog]]\nname = "siem"\nto = "unix:/dev/log"\n[sweep]\nchanges = ["firmware"]\n'
    tables = f'{NOTIFY}changes = ["new"]\n{siem}miss_after = "1/1"\n'
    swept(context(tables))
    world.answers["10.0.0.9"] = camera(9)
    swept(context(tables))
    world.answers["10.0.0.9"] = camera(9, "V5.7.0")
    caplog.clear()
    swept(context(tables))
    outbox = context(tables).store.outbox
    waiting = {name: len(outbox.take(name, FUTURE, FUTURE, 100)) for name in ("webhook", "syslog siem")}
    assert waiting == {"webhook": 2, "syslog siem": 3}
    assert [one.levelname for one in caplog.records if "device.changed" in one.getMessage()] == ["WARNING"]
    caplog.clear()
    world.answers["10.0.0.8"] = camera(8)
    swept(context(tables))
    assert [one.levelname for one in caplog.records if "device.new" in one.getMessage()] == ["INFO"]
    assert [one.levelname for one in caplog.records if "sweep.changes" in one.getMessage()] == ["INFO"]


def test_the_log_warns_of_the_first_sweep_for_cron_mails_no_less(
    context: Callable[..., SweepContext], world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="camscan.sweep")
    swept(context('[sweep]\nchanges = ["firmware"]\n'))
    swept(context('[sweep]\nchanges = ["firmware"]\n'))
    told = [(one.levelname, "first sweep" in one.getMessage()) for one in caplog.records]
    assert [one for one in told if one[1] or one[0] != "INFO"] == [("WARNING", True)]


def test_without_a_receiver_nothing_waits_for_one(context: Callable[..., SweepContext], world: World) -> None:
    swept(context(""))
    assert context().store.outbox.pending() == {}


def test_the_record_holds_the_site_and_a_sweep_asks_only_what_it_may(
    context: Callable[..., SweepContext], world: World
) -> None:
    ended = swept(context())
    assert ended.scan is not None
    assert (ended.scan.site, ended.scan.settings["sweep"], ended.scan.targets) == ("hq", "yes", ("10.0.0.0/28",))
    assert "10.0.0.14" not in world.asked[0]
    assert len(world.asked[0]) == 13
    assert world.scans[0].seconds == 60


def test_a_site_that_another_sweep_has_is_left_alone(
    context: Callable[..., SweepContext], world: World, tmp_path: Path
) -> None:
    with site_held(FileLocks(tmp_path / "c.db"), "hq"):
        left = swept(context())
    assert left.why_not.startswith(f"held by process {os.getpid()} on ")
    assert left == Swept("hq", why_not=left.why_not)
    assert (world.scans, context().store.scans()) == ([], ())
    assert swept(context()).complete


def test_a_sweep_that_is_under_way_is_left_alone_by_whichever_link_its_store_is_named(
    context: Callable[..., SweepContext], world: World, tmp_path: Path
) -> None:
    now = context()
    (tmp_path / "link.db").symlink_to(tmp_path / "c.db")
    with Store.open(tmp_path / "link.db") as same:
        now.store.begin(marked(jobs.new_job(choices(now.config, now.config.site[0]), "hq").scan))
        assert [scan.status for scan in same.scans()] == [ScanStatus.RUNNING]
        with site_held(now.store.locks, "hq"):
            assert swept(replace(now, store=same)).why_not.startswith(f"held by process {os.getpid()} on ")


def test_an_interrupted_sweep_of_today_is_resumed_with_exclusions_read_anew(
    context: Callable[..., SweepContext], world: World, tmp_path: Path
) -> None:
    world.cut_after = 3
    assert not swept(context()).complete
    world.cut_after = None
    (tmp_path / "never.txt").write_text("10.0.0.8/29\n")
    ended = swept(context())
    assert ended.complete
    assert len(context().store.scans()) == 1
    assert world.asked == [
        ["10.0.0.1", "10.0.0.10", "10.0.0.11"],
        [f"10.0.0.{number}" for number in range(2, 8)],
    ]


def interrupted(store: Store, world: World, change: Callable[[Scan], Scan]) -> None:
    """Leave the newest sweep as if it had begun at another time, or with other targets."""
    keep_scan(store, change(replace(store.scan(), id="older", status=ScanStatus.INTERRUPTED, finished_at=None)))


@pytest.mark.parametrize(
    "change",
    [
        lambda scan: replace(scan, started_at=datetime.now(UTC) + timedelta(days=2)),
        lambda scan: replace(scan, started_at=datetime.now(UTC), settings={**scan.settings, "specs": "10.0.9.0/24"}),
    ],
    ids=["another day", "other targets"],
)
def test_a_sweep_of_another_day_or_other_targets_is_not_resumed(
    context: Callable[..., SweepContext], world: World, change: Callable[[Scan], Scan]
) -> None:
    swept(context())
    interrupted(context().store, world, change)
    swept(context())
    assert [job.done for job in world.scans] == [{}, {}]
    assert len(context().store.scans()) == 3


@pytest.mark.parametrize("more", ['profile = "gentle"', "rate = 100", 'channels = ["http"]', "core = true"])
def test_a_sweep_that_is_to_ask_in_another_way_is_not_resumed(
    context: Callable[..., SweepContext], world: World, more: str
) -> None:
    world.cut_after = 3
    swept(context(""))
    world.cut_after = None
    swept(context(more))
    assert [job.done for job in world.scans] == [{}, {}]
    assert len(world.asked[1]) == 13


def test_what_the_first_half_found_is_told_once(context: Callable[..., SweepContext], world: World) -> None:
    swept(context())
    messages(context())
    world.answers |= {"10.0.0.10": camera(10), "10.0.0.9": camera(9)}
    world.cut_after = 3
    assert shown(swept(context())) == ["new 10.0.0.10"]
    world.cut_after = None
    assert shown(swept(context())) == ["new 10.0.0.9"]
    half, whole = (str(message["summary"]) for message in messages(context())[-2:])
    assert (half.partition("; the scan is incomplete")[0], whole) == ("hq: 1 new (1 listed)",) * 2


def sweep_and_end_before_telling(
    context: Callable[..., SweepContext], world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sweep that was told, then another one, which finds a new device and ends before anybody is told."""
    swept(context())
    messages(context())
    world.answers["10.0.0.9"] = camera(9)
    with monkeypatch.context() as patched:
        patched.setattr(onesite, "compare_with_memory", None)
        with pytest.raises(TypeError):
            swept(context())


def test_a_sweep_that_was_killed_before_it_told_is_told_by_the_next(
    context: Callable[..., SweepContext], world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep_and_end_before_telling(context, world, monkeypatch)
    now = context()
    ended = swept(now)
    assert shown(ended) == []
    [*_, told] = messages(now)
    assert told["summary"] == "hq: 1 new (1 listed)"
    assert told["scan"] == now.store.scans()[1].id
    assert [changes.scan for changes in ended.before] == [told["scan"]]
    assert (_code([ended], ["new"]), _code([swept(now)], ["new"])) == (Exit.FOUND, Exit.DONE)


def test_a_sweep_that_was_killed_before_it_told_is_told_also_where_the_site_cannot_be_scanned(
    context: Callable[..., SweepContext], world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As by an exclusion file that is missing, maybe for weeks."""
    sweep_and_end_before_telling(context, world, monkeypatch)
    (tmp_path / "never.txt").unlink()
    now = context()
    with pytest.raises(TargetError, match=r"never\.txt"):
        swept(now)
    assert messages(now)[-1]["summary"] == "hq: 1 new (1 listed)"


def test_a_sweep_that_is_damaged_before_it_told_keeps_no_later_one_from_running(
    context: Callable[..., SweepContext], world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As by the power cut that also kept it from being compared: it is named once, and what it saw is seen again."""
    sweep_and_end_before_telling(context, world, monkeypatch)
    with closing(sqlite3.connect(tmp_path / "c.db")) as connection, connection:
        connection.execute("UPDATE observations SET fields = substr(fields, 2) WHERE scan = 2")
    now = context()
    first = swept(now)
    assert (shown(first), first.failed) == (["new 10.0.0.9"], True)
    assert f"scan {now.store.scans()[1].id} was not compared, because it is damaged: " in first.why_not
    assert messages(now)[-1]["summary"] == "hq: 1 new (1 listed)"
    assert not swept(now).failed


def test_a_damaged_sweep_keeps_no_other_from_being_thinned(
    context: Callable[..., SweepContext], world: World, tmp_path: Path
) -> None:
    now = context("")
    for _ in range(5):
        swept(now)
    with closing(sqlite3.connect(tmp_path / "c.db")) as connection, connection:
        connection.execute("UPDATE observations SET fields = substr(fields, 2) WHERE scan = 1")
        connection.execute("DELETE FROM derived")
    _, _, *due = [scan.id for scan in sweeps_of(now.store, "hq")]
    thinned = list[str]()
    with pytest.raises(DamageError):
        thinned += (
            one.scan.id for one in retention.prune(now.store, now.rules, "hq", lambda: (), Retention(sweeps=2, days=0))
        )
    assert due[-1] not in thinned
    assert thinned == list(reversed(due[:-1]))


def test_a_sweep_that_was_killed_on_its_way_is_resumed(context: Callable[..., SweepContext], world: World) -> None:
    swept(context())
    world.cut_after, world.error = 3, KeyboardInterrupt()  # type: ignore[assignment]  # it is no Exception
    with pytest.raises(KeyboardInterrupt):
        swept(context())
    world.cut_after = world.error = None
    now = context()
    assert now.store.scan().status is ScanStatus.INTERRUPTED
    assert swept(now).complete
    assert len(world.asked[2]) == 10
    assert remembered(now.store, "hq").scan == now.store.scan().id


def test_scans_by_hand_are_not_compared_with(context: Callable[..., SweepContext], world: World) -> None:
    swept(context())
    store = context().store
    by_hand = jobs.new_job(Choices(("10.0.0.0/28",)), "hq").scan
    keep_scan(store, by_hand, entries=[LedgerEntry("10.0.0.2", {"sadp": Outcome.SILENT})])
    assert [scan.id for scan in sweeps_of(store, "hq")] == [store.scans()[1].id]
    assert shown(swept(context())) == []


def test_a_scan_by_hand_that_was_interrupted_is_not_resumed_by_a_sweep(
    context: Callable[..., SweepContext], world: World
) -> None:
    now = context("")
    by_hand = jobs.new_job(choices(now.config, now.config.site[0]), "hq").scan
    keep_scan(now.store, replace(by_hand, status=ScanStatus.INTERRUPTED))
    ended = swept(now)
    assert ended.scan is not None
    assert ended.scan.id != by_hand.id


def test_an_interrupted_sweep_goes_on_by_the_method_it_had(
    context: Callable[..., SweepContext], world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "sweep_method", lambda *_: Method("syn", "as it is many"))
    world.cut_after = 3
    swept(context())
    world.cut_after = None
    swept(context())
    assert [job.method.name for job in world.scans] == ["syn", "syn"]


def test_errors_reach_the_caller_and_let_the_site_go(
    context: Callable[..., SweepContext], world: World, tmp_path: Path
) -> None:
    world.error = StoreError("disk full")
    with pytest.raises(StoreError, match="disk full"):
        swept(context())
    world.error = None
    (tmp_path / "never.txt").unlink()
    with pytest.raises(TargetError, match=r"never\.txt"):
        swept(context())
    (tmp_path / "never.txt").touch()
    assert swept(context()).complete


def test_a_device_is_missing_after_three_sweeps(
    context: Callable[..., SweepContext], world: World, caplog: pytest.LogCaptureFixture
) -> None:
    swept(context())
    del world.answers["10.0.0.2"]
    ended = [swept(context()) for _ in range(3)]
    assert [shown(one) for one in ended] == [[], [], ["missing 10.0.0.2"]]
    changes = ended[-1].changes
    assert changes is not None
    assert changes.of(ChangeKind.MISSING)[0].device.label.endswith("DS-2CD2142FWD-I")
    [line] = [one.getMessage() for one in caplog.records if "device.missing" in one.getMessage()]
    assert re.search(r" last_seen=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ ", line)


def test_a_missed_decoy_makes_the_scan_blind_and_hides_nothing_else(
    context: Callable[..., SweepContext], world: World
) -> None:
    """Who looks at the scan is told too, and it is no proof that a device is gone; but what is missing is missing."""
    decoys = CONFIG.replace('name = "hq"\n', 'name = "hq"\ndecoys = ["10.0.0.5", "10.0.0.77"]\n')
    (first := context("")).config.path("c.toml").write_text(decoys)
    now = replace(first, config=read(first.config.path("c.toml")).config)
    ended = swept(now)
    assert ended.scan is not None
    assert (ended.scan.status, ended.scan.settings["missed"]) == (ScanStatus.PARTIAL, "10.0.0.77")
    assert ended.scan.notes == ("blind: the decoy 10.0.0.77 was not asked, so silence proves nothing",)
    assert report_of(now.store, ended.scan, Criteria(now.rules)).missed == ("10.0.0.77",)
    for gone in ("10.0.0.5", "10.0.0.2"):
        del world.answers[gone]
    nights = [swept(now) for _ in range(3)]
    assert [shown(one) for one in nights] == [[], [], ["missing 10.0.0.2", "missing 10.0.0.5"]]
    for one in nights:
        assert one.changes is not None
        assert [loss.what for loss in one.changes.losses] == ["decoy 10.0.0.5", "decoy 10.0.0.77"]
    assert (_code(nights, []), _code(nights, ["coverage-loss"])) == (Exit.INCOMPLETE, Exit.FOUND)
    [entry] = now.store.register.named("10.0.0.2", ())
    with pytest.raises(UsageError, match="0 of 3 clean scans"):
        record_state(now.store, entry, Statement(State.REMOVED, "taken down", "Ann", 3), now.rules, print)


def test_sites_with_the_same_addresses_do_not_mix(context: Callable[..., SweepContext], world: World) -> None:
    both = context('[[site]]\nname = "branch"\nnetworks = ["10.0.0.0/28"]\n')
    for site in both.config.site:
        assert sweep(both, site).complete
    world.answers["10.0.0.9"] = camera(9)
    assert shown(sweep(both, both.config.site[1])) == ["new 10.0.0.9"]
    assert shown(sweep(both, both.config.site[0])) == ["new 10.0.0.9"]


def test_a_removed_camera_that_is_back_is_loud_and_told_once(
    context: Callable[[str], SweepContext], world: World
) -> None:
    """Sweep, remove, sweep clean, and find it again at another address."""
    first = context(NOTIFY)
    assert swept(first).returned == ()
    lost = world.answers.pop("10.0.0.3")
    for _ in range(3):
        assert swept(first).returned == ()
    [entry] = first.store.register.named("10.0.0.3", ())
    said = record_state(first.store, entry, Statement(State.REMOVED, "taken down", "Ann", 3), first.rules, print)
    assert len(said.proof) == 3
    world.answers["10.0.0.9"] = lost
    again = swept(first)
    [one] = again.returned
    assert one.text.endswith(f"is at 10.0.0.9, but was recorded as removed on {said.at:%Y-%m-%d} by Ann")
    assert [found.fresh for found in swept(first).returned] == [False]
    bodies = [json.loads(message.body) for message in first.store.outbox.take("webhook", FUTURE, FUTURE, 100)]
    assert [body["returned_after_removal"] for body in bodies if body["returned_after_removal"]] == [[one.text]]
    assert _code([again], ["returned"]) is Exit.FOUND


def back_and_scanned_by_hand(first: SweepContext, world: World) -> Fields:
    """Have a camera removed, and a scan by hand see it again, at 10.0.0.9; returns what it answers."""
    swept(first)
    lost = world.answers.pop("10.0.0.3")
    for _ in range(3):
        swept(first)
    [entry] = first.store.register.named("10.0.0.3", ())
    record_state(first.store, entry, Statement(State.REMOVED, "taken down", "Ann", 3), first.rules, print)
    world.answers["10.0.0.9"] = lost
    by_hand = jobs.new_job(choices(first.config, first.config.site[0]), "hq")
    first.store.begin(by_hand.scan)
    asyncio.run(world.run(by_hand, first.store))
    return lost


def test_a_removed_camera_that_a_scan_by_hand_saw_first_is_told_by_the_next_sweep(
    context: Callable[[str], SweepContext], world: World
) -> None:
    """Who scans by hand reads it on a terminal; the receivers of alerts are told by sweeps alone, and once."""
    first = context(NOTIFY)
    back_and_scanned_by_hand(first, world)
    assert len(update_register(first.store, Criteria(first.rules), print)) == 1
    [told] = swept(first).returned
    swept(first)
    assert [back for body in messages(first) if (back := body["returned_after_removal"])] == [[told.text]]


def test_a_removed_camera_of_which_an_older_scan_tells_later_is_told_by_the_next_sweep(
    context: Callable[[str], SweepContext], world: World
) -> None:
    """As a list of leases does that is imported after a sweep, and dates the camera before it."""
    first = context(NOTIFY)
    lost = back_and_scanned_by_hand(first, world)
    del world.answers["10.0.0.9"]
    assert swept(first).returned == ()
    assert len(update_register(first.store, Criteria(first.rules), print)) == 1
    world.answers["10.0.0.9"] = lost
    [told] = swept(first).returned
    swept(first)
    assert [back for body in messages(first) if (back := body["returned_after_removal"])] == [[told.text]]


# ---- the clock jumps


class Jumping(datetime):
    """A clock that somebody sets to another time."""

    ahead = timedelta()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz) + cls.ahead


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> type[Jumping]:
    for module in (onesite, jobs, notes, world_module, alerting, retention, registering, statements):
        monkeypatch.setattr(module, "datetime", Jumping)
    monkeypatch.setattr(Jumping, "ahead", timedelta())
    return Jumping


@pytest.mark.parametrize("days", [-20_000, -400, -1, 1, 400, 20_000])
def test_a_clock_that_jumps_for_a_night_tells_nothing_false(
    context: Callable[..., SweepContext], world: World, clock: type[Jumping], days: int
) -> None:
    for ahead in (0, 0, days, 0, 0, 0):
        clock.ahead = timedelta(days=ahead)
        ended = swept(context())
        assert ended.complete
        assert shown(ended) == []
    world.answers["10.0.0.9"] = camera(9)
    del world.answers["10.0.0.2"]
    assert [shown(swept(context())) for _ in range(4)] == [["new 10.0.0.9"], [], ["missing 10.0.0.2"], []]
    assert [message["summary"] for message in messages(context())] == [
        "hq: the first sweep: 5 devices (5 listed)",
        "hq: 1 new (1 listed)",
        "hq: 1 missing (1 listed)",
    ]


@pytest.mark.parametrize("days", [-20_000, 20_000])
def test_a_device_that_is_silent_while_the_clock_is_wrong_is_not_forgotten(
    context: Callable[..., SweepContext], world: World, clock: type[Jumping], days: int
) -> None:
    for ahead in (0, days, 0):
        clock.ahead = timedelta(days=ahead)
        answers = world.answers
        world.answers = {a: fields for a, fields in answers.items() if not ahead or a != "10.0.0.3"}
        assert shown(swept(context())) == []
        world.answers = answers


def test_a_device_that_goes_after_a_night_with_a_wrong_clock_is_told_as_missing(
    context: Callable[..., SweepContext], world: World, clock: type[Jumping]
) -> None:
    """As on a host without a battery that swept before it knew the time: it was seen for the last time in 1970."""
    for ahead in (0, -20_000):
        clock.ahead = timedelta(days=ahead)
        swept(context())
    clock.ahead = timedelta()
    del world.answers["10.0.0.3"]
    assert [shown(swept(context())) for _ in range(4)] == [[], [], ["missing 10.0.0.3"], []]


def test_an_interrupted_sweep_is_resumed_after_the_clock_had_jumped(
    context: Callable[..., SweepContext], world: World, clock: type[Jumping]
) -> None:
    for ahead in (0, 20_000):
        clock.ahead = timedelta(days=ahead)
        swept(context())
    clock.ahead = timedelta()
    world.cut_after = 3
    assert not swept(context()).complete
    world.cut_after = None
    assert swept(context()).complete
    assert len(context().store.scans()) == 3


def test_a_camera_that_was_seen_while_the_clock_was_ahead_can_be_called_removed(
    context: Callable[..., SweepContext], world: World, clock: type[Jumping]
) -> None:
    for ahead in (0, 400, 0):
        clock.ahead = timedelta(days=ahead)
        swept(context())
    del world.answers["10.0.0.3"]
    clock.ahead = timedelta(days=1)
    for _ in range(3):
        swept(context())
    now = context()
    [entry] = now.store.register.named("10.0.0.3", ())
    said = record_state(now.store, entry, Statement(State.REMOVED, "taken down", "Ann", 3), now.rules, print)
    assert len(said.proof) == 3

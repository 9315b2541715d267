"""`camscan state`: what may be said of a device, what is kept, and that a removed one comes back loudly."""

from __future__ import annotations

import csv
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from click.testing import CliRunner, Result
from support import nights
from support.nights import BEGIN, night, serial
from support.stores import keep_scan
from support.workbooks import read
from support.world import camera

from camscan.app.reporting import statements
from camscan.cli.evidence import evidence
from camscan.cli.import_ import import_
from camscan.cli.report import report
from camscan.cli.state import state
from camscan.errors import UsageError
from camscan.records import LedgerEntry, Observation, Outcome, Scan, ScanStatus
from camscan.register.names import key
from camscan.store.register import Register
from camscan.store.registered import Entry
from camscan.store.store import Store

ONE, TWO = "10.0.0.1", "10.0.0.2"
LATER = 36_500
"""A night that comes after everything that is said in these tests, in real time."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "c.db") as opened:
        night(opened, 0, {ONE: 1, TWO: 2})
        yield opened


def run(store: Store, *words: str) -> Result:
    return CliRunner().invoke(state, [*words, "--db", str(store.file)], catch_exceptions=False)


def gone(store: Store, first: int, count: int, *, gateway: bool = True) -> None:
    for number in range(first, first + count):
        night(store, number, {TWO: 2}, silent=(ONE,), gateway=gateway)


def states(store: Store, *words: str) -> list[str]:
    return [one["state"] for one in json.loads(run(store, *words, "--format", "json").stdout)["states"]]


def test_a_device_is_meant_by_any_of_its_addresses(tmp_path: Path) -> None:
    own = {"sadp.mac": ("44:19:B6:00:00:01",), "sadp.ipv4_address": (ONE,), **camera(1)}
    at = datetime(2026, 10, 1, tzinfo=UTC)
    seen = [Observation(one, "sadp", Outcome.ANSWERED, at, 37020, fields=own) for one in (ONE, TWO)]
    with Store.open(tmp_path / "two.db") as store:
        scan = Scan("4f2a", at, ("10.0.0.0/24",), ("sadp",), "hq")
        keep_scan(store, scan, seen, [LedgerEntry(one, {"sadp": Outcome.ANSWERED}) for one in (ONE, TWO)])
        assert run(store, TWO, "ticketed", "--why", "x").stderr == f"{serial(1)} at {ONE} is ticketed from now on.\n"
        with pytest.raises(UsageError, match=r"no device '10\.0\.0\.3' is known"):
            run(store, "10.0.0.3", "ticketed", "--why", "x")


@pytest.mark.parametrize("name", [ONE, serial(1), serial(1).lower()])
def test_a_device_is_meant_by_address_or_serial(store: Store, name: str) -> None:
    done = run(store, name, "ticketed", "--why", "CHG-1", "--who", "Ann")
    assert done.stderr == f"{serial(1)} at {ONE} is ticketed from now on.\n"
    [one] = json.loads(run(store, "list", "--format", "json").stdout)["states"]
    kept = {name: one[name] for name in ("site", "device", "address", "state", "who", "why", "proof")}
    assert kept == {
        "site": "hq",
        "device": serial(1),
        "address": ONE,
        "state": "ticketed",
        "who": "Ann",
        "why": "CHG-1",
        "proof": [],
    }


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("list",), "Nobody has recorded the state of a device yet: choose one from `camscan devices --db "),
        (("list", "--site", "hq"), "Nobody has recorded the state of a device at site hq yet: choose one from"),
        (("list", "--no-site"), "Nobody has recorded the state of a device without a site yet: choose one from"),
        (("list", "--in", "ticketed"), "No device is ticketed.\n"),
        (("list", "--in", "exempt", "--site", "hq"), "No device at site hq is exempt.\n"),
        (
            (ONE,),
            f"Nobody has recorded a state of {serial(1)} at {ONE} yet: record its first as",
        ),
    ],
)
def test_where_nothing_is_recorded_it_is_said_how_to_begin(store: Store, words: tuple[str, ...], told: str) -> None:
    done = run(store, *words)
    assert (done.stdout, done.exit_code) == ("", 0)
    assert done.stderr.startswith(told)
    assert all(
        line.endswith(f" --db {store.file}") for line in done.stderr.splitlines() if line.startswith("  camscan ")
    )
    table = run(store, *words, "--format", "csv")
    assert (table.stdout.count("\n"), table.stderr) == (1, done.stderr)


def test_an_empty_store_is_told_from_one_in_which_nothing_was_said(tmp_path: Path) -> None:
    with Store.open(tmp_path / "empty.db") as empty:
        done = run(empty, "list")
    assert "has no scans yet: make one with `camscan scan`" in done.stderr


def test_an_address_may_be_spelled_in_any_way(store: Store) -> None:
    night(store, 1, {"fd00::5": 3})
    assert serial(3) in run(store, "FD00:0::5", "ticketed", "--why", "CHG-2").stderr
    assert states(store, "fd00:0:0:0::5") == ["ticketed"]


def test_the_history_holds_everything_that_was_said(store: Store) -> None:
    for number, word in enumerate(("confirmed", "ticketed", "exempt", "found")):
        run(store, ONE, word, "--why", f"reason {number}", "--who", "Ann")
    run(store, TWO, "exempt", "--why", "another", "--who", "Ann")
    assert states(store, ONE) == ["confirmed", "ticketed", "exempt", "found"]
    assert sorted(states(store)) == ["exempt", "found"]
    assert states(store, "list", "--in", "exempt") == ["exempt"]
    heads, first = (re.split(" {2,}", line) for line in run(store, ONE).stdout.splitlines()[:2])
    told = dict(zip(heads, first, strict=True))
    assert told.pop("at").startswith(f"{datetime.now(UTC):%Y}-")
    assert [*told.values()] == ["confirmed", "hq", ONE, serial(1), "Ann", "reason 0"]


def test_what_is_said_last_counts_also_where_the_clock_was_set_back(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(store, ONE, "ticketed", "--why", "CHG-1")
    monkeypatch.setattr(statements, "datetime", Mock(now=lambda zone: datetime(2026, 1, 1, tzinfo=zone)))
    run(store, ONE, "confirmed", "--why", "looked at the label")
    assert states(store, "list") == ["confirmed"]
    assert states(store, ONE) == ["ticketed", "confirmed"]


def test_a_reason_is_needed_and_a_name_is_filled_in(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "operator")
    with pytest.raises(UsageError, match="give a reason"):
        run(store, ONE, "ticketed")
    with pytest.raises(UsageError, match="needs a state"):
        run(store, ONE, "--why", "x")
    run(store, ONE, "ticketed", "--why", "x")
    assert "operator  x" in run(store, ONE).stdout


def test_who_is_not_known_or_is_two_is_not_guessed(store: Store) -> None:
    with pytest.raises(UsageError, match=r"no device '10\.0\.0\.9' is known"):
        run(store, "10.0.0.9", "ticketed", "--why", "x")
    night(store, 1, {ONE: 7}, site="branch")
    with pytest.raises(UsageError, match=r"matches 2 devices .*: add --site$"):
        run(store, ONE, "ticketed", "--why", "x")
    assert serial(7) in run(store, ONE, "ticketed", "--why", "x", "--site", "branch").stderr


def test_of_a_device_that_has_moved_its_old_address_is_not_called_one_where_nothing_was_seen(store: Store) -> None:
    night(store, 1, {"10.0.0.8": 1, TWO: 2}, silent=(ONE,))
    with pytest.raises(UsageError, match=r"'10\.0\.0\.1' is known: .* or the address where it was last seen$"):
        run(store, ONE, "ticketed", "--why", "x")
    assert serial(1) in run(store, "10.0.0.8", "ticketed", "--why", "x").stderr


def test_a_device_of_no_site_can_be_meant(store: Store) -> None:
    night(store, 1, {ONE: 7}, site=None)
    with pytest.raises(UsageError, match=r"matches 2 devices .* of no site.*: add --site, or --no-site$"):
        run(store, ONE, "ticketed", "--why", "x")
    assert serial(7) in run(store, ONE, "ticketed", "--why", "x", "--no-site").stderr
    assert serial(1) in run(store, ONE, "ticketed", "--why", "x", "--site", "hq").stderr
    [one] = json.loads(run(store, "list", "--no-site", "--format", "json").stdout)["states"]
    assert (one["site"], one["device"]) == (None, serial(7))
    with pytest.raises(UsageError, match=r"no device '10\.0\.0\.2' is known without a site"):
        run(store, TWO, "--no-site")
    with pytest.raises(UsageError, match="exclude each other"):
        run(store, ONE, "--site", "hq", "--no-site")


def test_where_the_site_tells_nothing_what_does_is_said(store: Store) -> None:
    night(store, 1, {ONE: 7, TWO: 2})
    with pytest.raises(UsageError, match=r"matches 2 devices .*: give its serial or MAC instead$"):
        run(store, ONE, "ticketed", "--why", "x")
    assert serial(7) in run(store, serial(7), "ticketed", "--why", "x").stderr


def test_of_two_that_stood_at_one_address_and_show_neither_serial_nor_mac_each_can_be_meant(store: Store) -> None:
    """As where a camera behind a router was replaced by one of another maker, which has its address now."""
    three = "10.0.0.3"
    webs, other = ({"http.server": (server,)} for server in ("App-webs/", "AvigilonGateway/1.0"))
    for number, fields in enumerate((webs, other, other, other), start=1):
        at = BEGIN + timedelta(days=number)
        made = Scan(f"own-{number}", at, ("10.0.0.0/24",), ("http",), "hq")
        seen = [Observation(three, "http", Outcome.ANSWERED, at, 80, fields=fields)]
        keep_scan(store, made, seen, [LedgerEntry(three, {"http": Outcome.ANSWERED})])
    with pytest.raises(UsageError) as caught:
        run(store, three, "replaced", "--why", "x")
    remedy = "give its serial or MAC or '10.0.0.3 Hikvision' or '10.0.0.3 Avigilon' instead"
    assert str(caught.value).endswith(remedy)
    assert run(store, "10.0.0.3 hikvision", "replaced", "--why", "x").exit_code == 0
    assert states(store, "10.0.0.3 Hikvision") == ["replaced"]
    assert states(store, "10.0.0.3 Avigilon") == []


@pytest.mark.parametrize("word", ["removed", "replaced"])
def test_gone_is_believed_after_three_clean_scans(store: Store, word: str) -> None:
    gone(store, 1, 2)
    with pytest.raises(UsageError, match=r"has had 2 of 3 clean scans since: scan again"):
        run(store, ONE, word, "--why", "taken down")
    gone(store, 3, 1)
    done = run(store, ONE, word, "--why", "taken down")
    assert f"is {word} from now on, by the clean scans hq-003, hq-002, hq-001." in done.stderr
    [one] = json.loads(run(store, ONE, "--format", "json").stdout)["states"]
    assert one["proof"] == ["hq-003", "hq-002", "hq-001"]


def test_scans_that_could_not_see_it_do_not_count(store: Store) -> None:
    gone(store, 1, 3, gateway=False)
    with pytest.raises(UsageError, match="has had 3 of 4 clean scans"):
        run(store, ONE, "removed", "--why", "x", "--clean", "4")
    night(store, 4, {TWO: 2})
    night(store, 5, {TWO: 2}, silent=(ONE,), status=ScanStatus.PARTIAL)
    night(store, 6, {}, silent=(ONE, TWO), gateway=False)
    with pytest.raises(UsageError, match=r"3 of 4 .* nothing in 10.0.0.0/24 answered.* it is partial.* not among"):
        run(store, ONE, "removed", "--why", "x", "--clean", "4")
    assert run(store, ONE, "removed", "--why", "x", "--clean", "3").exit_code == 0


def test_that_something_else_answers_at_the_address_is_said(store: Store) -> None:
    for number in range(1, 4):
        night(store, number, {ONE: 7, TWO: 2})
    done = run(store, serial(1), "replaced", "--why", "swapped")
    assert f"Note: something still answers at {ONE}: see that it is another device.\n" in done.stderr
    assert f"{serial(1)} at {ONE} is replaced from now on, by the clean scans" in done.stderr
    gone(store, 4, 3)
    assert "Note" not in run(store, serial(7), "removed", "--why", "taken down").stderr


def test_a_device_that_is_still_there_was_not_removed(store: Store) -> None:
    with pytest.raises(UsageError, match="0 of 3"):
        run(store, TWO, "removed", "--why", "x")
    assert run(store, TWO, "disconnected", "--why", "x").exit_code == 0


def test_no_terminal_obeys_what_a_device_calls_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = {**camera(1), "sadp.device_sn": ("DS-2CD\x1b[2J\x07AAWR123456789",)}
    monkeypatch.setattr(nights, "camera", lambda number: {1: named}.get(number) or camera(number))
    with Store.open(tmp_path / "c.db") as store:
        night(store, 0, {ONE: 1})
        gone(store, 1, 3)
        said = run(store, ONE, "removed", "--why", "taken down", "--who", "Ann").stderr
        night(store, LATER, {ONE: 1})
        returned = run(store, "list").stderr
    assert r"DS-2CD\x1b[2J\x07AAWR123456789 at 10.0.0.1 is removed from now on" in said
    assert r"DS-2CD\x1b[2J\x07AAWR123456789 is at 10.0.0.1, but was recorded as removed" in returned


@pytest.mark.parametrize("site", ["hq", "branch", None])
def test_a_removed_device_that_appears_anywhere_has_returned(store: Store, site: str | None) -> None:
    gone(store, 1, 3)
    run(store, ONE, "removed", "--why", "taken down", "--who", "Ann")
    assert run(store, "list", "--fail-on", "returned").exit_code == 0
    night(store, LATER, {"10.0.0.77": 1}, site=site)
    done = run(store, "list", "--fail-on", "returned")
    assert done.exit_code == 3
    where = "" if site == "hq" else " at site hq"
    assert f"{serial(1)} is at 10.0.0.77, but was recorded as removed on " in done.stderr
    assert f"{where} by Ann" in done.stderr
    assert done.stderr.startswith("RETURNED: ")
    assert f"RETURNED  {datetime.now(UTC):%Y-}" in done.stdout, "a scan of a time to come is one of today"
    assert states(store, "list", "--in", "returned") == ["returned"]
    assert states(store, "10.0.0.77")[-1] == "returned"


def test_a_removal_that_was_a_mistake_makes_nothing_return_at_other_sites(store: Store) -> None:
    gone(store, 1, 3)
    run(store, ONE, "removed", "--why", "taken down")
    night(store, LATER, {"10.0.0.77": 1}, site="branch")
    assert states(store, "list", "--in", "returned") == ["returned"]
    run(store, ONE, "found", "--why", "it was another one", "--site", "hq")
    assert run(store, "list", "--fail-on", "returned").exit_code == 0
    assert states(store, "list", "--in", "returned") == []
    assert states(store, "list") == ["found"]


def test_of_a_removed_device_that_was_seen_elsewhere_since_it_is_told_what_follows(store: Store) -> None:
    night(store, 1, {"10.0.0.77": 1}, site="branch")
    gone(store, 1, 3)
    removed = run(store, ONE, "removed", "--why", "moved", "--site", "hq")
    assert "Note: it was seen at 10.0.0.77 of branch since: if it has moved there, record a " in removed.stderr
    run(store, "10.0.0.77", "found", "--why", "moved", "--site", "branch")
    night(store, LATER, {"10.0.0.77": 1}, site="branch")
    assert sorted(states(store, "list")) == ["found", "removed"]


@pytest.mark.parametrize("state", ["disconnected", "removed"])
def test_of_a_device_that_was_seen_elsewhere_before_nothing_is_told(store: Store, state: str) -> None:
    night(store, -1, {"10.0.0.77": 1}, site="branch")
    gone(store, 1, 3)
    assert "since" not in run(store, ONE, state, "--why", "x", "--site", "hq").stderr


def test_the_register_can_be_derived_anew_and_says_the_same(store: Store) -> None:
    gone(store, 1, 3)
    run(store, ONE, "removed", "--why", "x")
    night(store, LATER, {ONE: 1}, site="branch")
    before = sorted(states(store))
    store.register.clear()
    assert sorted(states(store)) == before == ["removed", "returned"]


def test_clones_that_share_a_serial_are_not_taken_for_one_that_returns(store: Store) -> None:
    night(store, 1, {ONE: 1}, site="branch")
    gone(store, 2, 3)
    run(store, ONE, "removed", "--why", "x", "--site", "hq")
    assert "returned" not in states(store)


@pytest.mark.parametrize("word", ["removed", "exempt"])
def test_what_is_said_of_one_clone_is_said_of_no_other(store: Store, word: str) -> None:
    """They share the serial that they show: only its place tells one from the others."""
    five, six, seven = "10.0.0.5", "10.0.0.6", "10.0.0.7"
    night(store, 1, {five: 5, six: 5, seven: 5})
    for number in (2, 3, 4):
        night(store, number, {six: 5, seven: 5}, silent=(five,))
    run(store, five, word, "--why", "x")
    assert states(store, "list") == [word]
    night(store, LATER, {six: 5, seven: 5}, silent=(five,))
    assert states(store, "list") == [word], "also of those that are seen again"
    words = ["--db", str(store.file), "--site", "hq", "--format", "json", "--quiet"]
    devices = json.loads(CliRunner().invoke(report, words).stdout)["devices"]
    assert [(one["address"], one["state"]) for one in devices] == [(six, None), (seven, None)]
    store.register.clear()
    assert states(store, "list") == [word], "also where the register is derived again"
    night(store, LATER + 1, {five: 5, six: 5})
    assert states(store, "list") == ["returned" if word == "removed" else "exempt"]
    assert states(store, five)[-1:] == ["returned" if word == "removed" else "exempt"]


def test_an_exemption_covers_no_clone_that_appears_after_it(store: Store) -> None:
    five, six, seven = "10.0.0.5", "10.0.0.6", "10.0.0.7"

    def shown(number: int, there: Mapping[str, int]) -> dict[str, str | None]:
        words = ["--db", str(store.file), "--scan", night(store, number, there).id, "--format", "json", "--quiet"]
        devices = json.loads(CliRunner().invoke(report, words).stdout)["devices"]
        return {one["address"]: one["state"] for one in devices}

    night(store, 1, {five: 5})
    run(store, five, "exempt", "--why", "agreed")
    assert shown(LATER, {five: 5, six: 5}) == {five: "exempt", six: None}
    assert states(store, "list") == ["exempt"]
    run(store, six, "ticketed", "--why", "a copy")
    assert shown(LATER + 1, {six: 5, seven: 5}) == {seven: None, six: "ticketed"}, "not in the register yet"
    assert sorted(states(store, "list")) == ["exempt", "ticketed"]
    assert shown(LATER + 2, {five: 5, six: 5, seven: 5}) == {five: "exempt", six: "ticketed", seven: None}
    store.register.clear()
    assert states(store, five) == ["exempt"]


def test_very_many_clones_of_an_exempt_device_do_not_each_ask_the_register(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, bearing = list[object](), Register.bearing

    def counted(*given: Any, **more: Any) -> tuple[Entry, ...]:
        asked.append(given)
        return bearing(*given, **more)

    monkeypatch.setattr(Register, "bearing", counted)
    night(store, 1, {"10.0.0.100": 5})
    run(store, "10.0.0.100", "exempt", "--why", "agreed")
    scan = night(store, LATER, {f"10.0.0.{number}": 5 for number in range(100, 140)})
    words = ["--db", str(store.file), "--scan", scan.id, "--format", "json", "--quiet"]
    for registered in (False, True):
        asked.clear()
        devices = json.loads(CliRunner().invoke(report, words).stdout)["devices"]
        assert [one["address"] for one in devices if one["state"]] == ["10.0.0.100"]
        assert len(asked) < 10
        asked.clear()
        assert states(store, "list", "--in", "found").count("found") == 41, registered
        assert len(asked) < 10


@pytest.mark.parametrize(("there", "exempt"), [((5,), {5}), ((7,), {7}), ((5, 6), {5}), ((6, 7), set())])
def test_an_exemption_holds_in_a_store_that_lacks_the_scans_from_before_it(
    store: Store, tmp_path: Path, there: tuple[int, ...], exempt: set[int]
) -> None:
    """As of an auditor who has the bundle of one scan alone, with what was said before it."""
    night(store, 1, {"10.0.0.5": 5})
    run(store, "10.0.0.5", "exempt", "--why", "agreed")
    [said] = store.states.changes()
    with Store.open(tmp_path / "audit.db") as audit:
        scan = night(audit, LATER, {f"10.0.0.{number}": 5 for number in there})
        audit.states.add([(said, {key(name) for name in said.names})])
        for registered in (False, True):
            words = ["--db", str(audit.file), "--scan", scan.id, "--format", "json", "--quiet"]
            devices = json.loads(CliRunner().invoke(report, words).stdout)["devices"]
            assert {one["address"] for one in devices if one["state"]} == {f"10.0.0.{number}" for number in exempt}
            assert registered or states(audit, "list") == ["exempt"] * len(exempt)


def test_what_is_said_of_a_device_stays_where_it_tells_its_serial_later_or_no_more(store: Store) -> None:
    web = {"http.server": ("App-webs/",)}
    three = "10.0.0.3"

    def scan(number: int, three: str = three, **told: Mapping[str, tuple[str, ...]]) -> None:
        at = BEGIN + timedelta(days=number)
        made = Scan(f"own-{number}", at, ("10.0.0.0/24",), ("sadp", "http"), "hq")
        seen = [Observation(three, name, Outcome.ANSWERED, at, fields=fields) for name, fields in told.items()]
        keep_scan(store, made, seen, [LedgerEntry(three, dict.fromkeys(told, Outcome.ANSWERED))])

    def shown() -> str | None:
        words = ["--db", str(store.file), "--site", "hq", "--format", "json", "--quiet"]
        (device,) = json.loads(CliRunner().invoke(report, words).stdout)["devices"]
        state: str | None = device["state"]
        return state

    scan(1, http=web)
    run(store, three, "exempt", "--why", "x")
    scan(2, http=web, sadp=camera(3))
    assert (states(store, three), shown()) == (["exempt"], "exempt")
    scan(3, "10.0.0.4", http=web, sadp=camera(3))
    assert (states(store, serial(3)), shown()) == (["exempt"], "exempt")
    scan(4, http=web, sadp=camera(3))
    run(store, serial(3), "ticketed", "--why", "y")
    scan(5, http=web)
    assert (states(store, three), shown()) == (["exempt", "ticketed"], "ticketed")


def test_what_is_said_of_a_device_known_by_its_mac_stays_where_it_shows_the_serial_of_another_too(store: Store) -> None:
    """At once, although the register learns only then that both are one."""
    link = {"sadp.mac": ("44:19:B6:00:00:07",)}
    unnamed = {name: told for name, told in camera(3).items() if name != "sadp.device_sn"}

    def shown(number: int, place: str, fields: Mapping[str, tuple[str, ...]]) -> str | None:
        at = BEGIN + timedelta(days=number)
        made = Scan(f"own-{number}", at, ("10.0.0.0/24",), ("sadp",), "hq", at + timedelta(hours=1))
        seen = [Observation(place, "sadp", Outcome.ANSWERED, at, 37020, fields=fields)]
        keep_scan(store, made, seen, [LedgerEntry(place, {"sadp": Outcome.ANSWERED})])
        words = ["--db", str(store.file), "--scan", made.id, "--format", "json", "--quiet"]
        [device] = json.loads(CliRunner().invoke(report, words).stdout)["devices"]
        state: str | None = device["state"]
        return state

    assert shown(1, "10.0.0.5", {**unnamed, **link}) is None
    run(store, "10.0.0.5", "exempt", "--why", "x")
    assert shown(LATER, "10.0.0.6", camera(3)) is None
    assert states(store, "list") == ["exempt"]
    assert shown(LATER + 1, "10.0.0.7", {**camera(3), **link}) == "exempt"
    assert states(store, "list") == ["exempt"]


def test_a_device_that_has_come_to_the_place_of_a_removed_one_is_not_shown_as_returned(store: Store) -> None:
    """Also in a scan in which it shows no serial: by its place, make and model it could be the other one."""
    web: Mapping[str, tuple[str, ...]] = {"http.server": ("App-webs/",)}
    three, four = "10.0.0.3", "10.0.0.4"

    def scan(number: int, seen: Mapping[str, Mapping[str, Mapping[str, tuple[str, ...]]]]) -> str:
        at = BEGIN + timedelta(days=number)
        made = Scan(f"own-{number}", at, ("10.0.0.0/24",), ("sadp", "http"), "hq")
        answers = [
            Observation(address, name, Outcome.ANSWERED, at, fields=fields)
            for address, told in seen.items()
            for name, fields in told.items()
        ]
        ledger = [LedgerEntry(address, dict.fromkeys(told, Outcome.ANSWERED)) for address, told in seen.items()]
        return keep_scan(store, made, answers, ledger).id

    whole = {"http": web, "sadp": camera(3)}
    scan(1, {three: {"http": web}, four: whole})
    for number in (2, 3, 4):
        scan(number, {three: whole})
    assert run(store, "10.0.0.3 Hikvision", "removed", "--why", "x").exit_code == 0
    last = scan(LATER, {three: {"http": web}})
    assert states(store, "list") == ["removed"]
    words = ["--db", str(store.file), "--scan", last, "--format", "json", "--quiet"]
    (device,) = json.loads(CliRunner().invoke(report, words).stdout)["devices"]
    assert (device["address"], device["state"]) == (three, None)


def test_for_spreadsheets_nothing_is_a_formula(store: Store) -> None:
    run(store, ONE, "ticketed", "--why", "=1+1", "--who", "@x")
    [row] = csv.DictReader(run(store, "list", "--format", "csv").stdout.splitlines())
    assert (row["why"], row["who"]) == ("'=1+1", "'@x")
    (_, line) = read(run(store, "list", "--format", "xlsx").stdout_bytes)["States"]
    assert {"=1+1", "@x"} < {*line.values()}


def test_a_report_shows_the_state_of_a_device_and_that_it_has_returned(store: Store) -> None:
    run(store, TWO, "exempt", "--why", "agreed")
    gone(store, 1, 3)
    run(store, ONE, "removed", "--why", "gone")
    words = ["--db", str(store.file), "--scan", night(store, LATER, {ONE: 1, TWO: 2}).id]
    done = CliRunner().invoke(report, [*words, "--format", "json"])
    assert {one["address"]: one["state"] for one in json.loads(done.stdout)["devices"]} == {
        ONE: "returned",
        TWO: "exempt",
    }
    told = {one["address"]: one["said"] for one in json.loads(done.stdout)["devices"]}
    assert [(told[one]["state"], told[one]["why"]) for one in (ONE, TWO)] == [("removed", "gone"), ("exempt", "agreed")]
    for name in ("html", "markdown"):
        text = CliRunner().invoke(report, [*words, "--format", name]).stdout
        assert "agreed" in text, name
    assert f"RETURNED: 1 device recorded as removed is back: {ONE}." in (
        CliRunner().invoke(report, words).stdout.replace("\n", " ")
    )


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((ONE, "--in", "removed"), "--in is for"),
        ((ONE, "ticketed", "--why", "x", "--in", "found"), "--in is for"),
        ((ONE, "--who", "Ann"), "--who needs a state"),
        ((ONE, "--why", "x"), "--why needs a state"),
        ((ONE, "ticketed", "--why", "x", "--format", "json"), "--format is for lists and histories"),
        ((ONE, "ticketed", "--why", "x", "-o", "said.csv"), "--output is for lists and histories"),
        ((ONE, "ticketed", "--why", "x", "--fail-on", "returned"), "--fail-on is for lists and histories"),
        ((ONE, "ticketed", "--why", "x", "--clean", "5"), "--clean is for `removed` and `replaced`"),
        (("list", "--clean", "3"), "--clean is for `removed` and `replaced`"),
        (("list", "--site", "h q", "--fail-on", "returned"), "no scan of site 'h q' is stored: did you mean 'hq'"),
        (
            (ONE, "ticketed", "--why", "x", "--site", "branch"),
            "no scan of site 'branch' is stored: see `camscan scans`",
        ),
        (("list", "removed", "--why", "x"), "name the device that is removed; `camscan state list --in removed` lists"),
    ],
)
def test_words_that_would_change_nothing_are_wrong_use(store: Store, words: tuple[str, ...], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        run(store, *words)


def lease(address: str, number: int, at: datetime) -> str:
    begun = f"starts 1 {at:%Y/%m/%d %H:%M:%S};"
    return f"lease {address} {{\n {begun}\n binding state active;\n hardware ethernet 44:19:b6:00:00:0{number};\n}}\n"


def bundled(store: Store, scan: str, folder: Path) -> dict[str, str | None]:
    """The states of devices in a bundle of a scan, which can be verified."""
    key, bundle = str(folder / "evidence.key"), str(folder / "bundle.zip")
    if not Path(key).exists():
        assert CliRunner().invoke(evidence, ["keygen", "-o", key]).exit_code == 0
    words = ["export", "--scan", scan, "--db", str(store.file), "--key", key, "-o", bundle, "-q"]
    assert CliRunner().invoke(evidence, words).exit_code == 0
    assert CliRunner().invoke(evidence, ["verify", bundle, "-q"]).exit_code == 0
    with zipfile.ZipFile(bundle) as archive:
        lines = map(json.loads, archive.read("verdicts.jsonl").splitlines())
    return {line["address"]: line["state"] for line in lines}


def test_a_lease_that_was_given_before_a_removal_brings_nothing_back(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It runs on for days after the camera was taken down, beside leases that were renewed since."""

    def shown(*days: int) -> str:
        """A report on the import of leases that were given on these days."""
        leases = tmp_path / "dhcpd.leases"
        given = zip((ONE, TWO), days, strict=True)
        leases.write_text("".join(lease(ip, n, BEGIN + timedelta(days=day)) for n, (ip, day) in enumerate(given)))
        made = CliRunner().invoke(import_, [str(leases), "--site", "hq", "--db", str(store.file)])
        scans.append(made.stdout.strip())
        return CliRunner().invoke(report, ["--scan", scans[-1], "--db", str(store.file)]).stdout

    scans = list[str]()
    shown(0, 0)
    gone(store, 1, 3)
    monkeypatch.setattr(statements, "datetime", Mock(now=Mock(return_value=BEGIN + timedelta(days=5))))
    assert run(store, ONE, "removed", "--why", "x").exit_code == 0
    assert " removed;" in shown(2, 6)
    assert states(store, "list") == ["removed"]
    assert bundled(store, scans[-1], tmp_path) == {ONE: "removed", TWO: None}
    assert " RETURNED;" in shown(7, 6)
    assert bundled(store, scans[-1], tmp_path) == {ONE: "returned", TWO: None}
    assert states(store, "list") == ["returned"]


def test_a_lease_of_a_clock_that_is_ahead_is_of_now(store: Store, tmp_path: Path) -> None:
    leases = tmp_path / "dhcpd.leases"
    leases.write_text(lease(ONE, 1, datetime.now(UTC) + timedelta(days=300)))
    made = CliRunner().invoke(import_, [str(leases), "--site", "hq", "--db", str(store.file)])
    assert states(store, "list") == []
    ended = store.scan(made.stdout.strip()).ended_at
    assert max(entry.last_seen for entry in store.register.entries("hq")) == ended


def test_a_camera_that_its_recorder_still_lists_can_be_removed_and_has_not_returned(store: Store) -> None:
    own = {"isapi.serial": ("NVR0000001",), "isapi.model": ("DS-7616NI-I2",), "isapi.manufacturer": ("hikvision",)}
    told = {"behind.slot": ("1",), "behind.address": (ONE,), "behind.serial": (serial(1),), "behind.online": ("false",)}
    for number in range(1, 5):
        gone(store, number, 1)
        scan = store.scans()[0]
        seen = Observation("10.0.0.9", "isapi", Outcome.ANSWERED, scan.ended_at, 80)
        answers = [replace(seen, fields=fields) for fields in (own, told)]
        store.append(scan.id, answers, [LedgerEntry("10.0.0.9", {"isapi": Outcome.ANSWERED})])
    assert f"{serial(1)} at {ONE} is removed from now on" in run(store, ONE, "removed", "--why", "x").stderr
    gone(store, LATER, 1)
    again = [replace(one, at=store.scans()[0].ended_at) for one in answers]
    store.append(store.scans()[0].id, again, [LedgerEntry("10.0.0.9", {"isapi": Outcome.ANSWERED})])
    shown = CliRunner().invoke(report, ["--scan", store.scans()[0].id, "--db", str(store.file)]).stdout
    assert "10.0.0.9 #1" in shown
    assert "removed; 10.0.0.1, offline" in shown
    assert states(store, "list") == ["removed"]


def test_what_is_said_of_a_camera_behind_a_recorder_stays_where_that_tells_no_serial_of_it(store: Store) -> None:
    """As where another login, or another interface, shows less of each channel."""

    def recorder_tells(number: int, told: Mapping[str, tuple[str, ...]]) -> str:
        scan = night(store, number, {})
        channel = {"behind.slot": ("1",), "behind.address": ("192.168.254.2",), "behind.model": ("DS-2CD2142FWD-I",)}
        seen = Observation("10.0.0.9", "isapi", Outcome.ANSWERED, scan.ended_at, 80)
        own = {"isapi.serial": ("NVR0000001",), "isapi.model": ("DS-7616NI-I2",), "isapi.manufacturer": ("hikvision",)}
        answers = [replace(seen, fields=fields) for fields in (own, {**channel, **told})]
        store.append(scan.id, answers, [LedgerEntry("10.0.0.9", {"isapi": Outcome.ANSWERED})])
        return CliRunner().invoke(report, ["--scan", scan.id, "--db", str(store.file)]).stdout

    recorder_tells(1, {"behind.serial": (serial(1),)})
    assert run(store, serial(1), "exempt", "--why", "x").exit_code == 0
    assert "exempt" in recorder_tells(2, {})
    assert states(store, "list") == ["exempt"]


def test_a_camera_that_a_recorder_elsewhere_still_lists_has_not_returned_before_it_is_online(
    store: Store,
) -> None:
    gone(store, 1, 3)
    assert run(store, ONE, "removed", "--why", "x").exit_code == 0
    own = {"isapi.serial": ("NVR0000001",), "isapi.model": ("DS-7616NI-I2",), "isapi.manufacturer": ("hikvision",)}

    def recorder_tells(number: int, online: str) -> None:
        scan = night(store, number, {}, site="branch")
        told = {"behind.slot": ("1",), "behind.serial": (serial(1),), "behind.online": (online,)}
        seen = Observation("10.0.0.9", "isapi", Outcome.ANSWERED, scan.ended_at, 80)
        answers = [replace(seen, fields=fields) for fields in (own, told)]
        store.append(scan.id, answers, [LedgerEntry("10.0.0.9", {"isapi": Outcome.ANSWERED})])

    recorder_tells(LATER, "false")
    assert states(store, "list") == ["removed"]
    run(store, "10.0.0.9", "found", "--why", "x", "--site", "branch")
    assert sorted(states(store, "list")) == ["found", "removed"]
    recorder_tells(LATER + 1, "true")
    assert sorted(states(store, "list")) == ["found", "removed", "returned"]

"""What people said is kept for good; the register is found by names, counted, and can be dropped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from support.stores import new_scan, statements

from camscan.records import LedgerEntry, Outcome, Scan, ScanStatus
from camscan.store.registered import Entry, Mark
from camscan.store.store import Store
from camscan.summaries import State, StateChange, Tally

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
DAY = (NOON - datetime(1970, 1, 1, tzinfo=UTC)).days
ODD = "\0 \\u0041 \ud800 =1+1 é"


def entry(address: str, site: str = "hq", verdict: str = "listed", policies: tuple[str, ...] = ("uk-nil",)) -> Entry:
    return Entry(site, f"SN-{address}", address, verdict, policies, NOON, NOON, "{}", (f"serial {address}",))


def mark(scan: str = "a", site: str = "hq") -> Mark:
    return Mark(scan, site, NOON, "some rules; uk-nil us-ndaa-889")


def change(address: str, state: State, site: str = "hq", why: str = "because") -> StateChange:
    return StateChange(site, f"SN-{address}", address, state, "ann", why, NOON, (f"serial {address}",), ("a", "b"))


def keep(store: Store, new: Mark, entries: Sequence[Entry] = (), gone: Sequence[int] = ()) -> None:
    assert store.register.keep(new, entries, gone, store.register.standing(new.site))


def say(store: Store, address: str, state: State, why: str = "because") -> None:
    [one] = store.register.named(address, ())
    store.states.record(change(address, state, one.site, why), [f"serial {address}"], one)


def test_what_was_said_is_kept_in_order_and_survives_the_register(store: Store) -> None:
    keep(store, mark(), [entry("1"), entry("2")])
    say(store, "1", State.TICKETED)
    say(store, "2", State.EXEMPT, ODD)
    say(store, "1", State.DISCONNECTED)
    store.register.clear()
    said = store.states.changes()
    assert [(one.number, one.address, one.state) for one in said] == [
        (1, "1", State.TICKETED),
        (2, "2", State.EXEMPT),
        (3, "1", State.DISCONNECTED),
    ]
    assert said[1] == replace(change("2", State.EXEMPT, why=ODD), number=2)
    assert [one.number for one in store.states.changes_of(["serial 1", "serial 3"])] == [1, 3]
    assert (store.register.entries(), store.states.changes("branch")) == ((), ())


def test_an_entry_comes_back_as_it_was_kept_and_shows_what_is_said(store: Store) -> None:
    odd = replace(entry("1", ODD), track=ODD, device=ODD)
    keep(store, mark(), [odd])
    [found] = store.register.entries(ODD)
    assert found == replace(odd, keys=(), number=1)
    store.states.record(change("1", State.TICKETED, ODD), ["k"], found)
    [found] = store.register.entries(state=State.TICKETED)
    assert (found.state, found.state_at) == (State.TICKETED, NOON)


def test_a_device_is_found_by_address_id_or_key_at_its_site(store: Store) -> None:
    keep(store, mark(), [entry("1"), entry("1", "branch"), entry("2")])

    def named(text: str, *keys: str, site: str | None = None) -> list[tuple[str, str]]:
        return [(one.site, one.address) for one in store.register.named(text, keys, site)]

    assert named("1") == [("hq", "1"), ("branch", "1")]
    assert named("SN-1", site="branch") == [("branch", "1")]
    assert named("x", "serial 2") == [("hq", "2")]
    assert named("x", "serial 9") == []


def test_entries_are_written_anew_and_those_that_were_joined_go(store: Store) -> None:
    keep(store, mark(), [entry("1"), entry("2")])
    first, second = store.register.entries()
    after = replace(first, address="9", track="[]", keys=("serial 2",))
    keep(store, mark("b"), [after], [second.number or 0])
    assert store.register.entries() == (replace(after, keys=()),)
    assert [one.number for one in store.register.named("x", ["serial 2"])] == [first.number]
    assert store.register.named("x", ["serial 1"]) == ()


def test_many_entries_are_kept_and_dropped_at_once(store: Store) -> None:
    keep(store, mark(), [entry(str(number)) for number in range(1_200)])
    numbers = [one.number or 0 for one in store.register.entries()]
    assert len(store.states.changes_of(f"serial {number}" for number in range(1_200))) == 0
    keep(store, mark("b"), (), numbers[1:])
    assert [one.address for one in store.register.entries()] == ["0"]


def test_scans_are_due_until_they_are_in_and_again_once_they_went_on(store: Store) -> None:
    """The oldest is the one that ended first: an import began with the oldest of its records."""
    for number, name in enumerate(("late", "early")):
        scan = replace(new_scan(name), started_at=NOON - timedelta(days=9 - number), site="hq")
        store.begin(scan)
        store.finish(replace(scan, finished_at=NOON - timedelta(hours=number), status=ScanStatus.COMPLETE))
    assert store.register.due() == ("early", "late")
    for number, name in enumerate(("late", "early")):
        keep(store, replace(mark(name), at=NOON - timedelta(hours=number)))
    assert (store.register.due(), store.register.lost()) == ((), 0)
    assert store.register.bases() == {"some rules; uk-nil us-ndaa-889": 2}
    assert store.register.sites() == ("hq",)
    keep(store, replace(mark("late"), at=NOON - timedelta(hours=1)))
    keep(store, mark("gone"))
    assert (store.register.due(), store.register.lost()) == (("late",), 1)


def test_listed_devices_are_counted_by_site_state_and_day(store: Store) -> None:
    both = ("uk-nil", "us-ndaa-889")
    devices = [entry("1"), entry("2", policies=both), entry("3", verdict="not-listed"), entry("4", verdict="suspected")]
    keep(store, mark(), [*devices, entry("5", "branch")])
    say(store, "2", State.REMOVED)
    say(store, "3", State.TICKETED)
    found = Tally("hq", State.FOUND, DAY, None, 1)
    removed, branch = Tally("hq", State.REMOVED, DAY, DAY, 1), Tally("branch", State.FOUND, DAY, None, 1)

    def tallies(*sites: str, policies: tuple[str, ...] = ()) -> list[Tally]:
        return sorted(store.register.tallies(sites, policies), key=str)

    assert tallies() == sorted([found, removed, branch], key=str)
    assert tallies("branch") == [branch]
    assert tallies("hq", policies=("us-ndaa-889",)) == [removed]
    assert tallies(policies=("us-ndaa",)) == []
    say(store, "4", State.CONFIRMED)
    assert Tally("hq", State.CONFIRMED, DAY, DAY, 1) in tallies("hq")


def test_a_suspect_that_somebody_has_confirmed_counts_by_the_policies_that_name_its_maker(store: Store) -> None:
    """A report by another policy calls it not listed. Of one whose maker is unknown, no policy knows better."""
    keep(store, mark(), [entry("1", verdict="suspected"), entry("2", verdict="unidentified", policies=())])
    for address in ("1", "2"):
        say(store, address, State.CONFIRMED)
    counts = [sum(one.count for one in store.register.tallies(["hq"], names)) for names in ((), ["uk-nil"], ["own"])]
    assert counts == [2, 2, 1]


def test_a_ledger_is_read_from_a_beginning_on(store: Store) -> None:
    scan = Scan("a", NOON, (), ())
    store.begin(scan)
    targets = ("10.0.0.1", "10.0.0.20", "10.0.1.1", "110.0.0.1", "10.0.0%1")
    store.append("a", entries=[LedgerEntry(target, {"http": Outcome.SILENT}) for target in targets])
    assert [one.target for one in store.ledger("a", "10.0.0.")] == ["10.0.0.1", "10.0.0.20"]
    assert len(list(store.ledger("a"))) == 5


def test_two_who_take_in_scans_of_a_site_at_once_do_not_make_devices_twice(store: Store) -> None:
    before = store.register.standing("hq")
    assert store.register.keep(mark("a"), [entry("1")], (), before)
    assert not store.register.keep(mark("b"), [entry("1")], (), before)
    assert [one.address for one in store.register.entries()] == ["1"]
    assert store.register.keep(mark("b", "branch"), [entry("1", "branch")], (), before)


def test_what_is_said_while_a_scan_is_taken_in_is_not_lost_to_it(store: Store) -> None:
    """Else the register shows a device as found that was removed, until it is seen again: for good."""
    keep(store, mark("a"), [entry("1")])
    before, [known] = store.register.standing("hq"), store.register.entries()
    say(store, "1", State.REMOVED)
    assert not store.register.keep(mark("b"), [known], (), before)
    [found] = store.register.entries()
    assert found.state is State.REMOVED


def test_nothing_is_asked_of_sqlite_that_older_ones_in_use_lack(store: Store) -> None:
    """RETURNING is there from 3.35 on, concat() from 3.44: distributions with Python 3.11 have 3.34 and 3.40."""
    with statements() as asked:
        store.begin(Scan("a", NOON, (), (), "hq"))
        keep(store, mark(), [entry("1")])
        say(store, "1", State.TICKETED)
        assert [one.count for one in store.register.tallies(["hq"], ["uk-nil"])] == [1]
    texts = [text.lower() for text, _ in asked]
    assert any(text.startswith("insert into register ") for text in texts)
    assert not [text for text in texts if "returning" in text or "concat" in text]


def test_many_devices_are_kept_in_few_statements(store: Store) -> None:
    """While 20,000 were written one by one, which took ten seconds, every other process waited."""
    first = [entry(str(number)) for number in range(300)]
    with statements() as asked:
        keep(store, mark("a"), first)
        known = store.register.entries()
        again = [replace(one, last_seen=NOON + timedelta(days=1), keys=()) for one in known[::-1]]
        keep(store, mark("b"), [*again, entry("new"), entry("newer")])
        store.register.restate(replace(one, state=State.EXEMPT, state_at=NOON) for one in known[1:])
    assert len(asked) < 40
    assert [(one.number, one.address) for one in known] == [(at, str(at - 1)) for at in range(1, 301)]
    after = store.register.entries()
    assert [one.address for one in after] == [*(one.address for one in known), "new", "newer"]
    assert {one.last_seen for one in after[:300]} == {NOON + timedelta(days=1)}
    assert [one.address for one in after if one.state is not State.EXEMPT] == ["0", "new", "newer"]


def test_the_devices_of_many_keys_and_addresses_are_found_in_few_queries(store: Store) -> None:
    keep(store, mark(), [entry(str(number)) for number in range(700)])
    keep(store, mark(site="branch"), [entry("3", "branch")])
    with statements() as asked:
        found = store.register.bearing([f"serial {number}" for number in range(600)], ["3", "650", "9999"])
    assert sorted((one.site, int(one.address)) for one in found) == [
        ("branch", 3),
        *(("hq", number) for number in range(600)),
        ("hq", 650),
    ]
    assert len([text for text, _ in asked if "SELECT" in text]) == 3
    assert store.register.bearing([]) == ()
    at_branch = store.register.bearing(["serial 3", "serial 4"], ["3", "4"], "branch")
    assert [(one.site, one.address) for one in at_branch] == [("branch", "3")]

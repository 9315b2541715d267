"""What is new and was there earlier has returned, and no more of what was there is looked at than that takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from support.estate import Camera, cameras, sweep

from camscan.sweeps import returned
from camscan.sweeps.changes import Changes
from camscan.sweeps.compare import compare
from camscan.sweeps.returned import Keys, Past, with_returned
from camscan.sweeps.sightings import Sighting
from camscan.sweeps.snapshot import Snapshot
from camscan.sweeps.tracks import keys

SITE = cameras(6)


def past(snapshot: Snapshot, made: list[str] | None = None) -> Past:
    def sighting(number: int) -> Sighting:
        one = snapshot.sightings[number]
        if made is not None:
            made.append(one.device.address)
        return one

    return Past(snapshot.at, [keys(o.device.addresses, o.serials, o.macs) for o in snapshot.sightings], sighting)


def shown(changes: Changes) -> list[str]:
    return [f"{change.kind} {change.device.address}" for change in changes.changes]


def test_what_was_seen_earlier_has_returned() -> None:
    fresh = Camera("10.0.0.9", "SN9", "02:00:00:00:09:09")
    earlier, before = sweep(0, SITE), sweep(1, SITE[2:], targets=["10.0.0.1", "10.0.0.2"])
    now = sweep(2, [*SITE, fresh])
    between = compare([before, now])
    assert shown(between) == ["new 10.0.0.1", "new 10.0.0.2", "new 10.0.0.9"]
    made: list[str] = []
    found = with_returned(between, now.sightings, [past(earlier, made)])
    assert shown(found) == ["returned 10.0.0.1", "returned 10.0.0.2", "new 10.0.0.9"]
    assert [change.last_seen for change in found.changes] == [earlier.at, earlier.at, None]
    assert sorted(made) == ["10.0.0.1", "10.0.0.2"]


def test_the_newest_look_that_saw_it_counts_and_no_other_is_read() -> None:
    snapshots = [sweep(night, SITE) for night in range(2)]
    before, now = sweep(2, SITE[1:], targets=["10.0.0.1"]), sweep(3, SITE)

    def newest_first() -> Iterator[Past]:
        yield past(snapshots[1])
        pytest.fail("everything was found")

    [change] = with_returned(compare([before, now]), now.sightings, newest_first()).changes
    assert change.last_seen == snapshots[1].at


def test_where_nothing_is_new_nothing_is_read() -> None:
    class Never(Iterator[Past]):
        def __next__(self) -> Past:
            pytest.fail("nothing is wanted")

    now = sweep(1, SITE)
    assert with_returned(compare([sweep(0, SITE), now]), now.sightings, Never()).changes == ()


def test_it_is_known_again_elsewhere_and_another_at_its_place_is_not() -> None:
    moved = replace(SITE[0], address="10.0.0.77")
    other = Camera("10.0.0.1", "SN-OTHER", "02:00:00:00:0a:0a", model="D-9")
    before, now = sweep(1, SITE[1:]), sweep(2, [*SITE[1:], moved, other])
    found = with_returned(compare([before, now]), now.sightings, [past(sweep(0, SITE))])
    assert sorted(shown(found)) == ["new 10.0.0.1", "returned 10.0.0.77"]


def test_a_mere_host_was_no_device() -> None:
    earlier = past(sweep(0, SITE))
    before, now = sweep(1, SITE[1:]), sweep(2, SITE)
    hosts = replace(earlier, sighting=lambda _number: None)
    assert shown(with_returned(compare([before, now]), now.sightings, [hosts])) == ["new 10.0.0.1"]


PLACES = some.permutations([f"10.0.0.{number}" for number in range(1, 7)])
KNOWN = some.lists(some.sampled_from(["serial", "mac", "both", "neither", "cloned"]), min_size=6, max_size=6)


SERIAL, MAC = ("serial", "both"), ("mac", "both")


@settings(deadline=None, max_examples=400)
@given(PLACES, PLACES, KNOWN, some.sets(some.integers(0, 5)), some.sets(some.integers(0, 5)))
def test_those_that_are_looked_at_are_enough(
    old: Sequence[str], new: Sequence[str], known: Sequence[str], gone: set[int], later: set[int]
) -> None:
    """Addresses are dealt anew between the snapshots: it comes out as if every device had been looked at."""

    def site(places: Sequence[str], without: set[int]) -> list[Camera]:
        return [
            replace(
                camera,
                address=places[number],
                serial="CLONE12345"
                if known[number] == "cloned"
                else camera.serial
                if known[number] in SERIAL
                else None,
                mac="02:00:00:00:99:99" if known[number] == "cloned" else camera.mac if known[number] in MAC else None,
            )
            for number, camera in enumerate(SITE)
            if number not in without
        ]

    def everything(_start: object, some: Keys, others: Keys) -> tuple[list[int], list[int]]:
        return list(range(len(some))), list(range(len(others)))

    earlier, before, now = sweep(0, site(old, later)), sweep(1, site(new, gone)), sweep(2, site(new, set()))
    between = compare([before, now])
    few = with_returned(between, now.sightings, [past(earlier)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(returned, "_kin", everything)
        assert with_returned(between, now.sightings, [past(earlier)]) == few

"""What a year of nights looks like: what comes, goes, moves and changes is told once, and blindness is told as such."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.costs import costs_less_than
from support.estate import BEGIN, CHANNELS, Camera, cameras, moved, sweep

from camscan.records import Outcome, ScanStatus, Verdict
from camscan.sweeps.changes import ChangeKind, Changes
from camscan.sweeps.compare import advance, compare
from camscan.sweeps.coverage import Terms
from camscan.sweeps.lifecycle import begun, seen
from camscan.sweeps.memory import Memory
from camscan.sweeps.sightings import DeviceSummary
from camscan.sweeps.snapshot import Snapshot

TERMS = Terms(3, 3)
SITE = cameras(5)
FIRST, SECOND, *REST = SITE
OTHERS = SITE[1:]
BARE = replace(FIRST, serial=None, mac=None)


def nights(*snapshots: Snapshot, terms: Terms = TERMS) -> list[Changes]:
    memory, told = Memory(), []
    for one in snapshots:
        memory, changes = advance(memory, one, terms)
        told.append(changes)
    return told


def remembered(*snapshots: Snapshot) -> Memory:
    memory = Memory()
    for one in snapshots:
        memory, _ = advance(memory, one, TERMS)
    return memory


def silent(*gone: Camera, nights: Iterable[int] = (1, 2, 3)) -> list[Snapshot]:
    """Nights in which some of the site say nothing."""
    left, asked = [camera for camera in SITE if camera not in gone], [camera.address for camera in gone]
    return [sweep(night, left, targets=asked) for night in nights]


def shown(changes: Changes) -> list[str]:
    return [
        " ".join(filter(None, (change.kind, change.device.address, change.what, change.before, change.after)))
        for change in changes.changes
    ]


def told(*sites: Sequence[Camera], terms: Terms = TERMS) -> list[list[str]]:
    every = {camera.address for site in sites for camera in site}
    snapshots = (sweep(night, site, targets=every) for night, site in enumerate(sites))
    return [shown(changes) for changes in nights(*snapshots, terms=terms)]


def test_the_first_sweep_is_the_beginning() -> None:
    changes = nights(sweep(0, SITE))[0]
    assert (changes.first, changes.changes, changes.losses) == (True, (), ())
    assert changes.verdicts == {Verdict.LISTED: 5}


def test_a_quiet_night_tells_nothing() -> None:
    assert told(SITE, SITE, SITE) == [[], [], []]


def test_what_was_taken_for_two_devices_goes_on_as_the_older_one_with_what_was_known_of_both() -> None:
    card = Camera("10.0.0.1", None, "02:00:00:00:01:01", firmware="V1")
    other = Camera("10.0.0.2", "SN000000777", "02:00:00:00:01:02", firmware="V1")
    both = replace(other, address="10.0.0.1", mac=card.mac, more=("10.0.0.2",))
    sites = [
        [card, *REST],
        [card, other, *REST],
        [both, *REST],
        [replace(other, address="10.0.0.7", serial=None), *REST],
    ]
    every = {"10.0.0.2", "10.0.0.7", *(camera.address for camera in SITE)}
    looks = [sweep(night, site, targets=every) for night, site in enumerate(sites)]
    assert [shown(changes) for changes in nights(*looks)] == [
        [],
        ["new 10.0.0.2"],
        [],
        ["changed 10.0.0.7 address 10.0.0.1 10.0.0.7"],
    ]
    (track,) = [track for track in remembered(*looks[:3]).tracks if track.device.address == "10.0.0.1"]
    assert (track.first_seen, sorted(track.macs)) == (BEGIN, ["02:00:00:00:01:01", "02:00:00:00:01:02"])


def test_a_device_that_appears_is_new_once() -> None:
    assert told(REST, SITE, SITE) == [[], ["new 10.0.0.1", "new 10.0.0.2"], []]


def test_a_device_that_leaves_is_missing_after_three_sweeps_and_told_once() -> None:
    assert told(SITE, *[OTHERS] * 4) == [[], [], [], ["missing 10.0.0.1"], []]


def test_a_missing_device_tells_when_it_was_last_seen() -> None:
    change = nights(sweep(0, SITE), *silent(FIRST))[-1].of(ChangeKind.MISSING)[0]
    assert (change.last_seen, change.device.verdict, change.device.model) == (BEGIN, Verdict.LISTED, "C-100")


def test_a_device_that_comes_back_before_it_is_missing_is_not_told() -> None:
    assert told(SITE, OTHERS, OTHERS, SITE, OTHERS, OTHERS, SITE) == [[]] * 7


def test_a_device_that_comes_back_after_that_has_returned() -> None:
    assert told(SITE, OTHERS, OTHERS, OTHERS, SITE, SITE)[-2:] == [["returned 10.0.0.1"], []]


def test_a_device_that_returns_tells_when_it_was_there_before() -> None:
    (change,) = nights(sweep(0, SITE), *silent(FIRST), sweep(4, SITE))[-1].changes
    assert (change.kind, change.last_seen) == (ChangeKind.RETURNED, BEGIN)


def test_a_device_that_is_missing_stays_so_where_more_is_demanded_from_now_on() -> None:
    memory, _ = advance(remembered(sweep(0, SITE)), silent(FIRST)[0], Terms(1, 1))
    for one in silent(FIRST, nights=range(2, 7)):
        memory, changes = advance(memory, one, TERMS)
        assert shown(changes) == []


@pytest.mark.parametrize(("misses", "of", "at"), [(1, 1, 1), (2, 3, 2), (3, 5, 3), (5, 5, 5)])
def test_missing_after_k_of_n(misses: int, of: int, at: int) -> None:
    results = told(SITE, *[OTHERS] * (of + 1), terms=Terms(misses, of))
    assert results == [["missing 10.0.0.1"] if night == at else [] for night in range(of + 2)]


def test_two_of_three_counts_with_an_answer_in_between() -> None:
    assert told(SITE, OTHERS, SITE, OTHERS, terms=Terms(2, 3))[-1] == ["missing 10.0.0.1"]


def test_a_device_that_moves_is_the_same_by_its_serial() -> None:
    away = [moved(FIRST, "10.0.0.99"), *OTHERS]
    assert told(SITE, away, away, away, away) == [[], ["changed 10.0.0.99 address 10.0.0.1 10.0.0.99"], [], [], []]


def test_a_device_that_moves_is_the_same_by_its_mac() -> None:
    bare = [replace(FIRST, serial=None), *OTHERS]
    away = [moved(bare[0], "10.0.0.99"), *OTHERS]
    assert told(bare, away)[-1] == ["changed 10.0.0.99 address 10.0.0.1 10.0.0.99"]


def test_nothing_but_an_address_does_not_move_with_a_device() -> None:
    bare = [BARE, *OTHERS]
    away = [moved(bare[0], "10.0.0.99"), *OTHERS]
    assert told(bare, away, away, away) == [[], ["new 10.0.0.99"], [], ["missing 10.0.0.1"]]


def test_another_device_at_the_same_address_is_new() -> None:
    other = [replace(FIRST, serial="SN999999", mac="02:00:00:00:99:99"), *OTHERS]
    assert told(SITE, other, other, other) == [[], ["new 10.0.0.1"], [], ["missing 10.0.0.1"]]


@pytest.mark.parametrize("other", [replace(BARE, model="D-200"), replace(BARE, maker="Zenith")])
@pytest.mark.parametrize("channels", [("rtsp",), CHANNELS])
def test_another_model_or_maker_at_the_same_address_is_new(other: Camera, channels: tuple[str, ...]) -> None:
    """Also where that was not known of it from the beginning."""
    sites = [[camera, *OTHERS] for camera in (replace(BARE, channels=channels), BARE, other)]
    assert told(*sites)[-1] == ["new 10.0.0.1"]


def test_two_devices_that_swap_their_addresses_have_moved() -> None:
    swapped = [moved(FIRST, "10.0.0.2"), moved(SECOND, "10.0.0.1"), *REST]
    assert sorted(told(SITE, swapped)[-1]) == [
        "changed 10.0.0.1 address 10.0.0.2 10.0.0.1",
        "changed 10.0.0.2 address 10.0.0.1 10.0.0.2",
    ]


@pytest.mark.parametrize("order", [1, -1])
def test_a_new_device_at_the_place_of_one_that_moved_is_not_taken_for_it(order: int) -> None:
    after = [moved(FIRST, "10.0.0.99"), BARE, *OTHERS][::order]
    assert sorted(told(SITE, after)[-1]) == ["changed 10.0.0.99 address 10.0.0.1 10.0.0.99", "new 10.0.0.1"]


def test_the_old_address_of_a_device_that_moved_is_free() -> None:
    away = [moved(FIRST, "10.0.0.99"), *OTHERS]
    assert told(SITE, away, [*away, BARE])[-1] == ["new 10.0.0.1"]


def test_a_device_that_is_asked_at_one_of_its_addresses_may_be_missing() -> None:
    both = sweep(0, [replace(FIRST, more=("10.0.7.1",)), *OTHERS])
    assert shown(nights(both, *silent(FIRST))[-1]) == ["missing 10.0.0.1"]


def test_a_device_that_is_flashed_has_changed_its_firmware() -> None:
    flashed = [replace(FIRST, firmware="V5.5.0"), *OTHERS]
    assert told(SITE, flashed, flashed) == [
        [],
        ["changed 10.0.0.1 firmware V5.4.5 build 1 V5.5.0 build 1"],
        [],
    ]


def test_a_flashed_device_that_tells_on_one_channel_first_is_told_once() -> None:
    flashed = [replace(FIRST, firmware="V5.5.0"), *OTHERS]
    results = nights(sweep(0, SITE), sweep(1, flashed, lost=[(FIRST.address, "sadp")]), sweep(2, flashed))
    assert [shown(changes) for changes in results] == [[], ["changed 10.0.0.1 firmware V5.4.5 V5.5.0"], []]


def test_a_flashed_device_is_told_by_whatever_told_its_firmware_before() -> None:
    flashed = [replace(FIRST, firmware="V5.5.0"), *OTHERS]
    lost = [[(FIRST.address, channel)] for channel in ("onvif", "sadp")]
    results = nights(sweep(0, SITE), sweep(1, SITE, lost=lost[0]), sweep(2, flashed, lost=lost[1]))
    assert [shown(changes) for changes in results] == [[], [], ["changed 10.0.0.1 firmware V5.4.5 V5.5.0"]]


def test_a_firmware_that_another_channel_words_differently_has_not_changed() -> None:
    results = nights(sweep(0, SITE), sweep(1, SITE, lost=[(FIRST.address, "sadp")]), sweep(2, SITE))
    assert [shown(changes) for changes in results] == [[], [], []]


def test_a_name_has_to_last_before_it_is_told() -> None:
    named, renamed = ([replace(FIRST, name=name), *OTHERS] for name in ("gate", "door"))
    assert told(named, renamed, named, renamed, renamed, renamed) == [
        *[[]] * 5,
        ["changed 10.0.0.1 name gate door"],
    ]


def test_a_name_that_is_not_told_any_more_or_for_the_first_time_is_no_change() -> None:
    named, nameless = ([replace(FIRST, name=name), *OTHERS] for name in ("gate", None))
    renamed = [replace(FIRST, name="door"), *OTHERS]
    assert told(nameless, *[named] * 5, *[nameless] * 5, renamed, renamed) == [[]] * 13


def test_what_is_told_of_a_device_now_is_told_in_place_of_what_was() -> None:
    one = sweep(0, SITE).sightings[0]
    first, second = (
        replace(one.device, **{field.name: f"{when} {field.name}" for field in fields(one.device)[4:]})  # type: ignore[arg-type]
        for when in ("before", "now")
    )
    track, _ = seen(
        begun(replace(one, device=first), sweep(0, SITE)), [replace(one, device=second)], sweep(1, SITE), TERMS
    )
    assert track.device == second


def test_a_verdict_that_differs_by_the_same_evidence_has_to_last() -> None:
    cleared = [replace(FIRST, listed=False), *OTHERS]
    assert told(SITE, cleared, cleared, cleared) == [*[[]] * 3, ["changed 10.0.0.1 verdict listed not-listed"]]


def test_more_evidence_for_the_same_verdict_is_no_change() -> None:
    assert [shown(changes) for changes in nights(sweep(0, SITE, lost=[("", "sadp")]), sweep(1, SITE))] == [[], []]


def test_evidence_that_was_seen_once_is_never_new_again() -> None:
    sadp_alone, onvif_alone = (
        [(FIRST.address, channel) for channel in CHANNELS if channel != kept] for kept in ("sadp", "onvif")
    )
    looks = [sweep(0, SITE, lost=sadp_alone), sweep(1, SITE), sweep(2, SITE, lost=onvif_alone)]
    assert [shown(changes) for changes in nights(*looks)] == [[], [], []]
    (first, *_) = remembered(*looks).tracks
    assert first.device.verdict is Verdict.LISTED


def test_a_device_is_called_by_its_serial_once_that_is_known() -> None:
    nameless = replace(FIRST, mac=None)
    looks = [sweep(night, [nameless], lost=[("", "sadp")] if night != 1 else ()) for night in range(3)]
    memories = [remembered(*looks[:count]) for count in (1, 2, 3)]
    assert [memory.tracks[0].device.id for memory in memories] == ["10.0.0.1", FIRST.serial, FIRST.serial]
    moves = sweep(3, [moved(nameless, "10.0.0.99")])
    assert shown(nights(*looks, moves)[-1]) == ["changed 10.0.0.99 address 10.0.0.1 10.0.0.99"]


def test_serials_and_macs_that_are_remembered_of_one_device_are_bounded() -> None:
    one, night = sweep(0, SITE).sightings[0], sweep(1, SITE)
    many = [frozenset(f"{number:012}" for number in range(count)) for count in (20, 21, 40)]
    track = begun(replace(one, macs=many[0]), sweep(0, SITE))
    assert [len(seen(track, [replace(one, macs=some)], night, TERMS)[0].macs) for some in many] == [20, 21, 32]


def test_what_is_not_told_of_a_device_now_is_told_as_it_was_before() -> None:
    one = sweep(0, SITE).sightings[0]
    bare = DeviceSummary(one.device.id, one.device.address, one.device.addresses, one.device.verdict)
    whole = replace(bare, **{field.name: f"some {field.name}" for field in fields(bare)[4:]})  # type: ignore[arg-type]
    track, changes = seen(
        begun(replace(one, device=whole), sweep(0, SITE)), [replace(one, device=bare)], sweep(1, SITE), TERMS
    )
    assert (track.device, changes) == (whole, [])


def test_a_device_that_loses_sadp_is_still_there() -> None:
    loses = [(FIRST.address, "sadp")]
    assert all(not changes.changes for changes in nights(*(sweep(n, SITE, lost=loses if n else ()) for n in range(6))))


def test_a_verdict_falls_only_when_its_evidence_stays_away() -> None:
    weak = [(FIRST.address, "sadp"), (FIRST.address, "http")]
    results = nights(*(sweep(night, SITE, lost=weak if night else ()) for night in range(5)))
    assert [shown(changes) for changes in results] == [
        *[[]] * 3,
        ["changed 10.0.0.1 verdict listed suspected"],
        [],
    ]


def test_a_verdict_does_not_fall_by_new_evidence_that_is_weaker_than_what_got_lost() -> None:
    """As where the answer that proves the maker is lost in the night in which a hint is told for the first time."""
    weak = [(FIRST.address, "sadp"), (FIRST.address, "http")]
    results = nights(sweep(0, SITE, lost=[(FIRST.address, "onvif")]), sweep(1, SITE, lost=weak), sweep(2, SITE))
    assert [shown(changes) for changes in results] == [[], [], []]


def test_a_verdict_rises_as_soon_as_there_is_new_evidence() -> None:
    weak = [(FIRST.address, "sadp"), (FIRST.address, "http")]
    results = nights(sweep(0, SITE, lost=weak), sweep(1, SITE), sweep(2, SITE, lost=weak), sweep(3, SITE))
    assert [shown(changes) for changes in results] == [[], ["changed 10.0.0.1 verdict suspected listed"], [], []]


def test_a_failed_probe_is_a_loss_and_nothing_is_missing() -> None:
    mute = [replace(camera, channels=("sadp",)) for camera in cameras(50)]
    snapshots = [sweep(0, mute), *(sweep(n, mute, lost=[(c.address, "sadp") for c in mute[5:]]) for n in range(1, 6))]
    results = nights(*snapshots)
    assert [changes.changes for changes in results] == [()] * 6
    loss = next(loss for loss in results[1].losses if loss.what == "channel sadp")
    assert loss.text == "sadp saw 50 devices before and 5 now: probe failure suspected"
    assert loss.unseen == tuple(camera.address for camera in mute[5:])
    assert [[loss.lasting for loss in changes.losses if loss.what == "channel sadp"] for changes in results] == [
        [],
        [False],
        *[[True]] * 4,
    ]


def test_a_device_that_would_be_seen_otherwise_is_behind_no_failed_probe() -> None:
    lost = [(camera.address, "sadp") for camera in SITE]
    _, changes = nights(sweep(0, SITE), sweep(1, SITE, lost=[*lost, (FIRST.address, "")]))
    assert [(loss.what, loss.unseen) for loss in changes.losses] == [("channel sadp", ())]


def test_a_missing_device_is_behind_no_loss() -> None:
    changes = nights(sweep(0, SITE), *silent(FIRST, SECOND), sweep(4, SITE, dead=["10.0.0."]))[-1]
    assert changes.losses[-1].unseen == tuple(camera.address for camera in REST)


def test_a_network_that_is_cut_off_is_a_loss_however_long_it_lasts() -> None:
    site = [*cameras(6), *cameras(6, "10.0.1.")]
    snapshots = [sweep(0, site), *(sweep(night, site, dead=["10.0.1."]) for night in range(1, 20))]
    results = nights(*snapshots)
    assert [changes.changes for changes in results] == [()] * 20
    assert [[loss.what for loss in changes.losses] for changes in results[1:]] == [["network 10.0.1.0/24"]] * 19
    assert results[1].losses[0].unseen == tuple(f"10.0.1.{number}" for number in range(1, 7))
    assert nights(*snapshots, sweep(20, site))[-1].losses == ()


def test_a_network_that_is_cut_off_is_told_once_and_not_for_each_of_its_channels() -> None:
    small, large = cameras(3), cameras(6, "10.0.1.")
    quiet = [(camera.address, "sadp") for camera in small]
    alone = nights(sweep(0, large), sweep(1, large, dead=["10.0.1."]))
    both = nights(sweep(0, [*small, *large]), sweep(1, [*small, *large], dead=["10.0.1."], lost=quiet))
    assert [[loss.what for loss in changes[-1].losses] for changes in (alone, both)] == [
        ["network 10.0.1.0/24"],
        ["channel sadp", "network 10.0.1.0/24"],
    ]


def test_a_part_of_a_network_that_stays_away_is_accepted_and_then_missing() -> None:
    site = cameras(8)
    snapshots = [sweep(0, site), *(sweep(n, site[:3], targets=[c.address for c in site]) for n in range(1, 13))]
    results = nights(*snapshots)
    networks = [[loss.what for loss in changes.losses if loss.what.startswith("network")] for changes in results]
    assert networks == [[], *[["network 10.0.0.0/24"]] * 7, *[[]] * 5]
    assert [len(changes.of(ChangeKind.MISSING)) for changes in results] == [*[0] * 10, 5, 0, 0]


def test_two_devices_that_leave_together_are_no_loss() -> None:
    results = nights(sweep(0, SITE), *silent(FIRST, SECOND))
    assert [changes.losses for changes in results] == [()] * 4
    assert shown(results[-1]) == ["missing 10.0.0.1", "missing 10.0.0.2"]


def test_a_small_site_in_which_nothing_lives_any_more_is_a_loss_and_none_of_it_is_missing() -> None:
    """As behind a tunnel that is down for a week: with so few devices nothing else tells that from their removal."""
    away = [sweep(night, [FIRST, SECOND], dead=["10.0.0."]) for night in range(1, 8)]
    results = nights(sweep(0, [FIRST, SECOND]), *away, sweep(8, [FIRST, SECOND]))
    assert [shown(changes) for changes in results] == [[]] * 9
    assert [[loss.what for loss in changes.fresh_losses] for changes in results] == [[], ["site"], *[[]] * 7]
    [loss] = results[7].losses
    assert loss.unseen == (FIRST.address, SECOND.address)
    assert loss.text.startswith("none of the 2 addresses that were asked gave a sign of life")


@pytest.mark.parametrize("decoys", [(), ("10.0.0.1",)])
def test_a_site_that_was_dark_from_the_beginning_begins_when_it_is_first_seen(decoys: tuple[str, ...]) -> None:
    """As with a route that was not there yet: else a night of nothing but new devices would follow."""
    dark = [sweep(night, SITE, dead=["10.0.0."]) for night in range(3)]
    results = nights(*dark, sweep(3, SITE), sweep(4, cameras(6)), terms=Terms(decoys=decoys))
    assert [shown(changes) for changes in results] == [[], [], [], [], ["new 10.0.0.6"]]
    assert [changes.first for changes in results] == [True, False, False, True, False]
    assert [bool(changes.fresh_losses) for changes in results] == [True, False, False, False, False]
    assert shown(compare([dark[0], sweep(3, SITE)])) == [f"new {camera.address}" for camera in SITE]


def test_a_decoy_that_is_silent_is_a_loss_at_once() -> None:
    terms = Terms(decoys=("10.0.0.1", "10.0.0.77"))
    first, second = nights(sweep(0, SITE, targets=["10.0.0.77"]), sweep(1, SITE), terms=terms)
    assert [(loss.text, loss.lasting) for loss in (*first.losses, *second.losses)] == [
        ("10.0.0.77 should answer and does not: the sweep may have been blind", False),
        ("10.0.0.77 should answer and was not asked: the sweep may have been blind", True),
    ]


def test_a_host_that_refuses_in_the_place_of_a_decoy_is_no_decoy() -> None:
    """Its program has ended, or a firewall refuses for it: the scan says so of it, and the sweep does."""
    terms, refusing = Terms(decoys=("10.0.0.77",)), {"10.0.0.77": Outcome.REFUSED}
    [changes] = nights(sweep(0, SITE, unsent=refusing), terms=terms)
    assert [loss.text for loss in changes.losses] == [
        "10.0.0.77 should answer and does not: the sweep may have been blind"
    ]


def test_fewer_devices_than_expected_are_a_loss_by_half_or_once_it_lasts() -> None:
    results = nights(*silent(FIRST, nights=range(4)), sweep(4, SITE), terms=Terms(expect=5))
    assert [[loss.text for loss in changes.losses] for changes in results] == [
        [],
        [],
        ["the site has 5 devices and 4 were seen"],
        ["the site has 5 devices and 4 were seen"],
        [],
    ]
    assert [loss.what for loss in nights(sweep(0, SITE), terms=Terms(expect=11))[0].losses] == ["devices"]


def test_silence_in_an_incomplete_sweep_means_nothing() -> None:
    cut = {"status": ScanStatus.INTERRUPTED, "targets": ["10.0.0.1"]}
    snapshots = [sweep(0, SITE), *(sweep(night, OTHERS, **cut) for night in (1, 2, 3, 4))]  # type: ignore[arg-type]
    results = nights(*snapshots, terms=Terms(1, 1, decoys=("10.0.0.1",), expect=50))[1:]
    assert [(changes.changes, changes.losses, changes.complete) for changes in results] == [((), (), False)] * 4


@pytest.mark.parametrize("before", [2, 3])
def test_a_device_that_an_incomplete_sweep_sees_is_not_missing_at_the_next_silence(before: int) -> None:
    gone = [OTHERS] * before
    snapshots = [sweep(night, site, targets=[FIRST.address]) for night, site in enumerate([SITE, *gone, SITE, *gone])]
    snapshots[before + 1] = replace(snapshots[before + 1], complete=False)
    back = [["returned 10.0.0.1"]] if before == 3 else [[]]
    missing = [[], [], ["missing 10.0.0.1"]][:before]
    assert [shown(changes) for changes in nights(*snapshots)] == [[], *missing, *back, *missing]


def test_a_sweep_that_was_resumed_saw_a_device_once() -> None:
    whole = sweep(1, SITE)
    part = replace(whole, at=whole.at - timedelta(hours=1), complete=False)
    assert {track.covered for track in remembered(sweep(0, SITE), part, whole).tracks} == {(True, True)}


def test_what_an_incomplete_sweep_finds_is_new_and_told_once() -> None:
    snapshots = [sweep(0, REST), sweep(1, SITE, status=ScanStatus.PARTIAL), sweep(2, SITE)]
    assert [shown(changes) for changes in nights(*snapshots)] == [[], ["new 10.0.0.1", "new 10.0.0.2"], []]


def test_a_sweep_that_was_interrupted_and_resumed_counts_as_one() -> None:
    named, renamed = ([replace(FIRST, name=name), SECOND, *REST] for name in ("gate", "door"))
    weak = [(SECOND.address, "sadp"), (SECOND.address, "http"), (FIRST.address, "rtsp")]
    whole = [sweep(0, named), *(sweep(night, renamed, lost=weak) for night in (1, 2, 3))]
    resumed = [
        part
        for one in whole[1:]
        for part in (*(replace(one, at=one.at - timedelta(hours=left), complete=False) for left in (2, 1)), one)
    ]
    again = Memory()
    for part in (whole[0], *resumed[:6]):
        again, changes = advance(again, part, TERMS)
        assert not changes.changes
    assert again == remembered(*whole[:3])
    assert [shown(changes) for changes in nights(whole[0], *resumed)][7:] == [
        ["changed 10.0.0.1 name gate door", "changed 10.0.0.2 verdict listed suspected"],
        [],
        [],
    ]


def test_a_device_that_the_rest_of_a_resumed_sweep_saw_first_is_counted() -> None:
    named, renamed = ([replace(FIRST, name=name), SECOND, *REST] for name in ("gate", "door"))
    parts = [
        replace(sweep(night, REST), at=sweep(night, REST).at - timedelta(hours=1), complete=False)
        for night in (1, 2, 3)
    ]
    rests = [sweep(night, renamed) for night in (1, 2, 3)]
    looks = [sweep(0, named), *(one for pair in zip(parts, rests, strict=True) for one in pair)]
    assert [shown(changes) for changes in nights(*looks)] == [*[[]] * 6, ["changed 10.0.0.1 name gate door"]]


def test_before_the_first_complete_sweep_nothing_is_new() -> None:
    snapshots = [sweep(0, REST, status=ScanStatus.INTERRUPTED), sweep(1, SITE)]
    assert [(changes.first, shown(changes)) for changes in nights(*snapshots)] == [(True, []), (True, [])]


@pytest.mark.parametrize("outcome", [Outcome.EXCLUDED, Outcome.NOT_SENT, Outcome.CRASHED])
def test_a_device_that_was_not_asked_is_not_missing_but_told_once(outcome: Outcome) -> None:
    snapshots = [sweep(0, SITE), *(sweep(night, SITE, unsent={"10.0.0.1": outcome}) for night in range(1, 6))]
    results = nights(*snapshots)
    assert [changes.changes for changes in results] == [()] * 6
    assert [[(loss.what, loss.unseen) for loss in changes.losses] for changes in results] == [
        [],
        [("targets", ("10.0.0.1",))],
        *[[]] * 4,
    ]
    assert results[1].losses[0].text.startswith("1 device seen before was not asked: ")


@pytest.mark.parametrize("lost", [[], [("10.0.0.1", "")]])
def test_a_device_that_was_asked_meanwhile_is_told_again(lost: list[tuple[str, str]]) -> None:
    unsent = {"10.0.0.1": Outcome.EXCLUDED}
    results = nights(
        sweep(0, SITE), sweep(1, SITE, unsent=unsent), sweep(2, SITE, lost=lost), sweep(3, SITE, unsent=unsent)
    )
    assert [[loss.what for loss in changes.losses] for changes in results] == [[], ["targets"], [], ["targets"]]


@pytest.mark.parametrize(("silent", "missing"), [(2, ["missing 10.0.0.1"]), (3, [])])
def test_a_channel_counts_while_it_answered_recently(silent: int, missing: list[str]) -> None:
    alone = [(FIRST.address, channel) for channel in CHANNELS if channel != "rtsp"]
    heard = [sweep(night, SITE, lost=alone if night != 1 else ()) for night in range(2 + silent)]
    after = [sweep(9 + night, SITE, asked=("sadp",), lost=[(FIRST.address, "")]) for night in range(3)]
    assert shown(nights(*heard, *after)[-1]) == missing


@pytest.mark.parametrize(("away", "changes"), [(2, []), (3, ["changed 10.0.0.91 address 10.0.0.1 10.0.0.91"])])
def test_an_address_counts_while_it_answered_recently(away: int, changes: list[str]) -> None:
    looks = [replace(FIRST, more=("10.0.0.91",)), *[FIRST] * away, moved(FIRST, "10.0.0.91")]
    assert told(*([one, *OTHERS] for one in looks))[-1] == changes


def test_a_device_that_was_not_asked_is_counted_behind_no_other_loss() -> None:
    many = cameras(12)
    asked = [camera.address for camera in many[:10]]
    unsent = {camera.address: Outcome.EXCLUDED for camera in many[10:]}
    _, changes = nights(sweep(0, many), sweep(1, [], targets=asked, unsent=unsent))
    network, targets = (next(one for one in changes.losses if one.what.startswith(w)) for w in ("network", "targets"))
    assert (network.unseen, targets.unseen) == (tuple(asked), tuple(unsent))
    assert network.text.startswith("10.0.0.0/24 showed 10 devices before and 0 now: ")
    assert targets.text == "2 devices seen before were not asked: excluded, or no longer among the targets"


@pytest.mark.parametrize(
    "kept", [cameras(20, "10.0.7."), cameras(8), [*cameras(6), *cameras(4, "10.0.7.")]], ids=["one", "part", "parts"]
)
def test_what_is_no_longer_a_target_is_no_failed_probe_and_no_cut(kept: list[Camera]) -> None:
    """Whatever stays is watched as before."""
    snapshots = [sweep(0, [*cameras(20), *cameras(20, "10.0.7.")]), *(sweep(night, kept) for night in range(1, 5))]
    failed = sweep(5, kept, lost=[(camera.address, "sadp") for camera in kept[1:]])
    cut = sweep(5, kept, dead=[camera.address for camera in kept[1:]])
    results = [[loss.what.partition(" ")[0] for loss in changes.losses] for changes in nights(*snapshots, failed)]
    assert results == [[], ["targets"], [], [], [], ["channel"]]
    assert "network" in [loss.what.partition(" ")[0] for loss in nights(*snapshots, cut)[-1].losses]


def test_a_channel_that_is_no_longer_asked_is_not_lost() -> None:
    mute = [replace(camera, channels=("sadp",)) for camera in SITE]
    results = nights(sweep(0, mute), *(sweep(n, mute, asked=["http"]) for n in range(1, 5)))
    assert [changes.changes for changes in results] == [()] * 5
    assert not [loss for changes in results for loss in changes.losses if loss.what.startswith("channel")]
    one = [mute[0], *OTHERS]
    results = nights(sweep(0, one), *(sweep(n, one, asked=["http"]) for n in range(1, 5)))
    assert [(changes.changes, changes.losses) for changes in results] == [((), ())] * 5


def test_of_very_many_that_are_absent_the_longest_absent_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """A liar makes up other devices every night."""
    monkeypatch.setattr("camscan.sweeps.compare.MAX_ABSENT", 3)
    memory, every = Memory(), [f"10.0.0.{number}" for number in range(1, 60)]
    for night in range(10):
        made_up = [Camera(f"10.0.0.{10 + 3 * night + n}", f"SN-{night}-{n}-123456", None) for n in range(3)]
        memory, _ = advance(memory, sweep(night, [*SITE, *made_up], targets=every), Terms(1, 1))
    absent = [track for track in memory.tracks if track.gone]
    assert [track.device.address for track in absent] == ["10.0.0.34", "10.0.0.35", "10.0.0.36"]
    assert len(memory.tracks) == len(SITE) + len(made_up) + len(absent)


def test_a_device_that_was_away_for_long_is_forgotten() -> None:
    away = silent(FIRST, SECOND, nights=(1, 2, 3, 500, 501))
    assert shown(nights(sweep(0, SITE), *away, sweep(502, SITE))[-1]) == ["new 10.0.0.1", "new 10.0.0.2"]


def test_a_device_that_is_long_no_longer_asked_is_forgotten() -> None:
    unasked = [sweep(night, REST) for night in (1, 399, 400)]
    assert [track.device.address for track in remembered(sweep(0, SITE), *unasked[:2]).tracks][:1] == ["10.0.0.1"]
    assert len(remembered(sweep(0, SITE), *unasked).tracks) == len(SITE)
    assert len(remembered(sweep(0, SITE), *unasked, sweep(401, REST)).tracks) == len(REST)


def test_a_device_for_which_nobody_could_look_is_not_forgotten() -> None:
    cut = [sweep(night, REST, targets=["10.0.0.1"], status=ScanStatus.INTERRUPTED) for night in (1, 500, 501)]
    assert shown(nights(sweep(0, SITE), *cut, sweep(502, SITE))[-1]) == []


def test_a_clock_that_is_wrong_for_a_night_has_nothing_forgotten() -> None:
    looks = silent(FIRST, SECOND, nights=(1, 2, 3, 1000, 4))
    assert shown(nights(sweep(0, SITE), *looks, sweep(5, SITE))[-1]) == ["returned 10.0.0.1", "returned 10.0.0.2"]


def test_one_box_with_two_addresses_may_show_them_apart() -> None:
    whole = replace(FIRST, more=("10.0.0.91",))
    halves = [replace(whole, more=()), Camera("10.0.0.91", channels=("rtsp",))]
    snapshots = [sweep(0, [whole]), sweep(1, halves), sweep(2, [whole]), sweep(3, halves[:1], targets=["10.0.0.91"])]
    assert [changes.changes for changes in nights(*snapshots)] == [()] * 4
    apart = [sweep(0, [whole]), *(sweep(night, halves) for night in range(1, 5))]
    assert [changes.changes for changes in nights(*apart)] == [()] * 5
    (track,) = remembered(*apart).tracks
    assert (track.device.address, track.device.addresses) == (FIRST.address, (FIRST.address, "10.0.0.91"))


def test_halves_that_prove_to_be_one_box_are_one_from_then_on() -> None:
    halves = [FIRST, Camera("10.0.0.91", channels=("rtsp",))]
    whole = replace(FIRST, more=("10.0.0.91",))
    snapshots = [sweep(0, halves), *(sweep(night, [whole]) for night in range(1, 6))]
    assert [changes.changes for changes in nights(*snapshots)] == [()] * 6


def test_any_two_scans_can_be_compared() -> None:
    changes = compare([sweep(0, SITE[:4]), sweep(1, OTHERS, targets=["10.0.0.1"])])
    assert shown(changes) == ["missing 10.0.0.1", "new 10.0.0.5"]
    assert (changes.before, changes.scan, changes.first) == ("scan0", "scan1", False)


def test_what_was_not_in_a_scan_that_was_cut_short_is_new_in_the_next() -> None:
    assert shown(compare([sweep(0, SITE[:4], status=ScanStatus.INTERRUPTED), sweep(1, SITE)])) == ["new 10.0.0.5"]


def test_earlier_scans_show_what_has_returned() -> None:
    snapshots = [sweep(0, SITE), *silent(FIRST, SECOND, nights=[1]), sweep(2, SITE)]
    assert shown(compare(snapshots)) == ["returned 10.0.0.1", "returned 10.0.0.2"]


def test_nothing_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="nothing to compare"):
        compare([])


Lost = st.lists(st.tuples(*[st.sampled_from((*CHANNELS, None))] * 2), min_size=1, max_size=12)


@settings(deadline=None)
@given(Lost)
def test_single_lost_answers_never_tell_anything(lost: list[tuple[str | None, str | None]]) -> None:
    two = SITE[:2]
    snapshots = [sweep(0, two)]
    for night, channels in enumerate(lost, 1):
        pairs = [(c.address, channel) for c, channel in zip(two, channels, strict=True) if channel]
        snapshots.append(sweep(night, two, lost=pairs))
    assert [(changes.changes, changes.losses) for changes in nights(*snapshots)] == [((), ())] * len(snapshots)


@settings(deadline=None)
@given(st.integers(1, 6), st.integers(0, 5), st.integers(1, 8))
def test_unbroken_silence_is_told_once_and_after_k_covered_sweeps(misses: int, more: int, lasting: int) -> None:
    looks = silent(FIRST, nights=range(1, lasting + 1))
    results = [shown(changes) for changes in nights(sweep(0, SITE), *looks, terms=Terms(misses, misses + more))]
    assert results == [["missing 10.0.0.1"] if night == misses else [] for night in range(lasting + 1)]


@settings(deadline=None)
@given(st.integers(3, 12), st.integers(1, 6), st.sets(st.integers(1, 40), min_size=3, max_size=10))
def test_nothing_behind_a_cut_is_ever_missing(count: int, lasting: int, numbers: set[int]) -> None:
    behind = [replace(camera, address=f"10.0.9.{n}") for n, camera in zip(sorted(numbers), cameras(50), strict=False)]
    site = [*cameras(count, "10.0.1."), *(replace(c, serial=f"SX{c.address}", mac=None) for c in behind)]
    snapshots = [
        sweep(0, site),
        *(sweep(night, site, dead=["10.0.9."]) for night in range(1, lasting + 1)),
        sweep(9, site),
    ]
    results = nights(*snapshots)
    assert [changes.changes for changes in results] == [()] * len(snapshots)
    assert all("network 10.0.9.0/24" in {loss.what for loss in changes.losses} for changes in results[1:-1])
    assert results[-1].losses == ()


def test_time_between_sweeps_makes_no_difference_to_what_is_missing() -> None:
    hourly = [
        replace(sweep(0, s, targets=["10.0.0.1"]), at=BEGIN + timedelta(hours=n))
        for n, s in enumerate([SITE, *[OTHERS] * 3])
    ]
    assert shown(nights(*hourly)[-1]) == ["missing 10.0.0.1"]


def test_that_all_networks_of_a_large_site_are_cut_is_told_at_once() -> None:
    behind = [camera for number in range(500) for camera in cameras(24, f"10.{1 + number // 250}.{number % 250}.")]
    site = [*cameras(3), *behind]
    memory, _ = advance(Memory(), sweep(0, site), Terms())
    cut = sweep(1, site, dead=["10.1.", "10.2."])
    with costs_less_than(1):
        _, changes = advance(memory, cut, Terms())
    assert len(changes.losses) == 500
    assert changes.losses[0].unseen == tuple(camera.address for camera in behind[:24])

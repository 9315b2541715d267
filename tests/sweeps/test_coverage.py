"""Gauges and terms; what they are for is tested in test_compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from support.estate import BEGIN, cameras, sweep

from camscan.records import LedgerEntry, Outcome, Scan, ScanStatus, Vantage
from camscan.scansettings import GATEWAYS
from camscan.sweeps.compare import advance
from camscan.sweeps.coverage import Terms, network_of, visibility_of
from camscan.sweeps.memory import Gauge, Memory
from camscan.sweeps.snapshot import Snapshot, snapshot

QUICK = Terms()


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("10.1.2.3", "10.1.2.0/24"),
        ("2001:db8::5", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("10.0.4.9 #3", "recorder 10.0.4.9"),
        ("nothing", "nothing"),
    ],
)
def test_networks_by_address(address: str, network: str) -> None:
    assert network_of(address) == network


@pytest.mark.parametrize(
    ("before", "now", "is_lost"),
    [(50, 5, True), (50, 24, True), (50, 25, False), (3, 0, True), (3, 1, False), (4, 1, True), (2, 0, False)],
)
def test_more_than_half_and_at_least_three_are_a_loss(before: int, now: int, *, is_lost: bool) -> None:
    site = cameras(before)
    memory, _ = advance(Memory(), sweep(0, site), Terms())
    found = visibility_of(memory, sweep(1, site, lost=[(camera.address, "sadp") for camera in site[now:]]), Terms())
    assert ("channel sadp" in {loss.what for loss in found.losses}) is is_lost


def test_one_bad_night_does_not_lower_what_is_usual() -> None:
    site = cameras(20)
    memory = Memory()
    for night, count in enumerate([20, 12, 12]):
        lost = [(camera.address, "sadp") for camera in site[count:]]
        memory, changes = advance(memory, sweep(night, site, lost=lost), Terms())
        assert changes.losses == ()
    assert memory.channels["sadp"].usual == 20
    found = visibility_of(memory, sweep(3, site, lost=[(camera.address, "sadp") for camera in site[9:]]), Terms())
    assert [loss.what for loss in found.losses] == ["channel sadp"]


def losses(*looks: Snapshot, terms: Terms = QUICK) -> list[list[str]]:
    """What is lost each night."""
    memory, told = Memory(), []
    for one in looks:
        memory, changes = advance(memory, one, terms)
        told.append([loss.what for loss in changes.losses])
    return told


def test_the_best_of_the_last_three_is_usual() -> None:
    site = cameras(8)
    every = [camera.address for camera in site]
    assert losses(*(sweep(n, site[:count], targets=every) for n, count in enumerate([8, 6, 5, 4, 3]))) == [[]] * 5


def test_that_a_channel_has_fallen_silent_is_accepted_after_a_week() -> None:
    site, lost = cameras(4), [("", "sadp")]
    told = losses(sweep(0, site), *(sweep(night, site, lost=lost) for night in range(1, 10)))
    assert told == [[], *[["channel sadp"]] * 7, [], []]


def test_few_devices_are_told_once_they_stay_few() -> None:
    few, all_ = cameras(4), cameras(5)
    looks = [sweep(n, site, targets=["10.0.0.5"]) for n, site in enumerate([all_, all_, few, all_, few, few, all_])]
    terms = Terms(2, 2, expect=5)
    assert losses(*looks, terms=terms) == [[], [], [], [], [], ["devices"], []]
    assert losses(*looks[4:], terms=Terms(2, 3, expect=5)) == [[], ["devices"], []]
    assert losses(sweep(0, all_), terms=Terms(expect=10)) == [[]]


def test_a_network_that_is_excluded_is_not_cut_off() -> None:
    unsent = {camera.address: Outcome.EXCLUDED for camera in cameras(5)}
    assert losses(sweep(0, cameras(5)), sweep(1, cameras(5), unsent=unsent)) == [[], ["targets"]]


def test_devices_that_are_asked_at_one_of_their_addresses_count() -> None:
    site = [replace(camera, more=(f"10.0.7.{n}",)) for n, camera in enumerate(cameras(4))]
    silent = sweep(1, [], targets=[*(camera.address for camera in site), "10.0.0.99"])
    assert "network 10.0.0.0/24" in losses(sweep(0, site), replace(silent, dark=""))[1]


def test_devices_that_multicast_alone_shows_count() -> None:
    """Nobody asks the network in which they are, as they have it from the factory."""
    site, strange = cameras(3), [replace(camera, channels=("sadp",)) for camera in cameras(4, "192.168.1.")]

    def unasked(night: int, *, lost: Sequence[tuple[str, str]] = ()) -> Snapshot:
        seen = sweep(night, [*(replace(camera, channels=("http",)) for camera in site), *strange], lost=lost)
        return replace(seen, asked={place: on for place, on in seen.asked.items() if place.startswith("10.")})

    assert losses(unasked(0), unasked(1, lost=[("", "sadp")])) == [[], ["channel sadp", "targets"]]


def test_that_a_loss_has_ended_is_told_once_with_what_is_there_now() -> None:
    site, terms = cameras(4), Terms(decoys=("10.0.0.1",))
    lost = [(camera.address, "sadp") for camera in site]
    nights = [sweep(0, site), sweep(1, site, lost=lost), sweep(2, site), sweep(3, site, lost=lost)]
    memory, ended = Memory(), []
    for night in (*nights, sweep(4, site, dead=["10."]), sweep(5, site), sweep(6, site)):
        memory, changes = advance(memory, night, terms)
        ended.append([(loss.what, loss.text) for loss in changes.ended])
    assert ended == [
        [],
        [],
        [("channel sadp", "sadp shows 4 devices now")],
        [],
        [],  # it is behind another loss
        [
            ("decoy 10.0.0.1", "10.0.0.1 answers again, or is not expected to"),
            ("network 10.0.0.0/24", "10.0.0.0/24 shows 4 devices now"),
        ],
        [],
    ]


def test_that_devices_are_not_asked_any_more_is_no_loss_that_ends() -> None:
    memory, _ = advance(Memory(), sweep(0, cameras(4)), Terms())
    memory, changes = advance(memory, sweep(1, cameras(2)), Terms())
    assert [loss.what for loss in changes.losses] == ["targets"]
    assert advance(memory, sweep(2, cameras(2)), Terms())[1].ended == ()


def test_what_is_not_asked_is_forgotten() -> None:
    memory, _ = advance(Memory(), sweep(0, cameras(4)), Terms())
    found = visibility_of(memory, sweep(1, cameras(4, "10.0.7."), asked=["http"]), Terms())
    assert found.channels == {"http": Gauge((0, 4))}, "the four that answered before are no longer asked"
    assert found.networks == {"10.0.7.0/24": Gauge((4,))}


def dark(*entries: tuple[str, Outcome]) -> str:
    reached_by = {GATEWAYS: "10.0.0.254"}
    scan = Scan("x", BEGIN, (), ("http",), None, BEGIN, ScanStatus.COMPLETE, vantage=HERE, settings=reached_by)
    seen = snapshot(scan, (), (LedgerEntry(target, {"http": outcome}) for target, outcome in entries))
    return " ".join(f"{loss.what}: {loss.text}" for loss in visibility_of(Memory(), seen, Terms()).losses)


HERE = Vantage("host", ("eth0",), (("eth0", "10.0.0.1"),))


def test_a_site_that_was_never_seen_is_not_taken_for_one_without_devices() -> None:
    silent = [(f"10.0.0.{number}", Outcome.SILENT) for number in range(2, 20)]
    told = "site: none of the 18 addresses that were asked gave a sign of life: nothing can be said of the site"
    assert dark(*silent).startswith(told)
    assert dark(("10.0.0.1", Outcome.ANSWERED), *silent).startswith(told)  # the host that asks answers itself
    alone = f"{told.partition(': nothing')[0]}, only this host's gateway, which isolated ports reach alone: nothing"
    assert dark(("10.0.0.1", Outcome.ANSWERED), ("10.0.0.254", Outcome.REFUSED), *silent).startswith(alone)
    assert dark(("10.0.0.254", Outcome.SILENT), *silent).startswith(told)
    assert dark(*silent, ("10.0.0.99", Outcome.UNREACHABLE)).startswith("site: none of the 19 addresses")
    assert dark(silent[0]).startswith("site: the only address that was asked gave no sign of life: nothing can be said")
    for outcome in (Outcome.ANSWERED, Outcome.REFUSED):
        assert dark(*silent, ("10.0.0.99", outcome)) == ""
    refusing = [(f"10.0.0.{number}", Outcome.REFUSED) for number in range(2, 18)]
    assert dark(*refusing).startswith("site: all 16 addresses that were asked refused")
    resets = [(place, Outcome.RESET) for place, _ in refusing[8:]]
    assert dark(*refusing[:8], *resets).startswith("site: all 16 addresses that were asked refused")
    assert dark(*refusing[1:]) == dark(*refusing, ("10.0.0.99", Outcome.SILENT)) == ""
    assert dark() == dark(("10.0.0.2", Outcome.EXCLUDED)) == ""


def test_terms_count_the_latest() -> None:
    terms = Terms(2, 3)
    assert terms.add((True, False, True), False) == (False, True, False)
    assert terms.met((True, False, True))
    assert not any(map(terms.met, ((), (True,), (True, False), (False, True), (True, True, False))))

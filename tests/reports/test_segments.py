"""The coverage statement: every target is counted once, in its network, and a control is what lives there."""

from __future__ import annotations

from camscan.records import Device, Judged, LedgerEntry, Outcome, Verdict
from camscan.reports.segments import Segments
from camscan.summaries import Segment, Slot


def segments(*entries: LedgerEntry, devices: tuple[Judged, ...] = ()) -> tuple[Segment, ...]:
    made = Segments()
    for entry in entries:
        made.add(entry)
    return made.networks(devices)


def entry(target: str, http: Outcome, sadp: Outcome = Outcome.SILENT) -> LedgerEntry:
    return LedgerEntry(target, {"http": http, "sadp": sadp})


def test_targets_are_counted_by_network_and_channel_in_six_outcomes() -> None:
    [one] = segments(
        entry("10.0.0.1", Outcome.AUTH_REQUIRED),
        entry("10.0.0.2", Outcome.RESET),
        entry("10.0.0.3", Outcome.CRASHED, Outcome.CRASHED),
        entry("10.0.0.4", Outcome.SILENT),
        entry("10.0.0.5", Outcome.EXCLUDED, Outcome.EXCLUDED),
    )
    assert one.network == "10.0.0.0/24"
    assert one.targets == 5
    assert one.hosts == 254
    assert one.outcomes == {
        Outcome.ANSWERED: 1,
        Outcome.REFUSED: 1,
        Outcome.NOT_SENT: 1,
        Outcome.SILENT: 1,
        Outcome.EXCLUDED: 1,
    }
    assert one.channels["sadp"] == {Outcome.SILENT: 3, Outcome.NOT_SENT: 1, Outcome.EXCLUDED: 1}


def test_the_control_is_what_answered_best_and_silence_has_none() -> None:
    lit, dark = segments(
        entry("10.0.0.9", Outcome.REFUSED),
        entry("10.0.0.20", Outcome.ANSWERED),
        entry("10.0.1.1", Outcome.SILENT),
        entry("10.0.1.2", Outcome.UNREACHABLE),
    )
    assert (lit.control, dark.control) == ("10.0.0.20", "")


def test_that_the_host_which_asks_answers_itself_is_no_control_of_others() -> None:
    def control(*entries: LedgerEntry) -> str:
        made = Segments(frozenset({"10.0.0.1"}))
        for one in entries:
            made.add(one)
        [found] = made.networks(())
        return found.control

    own = entry("10.0.0.1", Outcome.ANSWERED)
    assert control(own, entry("10.0.0.2", Outcome.SILENT)) == ""
    assert control(own, entry("10.0.0.9", Outcome.REFUSED), entry("10.0.0.2", Outcome.SILENT)) == "10.0.0.9"
    assert control(own) == "10.0.0.1"  # who asks nobody else is asking about that one
    assert control(own, entry("10.0.0.2", Outcome.EXCLUDED, Outcome.EXCLUDED)) == "10.0.0.1"


def test_that_a_gateway_answers_the_host_which_asks_is_no_control_of_others() -> None:
    """Where a switch isolates its ports, each host reaches its gateway and nobody else."""

    def control(*entries: LedgerEntry) -> str:
        made = Segments(frozenset({"10.0.0.1", "10.0.0.2"}))
        for one in entries:
            made.add(one)
        [found] = made.networks(())
        return found.control

    gateway, own = entry("10.0.0.1", Outcome.ANSWERED), entry("10.0.0.2", Outcome.REFUSED)
    assert control(gateway, own, entry("10.0.0.3", Outcome.SILENT)) == ""
    assert control(gateway, entry("10.0.0.2", Outcome.EXCLUDED), entry("10.0.0.3", Outcome.SILENT)) == ""
    assert control(gateway, own, entry("10.0.0.3", Outcome.REFUSED)) == "10.0.0.3"
    assert control(gateway, own) == control(gateway) == "10.0.0.1", "nobody else was asked about"


def test_that_every_address_refuses_is_no_control() -> None:
    def control(refusing: int, *others: LedgerEntry) -> str:
        refusals = (entry(f"10.0.0.{number}", Outcome.REFUSED) for number in range(1, refusing + 1))
        [found] = segments(*refusals, *others)
        return found.control

    assert control(254) == control(16) == ""
    assert control(250, entry("10.0.0.251", Outcome.RESET)) == ""
    assert control(15) == "10.0.0.1"  # a shelf of hosts without any service
    assert control(253, entry("10.0.0.254", Outcome.SILENT)) == "10.0.0.1"
    assert control(253, entry("10.0.0.254", Outcome.UNREACHABLE)) == "10.0.0.1"
    assert control(253, entry("10.0.0.254", Outcome.ANSWERED)) == "10.0.0.254"


def test_both_families_in_order_and_names_in_none() -> None:
    found = segments(
        entry("fd00::1%eth0", Outcome.ANSWERED),
        entry("10.0.10.1", Outcome.SILENT),
        entry("10.0.9.1", Outcome.SILENT),
        entry("camera.example", Outcome.ANSWERED),
    )
    assert [one.network for one in found] == ["10.0.9.0/24", "10.0.10.0/24", "fd00::/64"]


def test_listed_devices_are_counted_where_they_are() -> None:
    listed = Judged(Device("10.0.0.1", ("10.0.0.1", "10.0.0.2", "10.0.1.1")), Verdict.LISTED)
    other = Judged(Device("10.0.0.3", ("10.0.0.3",)), Verdict.SUSPECTED)
    entries = [entry(f"10.0.{network}.1", Outcome.ANSWERED) for network in range(3)]
    assert [one.listed for one in segments(*entries, devices=(listed, other))] == [1, 1, 0]


def test_a_listed_camera_behind_a_recorder_is_counted_where_its_recorder_is() -> None:
    behind = Slot("R1", "10.0.0.9", 3)
    camera = Judged(Device("192.168.254.2", (), behind=behind), Verdict.LISTED)
    entries = [entry(address, Outcome.ANSWERED) for address in ("10.0.0.9", "192.168.254.2")]
    assert [one.listed for one in segments(*entries, devices=(camera,))] == [1, 0]


def test_where_a_decoy_was_missed_nothing_is_a_control() -> None:
    made = Segments()
    for target in ("10.0.0.1", "10.0.1.1"):
        made.add(entry(target, Outcome.ANSWERED))
    assert [one.control for one in made.networks((), ["10.0.0.9"])] == ["", "10.0.1.1"]


def test_a_target_of_which_something_could_not_be_asked_is_not_sent_to_and_no_control() -> None:
    refused = {"tcp": Outcome.REFUSED, "sadp": Outcome.NOT_SENT}
    [one] = segments(LedgerEntry("10.0.0.1", refused, {"sadp": "EPERM"}))
    [other] = segments(LedgerEntry("10.0.0.1", refused))
    assert (one.outcomes, one.control) == ({Outcome.NOT_SENT: 1}, "")
    assert (other.outcomes, other.control) == ({Outcome.REFUSED: 1}, "10.0.0.1")

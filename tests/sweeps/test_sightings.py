"""From a judged device to what comparing and telling need of it."""

from __future__ import annotations

import pytest
from support.estate import BEGIN, Camera, cameras, sweep

from camscan.records import Device, Evidence, Identification, Judged, Level, Verdict
from camscan.summaries import SwitchPort
from camscan.sweeps.sightings import MAX_TEXT, DeviceSummary, distinct, plain, sighting


def test_a_device_in_words() -> None:
    known = sweep(0, cameras(1)).sightings[0].device
    assert (known.id, known.label, known.verdict, known.level) == (
        "SN10.0.0.000001",
        "Acme C-100",
        Verdict.LISTED,
        "certain",
    )
    assert known.evidence == "sadp.banner: Acme (certain, rule sadp-rule)"
    assert known.policies == ("uk-nil",)
    assert sighting(Camera("10.0.0.1").seen_on(["rtsp"])).device.evidence == "answers like a camera"
    assert sighting(Camera("10.0.0.1").seen_on(["rtsp"])).device.label == "unidentified"


def test_all_that_is_known_of_a_device_is_kept() -> None:
    proofs = {level: Evidence("http", 80, "http.title", str(level), "00") for level in Level}
    found = (
        Identification("a", Level.CERTAIN, "Acme", "Label", {}, (proofs[Level.CERTAIN],)),
        Identification("b", Level.LIKELY, "Acme", None, {}, (proofs[Level.LIKELY],)),
    )
    device = Device(
        address="10.0.0.1",
        addresses=("10.0.0.1", "10.0.0.2"),
        mac="02:00:00:00:00:01",
        hostname="gate",
        maker="Acme",
        brand="Label",
        model="C-1",
        firmware="V1",
        serial="SN1",
        kind="camera",
        level=Level.CERTAIN,
        identifications=found,
    )
    port = SwitchPort("Gi1/0/7", "sw-hall-1", 0, BEGIN, "import")
    known = sighting(Judged(device, Verdict.NOT_LISTED, switch_port=port)).device
    assert known == DeviceSummary(
        *("SN1", "10.0.0.1", ("10.0.0.1", "10.0.0.2"), Verdict.NOT_LISTED, "Acme", "Label", "C-1", "V1", "gate"),
        *("camera", "certain", (), "http.title: certain (certain, rule a)", "02:00:00:00:00:01"),
        *("Gi1/0/7", "sw-hall-1"),
    )
    assert known.switch_port_text == "switch port Gi1/0/7 of sw-hall-1"


def test_identifiers_are_compared_without_case_and_spaces() -> None:
    assert distinct([" SN-1a ", "sn-1A", None, "", "  ", "00", "xx0", "---"]) == {"sn-1a", "xx0"}


def test_firmware_is_kept_rule_by_rule() -> None:
    one = sighting(Camera("10.0.0.1").seen_on(["sadp", "onvif", "http"]))
    assert one.firmwares == {"sadp-rule": {"V5.4.5 build 1"}, "onvif-rule": {"V5.4.5"}}


@pytest.mark.parametrize("serial", ["", "  ", "0000000000", "--", "ab"])
def test_a_serial_that_stands_where_none_was_set_is_none(serial: str) -> None:
    rule = Identification("r", Level.CERTAIN, "Acme", None, {"serial": serial}, ())
    device = Device("10.0.0.1", ("10.0.0.1",), identifications=(rule,))
    assert sighting(Judged(device, Verdict.LISTED)).serials == frozenset()


def test_text_of_a_peer_is_cut_and_storable() -> None:
    assert plain("a\x00\ud83d\udcff") == "a\ufffd??"
    assert plain("x" * 500) == "x" * (MAX_TEXT - 1) + "…"
    assert plain("摄像机") == "摄像机"


def test_a_liar_cannot_fill_the_memory() -> None:
    rules = tuple(Identification(f"r{n}", Level.HINT, "A", None, {"model": f"model{n}"}, ()) for n in range(1000))
    device = Device("10.0.0.1", tuple(f"10.0.{n // 250}.{n % 250}" for n in range(1000)), identifications=rules)
    one = sighting(Judged(device, Verdict.SUSPECTED))
    assert len(one.models) == 16
    assert len(one.device.addresses) == 16

from __future__ import annotations

import pytest
from support.logins import MAC, SERIAL, enrolment

from camscan.credentials.sighting import Sighting, objection
from camscan.net.base import LoginReason

OTHER = "02:00:00:00:00:09"
LONG = "DS-2CD2143G0-I20190912AAWR"


@pytest.mark.parametrize(
    ("given", "sighting"),
    [
        ({"mac": MAC}, Sighting(macs=(OTHER, MAC))),
        ({"mac": MAC}, Sighting(link_macs=(MAC,), macs=(MAC, OTHER))),
        ({"mac": MAC}, Sighting(macs=(MAC,), maker="Northlight")),
        ({"serial": "5678"}, Sighting(serials=("5678",))),
        ({"serial": SERIAL}, Sighting(serials=(SERIAL.lower(),))),
        ({"serial": SERIAL}, Sighting(serials=(LONG + SERIAL, SERIAL))),
        ({"serial": LONG + SERIAL}, Sighting(serials=(SERIAL,))),
        ({"mac": MAC, "serial": SERIAL}, Sighting(macs=(MAC,), serials=(SERIAL,))),
        ({"certificate": "ab" * 32}, Sighting()),
        ({"network": "10.0.0.0/8", "maker": "Northlight"}, Sighting(maker="Northlight")),
    ],
)
def test_the_enrolled_device_is_known_by_what_it_shows(given: dict[str, str], sighting: Sighting) -> None:
    assert objection(enrolment(**given), sighting) == ""


@pytest.mark.parametrize(
    ("given", "sighting", "shown"),
    [
        ({"mac": MAC}, Sighting(), "none"),
        ({"mac": MAC}, Sighting(macs=(OTHER,)), OTHER),
        ({"mac": MAC}, Sighting(link_macs=(OTHER,), macs=(MAC,)), OTHER),
        ({"mac": MAC}, Sighting(link_macs=(MAC, OTHER)), f"{MAC}, {OTHER}"),
        ({"serial": SERIAL}, Sighting(), "none"),
        ({"serial": SERIAL}, Sighting(serials=("E87654321",)), "E87654321"),
        ({"serial": SERIAL}, Sighting(serials=(SERIAL, "E87654321")), f"{SERIAL}, E87654321"),
        ({"mac": MAC, "serial": SERIAL}, Sighting(macs=(OTHER,), serials=(SERIAL,)), OTHER),
        ({"mac": MAC, "serial": SERIAL}, Sighting(macs=(MAC,)), "none"),
        ({"network": "10.0.0.0/8", "maker": "Northlight"}, Sighting(), "none"),
        ({"network": "10.0.0.0/8", "maker": "Northlight"}, Sighting(maker="Southdark"), "Southdark"),
    ],
)
def test_whoever_shows_anything_else_is_not_taken_for_it(given: dict[str, str], sighting: Sighting, shown: str) -> None:
    reason = LoginReason.UNRECOGNISED if shown == "none" else LoginReason.OTHER_DEVICE
    found = objection(enrolment(**given), sighting)
    assert found.startswith(f"{reason}: ")
    assert found.endswith(f" was enrolled, it shows {shown}")


def test_a_short_end_of_a_serial_is_not_enough() -> None:
    for serial, shown in (("5678", "E12345678"), ("2345678", "E12345678"), (SERIAL, SERIAL[-7:]), ("12345678", SERIAL)):
        assert objection(enrolment(serial=serial), Sighting(serials=(shown,))) != ""


def test_the_number_on_the_label_of_a_recorder_is_enough() -> None:
    shown = Sighting(serials=("DS-7608NI-K2/8P0120190101CCRRJ12345678WCVU",))
    assert objection(enrolment(serial="J12345678"), shown) == ""
    assert objection(enrolment(serial="J12345679"), shown) != ""

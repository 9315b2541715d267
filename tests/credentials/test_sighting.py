from __future__ import annotations

import pytest
from support.logins import MAC, SERIAL, enrolment

from camscan.credentials.sighting import Sighting, objection

LONG = "DS-2CD2143G0-I20190912AAWR"


@pytest.mark.parametrize(
    ("given", "sighting"),
    [
        ({"mac": MAC}, Sighting(macs=("02:00:00:00:00:09", MAC))),
        ({"mac": MAC}, Sighting(link_macs=(MAC,), macs=(MAC, "02:00:00:00:00:09"))),
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


def test_a_short_end_of_a_serial_is_not_enough() -> None:
    assert objection(enrolment(serial="5678"), Sighting(serials=("E12345678",))) != ""


def test_what_is_shown_instead_is_named() -> None:
    assert objection(enrolment(), Sighting(link_macs=("02:00:00:00:00:09",))).endswith("it shows 02:00:00:00:00:09")

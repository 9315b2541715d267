"""The order in which a device shows what speaks for it."""

from __future__ import annotations

from camscan.answers import Resolution
from camscan.devices.build import order, telling
from camscan.records import Evidence, Identification, Level


def test_what_is_no_address_comes_last() -> None:
    places = ["08:ED:ED:1A:2B:3C", "2001:db8::1", "10.0.0.10", "08:ED:ED:00:00:01", "10.0.0.9"]
    assert sorted(places, key=order) == [
        "10.0.0.9",
        "10.0.0.10",
        "2001:db8::1",
        "08:ED:ED:00:00:01",
        "08:ED:ED:1A:2B:3C",
    ]


def test_the_strongest_come_first_and_of_these_what_a_person_reads_a_name_in() -> None:
    def found(rule: str, level: Level, maker: str | None, value: str) -> Identification:
        return Identification(rule, level, maker, None, {}, (Evidence("http", 80, "http.body", value, ""),))

    given = (
        found("hint", Level.HINT, "Acme", "Acme M73"),
        found("other", Level.LIKELY, "Zenith", "Zenith"),
        found("nameless", Level.LIKELY, None, "M73"),
        found("mute", Level.LIKELY, "Acme", "ProbeMatch"),
        found("model", Level.LIKELY, "Acme", "type m73-b"),
        found("maker", Level.LIKELY, "Acme", "made by ACME"),
    )
    told = telling(given, Resolution("Acme", None, Level.LIKELY, {"model": "M73"}))
    assert [one.rule for one in told] == ["model", "maker", "mute", "nameless", "other", "hint"]

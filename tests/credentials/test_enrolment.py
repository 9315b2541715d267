from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError
from support.logins import ADDRESS, MAC, SECRET, enrolment

from camscan.credentials.enrolment import Book, Enrolment, SiteBook, explained, parse
from camscan.errors import UsageError

DEVICE = {"address": ADDRESS, "mac": MAC, "user": "u", "secret": SECRET}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"mac": None}, "an address alone does not identify a device"),
        ({"address": None}, "either an address or a network"),
        ({"network": "10.0.0.0/24"}, "either an address or a network"),
        ({"address": None, "network": "10.0.0.0/24"}, "needs a maker"),
        ({"address": None, "network": "10.0.0.0/24", "mac": None}, "needs a maker"),
        ({"maker": "Northlight"}, "a maker goes with a network"),
        ({"secret": None}, "one secret is needed"),
        ({"source": "systemd:x"}, "one secret is needed"),
        ({"secret": None, "source": "prompt"}, "source"),
        ({"user": "a:b"}, "user: a user name has no colon"),
        ({"user": "a\nb"}, "user"),
        ({"mac": "02-00"}, "mac: write it as 44:19:B6:00:00:01"),
        ({"certificate": "zz"}, "certificate: write its SHA-256"),
        ({"address": "camera.example"}, "address"),
        ({"ports": [0]}, "ports"),
        ({"pasword": SECRET}, "pasword"),
    ],
)
def test_a_login_is_bound_to_something(change: dict[str, Any], says: str) -> None:
    given = {name: value for name, value in {**DEVICE, **change}.items() if value is not None}
    with pytest.raises(ValidationError) as raised:
        Enrolment.model_validate(given)
    assert says in explained(raised.value)
    assert SECRET not in str(raised.value)


def test_a_secret_is_never_shown() -> None:
    one = enrolment()
    assert SECRET not in f"{one!r} {one} {one.model_dump()} {one.model_dump_json()} {Book(logins=(one,))!r}"
    with pytest.raises(TypeError):
        json.dumps(one.model_dump())


def test_a_document_is_read_as_it_was_written() -> None:
    book = Book(logins=(enrolment(site="depot"), enrolment(network="10.0.0.0/8", maker="Northlight", ports=(80,))))
    data = book.to_json()
    assert parse(data, "x") == book
    assert data.count(SECRET.encode()) == 2


DAMAGED = (
    "",
    "[]",
    f'{{"logins": [{{"secret": "{SECRET}"}}]}}',
    '{"logins": [' + "[" * 500,
    f'{{"logins": "{SECRET}"}}',
)


@pytest.mark.parametrize("text", DAMAGED)
def test_a_damaged_document_is_refused_without_quoting_it(text: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse(text.encode(), "credentials.json")
    assert "credentials.json" in str(raised.value)
    assert SECRET not in str(raised.value)
    assert raised.value.__cause__ is None


def test_one_device_has_one_login_at_a_site() -> None:
    book = Book().with_(enrolment()).with_(enrolment(site="depot"))
    with pytest.raises(UsageError, match="enrolled already"):
        book.with_(enrolment(serial="E1234567"))
    rest, gone = book.without("depot", ADDRESS)
    assert ([one.site for one in rest.logins], [one.site for one in gone]) == ([None], ["depot"])


def test_the_device_comes_before_the_network_and_the_narrow_network_before_the_wide() -> None:
    wide, narrow = (enrolment(network=text, maker="Northlight") for text in ("127.0.0.0/8", "127.88.77.0/24"))
    book = SiteBook([wide, enrolment(), narrow])
    assert [one.place for one in book.at(ADDRESS)] == [ADDRESS]
    assert [one.network for one in book.at("127.88.77.2")] == ["127.88.77.0/24", "127.0.0.0/8"]
    assert list(book.at("10.0.0.1")) == []
    assert list(book.at("fd00::1")) == []

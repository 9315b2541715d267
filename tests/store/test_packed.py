"""Devices come out of their packing as they went in, whatever a peer wrote into them."""

from __future__ import annotations

import zlib
from dataclasses import MISSING, fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from camscan.records import Device, Evidence, Identification, Level
from camscan.store.packed import Merged, pack, unpack, unpack_lazily
from camscan.summaries import Slot, Slots

TEXT = some.text(some.characters(codec=None), max_size=12)
MAYBE = some.none() | TEXT
COUNT = some.integers(0, 65535)
EVIDENCE = some.builds(Evidence, TEXT, some.none() | COUNT, TEXT, TEXT, TEXT, TEXT)
IDENTIFICATION = some.builds(
    Identification,
    TEXT,
    some.sampled_from(Level),
    MAYBE,
    MAYBE,
    some.dictionaries(TEXT, TEXT, max_size=3),
    some.lists(EVIDENCE, max_size=3).map(tuple),
)
STRATEGIES: dict[str, some.SearchStrategy[Any]] = {
    "str": TEXT,
    "str | None": MAYBE,
    "tuple[str, ...]": some.lists(TEXT, max_size=3).map(tuple),
    "tuple[int, ...]": some.lists(COUNT, max_size=3).map(tuple),
    "Level | None": some.none() | some.sampled_from(Level),
    "tuple[Identification, ...]": some.lists(IDENTIFICATION, max_size=3).map(tuple),
    "bool": some.booleans(),
    "int | None": some.none() | COUNT,
    "Slots | None": some.none()
    | some.builds(Slots, COUNT, COUNT, some.lists(TEXT, max_size=3).map(tuple), COUNT, COUNT),
    "Slot | None": some.none() | some.builds(Slot, TEXT, TEXT, COUNT, TEXT, some.none() | some.booleans()),
}
"""How each kind of field of a device is filled: one of another kind needs its own line here, and its own packing."""
DEVICE = some.builds(Device, **{field.name: STRATEGIES[str(field.type)] for field in fields(Device)})
MERGED = some.builds(
    Merged, DEVICE, some.frozensets(TEXT, max_size=3), some.lists(TEXT, max_size=2, unique=True).map(tuple)
)


@given(some.lists(MERGED, max_size=5))
def test_what_is_unpacked_is_what_was_packed(devices: list[Merged]) -> None:
    assert list(unpack(pack(devices))) == devices


@given(some.lists(MERGED, max_size=5))
def test_what_devices_are_told_apart_by_shows_before_they_are_opened(devices: list[Merged]) -> None:
    for one, whole in zip(unpack_lazily(pack(devices)), devices, strict=True):
        device = whole.device
        assert tuple(one.places) == (device.addresses or (device.place,))
        assert tuple(one.macs) == (device.mac,)
        serials = (found.attributes.get("serial") for found in device.identifications)
        assert tuple(one.serials) == (device.serial, *serials)
        assert one.open() == one.open() == whole


def test_halves_of_a_pair_do_not_become_one_character() -> None:
    device = Merged(Device("10.0.0.1", ("10.0.0.1",), model="\ud83d\ude00 \x00 \\"))
    (again,) = unpack(pack([device]))
    assert again.device.model == "\ud83d\ude00 \x00 \\"
    assert len(again.device.model) == 6


def test_types_are_those_of_the_records() -> None:
    found = Identification("rule", Level.CERTAIN, "M", None, {"model": "X"}, (Evidence("http", 80, "f", "v", "0"),))
    slots, slot = Slots(4, 2, ("a",)), Slot("r", "10.0.0.9", 3, "door", online=True)
    device = Device("a", ("a",), (80,), level=Level.LIKELY, identifications=(found,), slots=slots, behind=slot)
    (again,) = unpack(pack([Merged(device, frozenset({"http"}), ("e",))]))
    for field in fields(Device):
        assert type(getattr(again.device, field.name)) is type(getattr(device, field.name)), field.name
        assert field.default is MISSING or field.name in STRATEGIES or str(field.type) in STRATEGIES
    assert type(again.device.identifications[0].level) is Level
    assert type(again.device.slots.elsewhere) is tuple if again.device.slots else False
    hash(again.channels)


@pytest.mark.parametrize("data", [b"", b"junk", zlib.compress(b"[]"), zlib.compress(b'[[],[],[],[["x"]]]')])
def test_bytes_that_it_did_not_make_are_refused(data: bytes) -> None:
    with pytest.raises((ValueError, TypeError, LookupError)):
        list(unpack(data))


def test_what_devices_share_is_written_once() -> None:
    def device(number: int) -> Merged:
        proof = Evidence("http", 80, "http.server", f"value {number}", f"{number:064}", "GET /")
        rule = Identification("a-rule-with-a-long-name", Level.LIKELY, "A Maker", "A Brand", {}, (proof,))
        return Merged(Device(f"10.0.0.{number}", (), identifications=(rule,)), frozenset({"http", "rtsp"}))

    plain = zlib.decompress(pack([device(number) for number in range(100)]))
    assert plain.count(b"a-rule-with-a-long-name") == plain.count(b"http.server") == plain.count(b"rtsp") == 1

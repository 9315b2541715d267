"""Which addresses are one device, which are clones, and what the record of a device holds."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from support.costs import costs_less_than
from support.merging import answer, identify, resolve

from camscan.devices import merge
from camscan.records import Device, Level, Observation, Outcome
from camscan.summaries import Slots

A, B, C = "58:50:ED:1F:E3:85", "08:ED:ED:1A:2B:3C", "3C:EF:8C:51:7D:0E"
SERIAL, UUID = "6C02B71PAG30C4E", "urn:uuid:aa85c000-6324-41b3-819e-000000000001"
ONE, TWO, SIX = "10.0.0.1", "10.0.0.2", "2001:db8::1"
Merge = Callable[..., tuple[Device, ...]]


def addresses(found: Iterable[Device]) -> list[tuple[str, ...]]:
    return [device.addresses for device in found]


def twin(address: str, mac: str, **fields: str | list[str]) -> Observation:
    """An answer with the serial and endpoint that all twins share."""
    return answer(address, "dhip", dhip__mac=mac, dhip__serial_no=SERIAL, wsd__endpoint=UUID, **fields)


def test_record(devices: Merge) -> None:
    (device,) = devices(
        answer(ONE, "arp", mac__address=B),
        answer(ONE, "tcp", 37777),
        answer(ONE, "tcp", 80),
        answer(
            ONE,
            "dhip",
            37810,
            dhip__mac=B,
            dhip__serial_no=SERIAL,
            dhip__ipv4_address="192.168.1.108",
            dhip__remote_video_input_channels="32",
            say__maker="Maker",
            say__brand="Brand",
            say__model="NVR-1",
            say__firmware="2.8",
            say__kind="recorder",
        ),
        answer(ONE, "mdns", mdns__host="nvr.local"),
    )
    assert device == Device(
        address=ONE,
        addresses=(ONE,),
        ports=(80, 37777),
        mac=B,
        hostname="nvr.local",
        maker="Maker",
        brand="Brand",
        model="NVR-1",
        firmware="2.8",
        serial=SERIAL,
        kind="recorder",
        level=Level.LIKELY,
        identifications=device.identifications,
        conflicts=("claims the address 192.168.1.108",),
        camera_like=True,
        hidden_channels=32,
    )
    assert [found.maker for found in device.identifications] == ["Maker"]
    assert device.id == SERIAL


def test_what_names_another_maker_gives_no_serial_and_no_mac(devices: Merge) -> None:
    """As where a router hands on ports of its address to several devices."""
    own, other = {"say__maker": "Own", "say__serial": "S123"}, {"say__maker": "Other", "say__mac": B}
    told = {"say__serial": "X999", **other}
    (device,) = devices(answer(ONE, "http", 80, say__maker="Own"), answer(ONE, "http", 81, **told))
    assert (device.maker, device.serial, device.mac) == ("Own", None, None)
    nobodys = answer(ONE, "http", 82, say__mac=A)
    (device,) = devices(answer(ONE, "http", 80, **own), answer(ONE, "http", 81, **told), nobodys)
    assert (device.maker, device.serial, device.mac) == ("Own", "S123", A)
    slots = (answer(ONE, "cgi", behind__slot="1", behind__model="M", **said) for said in (own, told))
    _, camera = devices(answer(ONE, "http", 80, say__maker="Own"), *slots)
    assert (camera.maker, camera.serial, camera.mac) == ("Own", "S123", None)


def test_of_the_forms_of_one_serial_the_long_one_is_shown(devices: Merge) -> None:
    """As a camera tells by mDNS, whose name has the short form, and whose host name the long one."""
    short, long = "412345678", "DS-2CD2032-I20131001CCCH412345678"
    for first, second in ((short, long), (long, short)):
        answers = [answer(ONE, "mdns", None, say__serial=first), answer(ONE, "http", 80, say__serial=second)]
        assert devices(*answers)[0].serial == long
    other = [answer(ONE, "mdns", None, say__serial=short), answer(ONE, "http", 80, say__serial=f"{long}9")]
    assert devices(*other)[0].serial == short


def test_a_serial_in_an_answer_that_makes_only_another_maker_likely_is_a_neighbours(devices: Merge) -> None:
    own, other = answer(ONE, "http", 80, say__maker="Own"), {"say__maker": "Other", "onvif__serial": "X999"}
    (device,) = devices(own, answer(ONE, "onvif", 81, **other))
    assert (device.maker, device.serial, device.conflicts) == ("Own", None, ("makers Own or Other",))
    (device,) = devices(own, answer(ONE, "onvif", 81, **other), answer(ONE, "rtsp", 554, say__serial="S123"))
    assert device.serial == "S123"
    for same in (
        [answer(ONE, "onvif", 80, **other)],  # one answer that names both
        [answer(ONE, "onvif", 81, **other), answer(ONE, "sadp", 37020, sadp__device_sn="X999")],
        [answer(ONE, "onvif", 81, onvif__serial="X999"), answer(ONE, "http", 82, say__maker="Other")],
    ):
        assert devices(own, *same)[0].serial == "X999"
    (device,) = devices(answer(ONE, "onvif", 81, **other))
    assert (device.maker, device.serial) == ("Other", "X999")
    (device,) = devices(answer(ONE, "http", say__maker="Own"), answer(ONE, "onvif", **other))
    assert (device.maker, device.serial) == ("Own", None)  # recorded with neither bytes nor port: two answers


def test_two_devices_of_one_maker_behind_one_address_are_two(devices: Merge) -> None:
    seen = [
        answer(ONE, "cgi", port, cgi__serial=f"AAAA{port}", say__maker="Own", say__model=f"M-{port}")
        for port in (8081, 8080)
    ]
    found = devices(*seen, answer(TWO, "cgi", 80, cgi__serial="AAAA9999"))
    assert [(one.address, one.id, one.model, one.ports) for one in found] == [
        (ONE, "AAAA8080", "M-8080", (8080,)),
        (ONE, "AAAA8081", "M-8081", (8081,)),
        (TWO, "AAAA9999", None, (80,)),
    ]


def test_rules_fill_what_no_field_says(devices: Merge) -> None:
    (device,) = devices(
        answer(ONE, "http", say__serial=" S123 ", say__mac="3cef8c517d0e", say__hostname="cam", say__channels="8")
    )
    assert (device.serial, device.mac, device.hostname, device.hidden_channels) == ("S123", C, "cam", None)
    assert (device.kind, device.camera_like) == (None, False)
    (device,) = devices(answer(ONE, "http", say__kind="recorder", say__channels="8", say__serial="0000"))
    assert (device.hidden_channels, device.serial) == (8, None)


def test_of_several_counts_of_channels_the_largest_is_told(devices: Merge) -> None:
    said = {"sadp__digital_channel_num": ["16", "4"], "say__channels": "8", "say__kind": "recorder"}
    assert [device.hidden_channels for device in devices(answer(ONE, "sadp", **said))] == [16]


def test_of_many_claimed_addresses_the_first_are_told(devices: Merge) -> None:
    claims = [f"192.168.1.{number}" for number in (10, 9, 7, 8, 6)]
    (device,) = devices(answer(ONE, "onvif", onvif__ipv4_address=claims))
    assert device.conflicts == tuple(f"claims the address 192.168.1.{number}" for number in (6, 7, 8, 9))


def test_mac_in_the_endpoint_is_the_last_resort(devices: Merge) -> None:
    node = answer(ONE, "wsd", wsd__endpoint="urn:uuid:aa85c000-6324-11b3-819e-5850ed1fe385")
    assert [device.mac for device in devices(node)] == [A]
    assert [device.mac for device in devices(node, answer(ONE, "moi", moi__mac=B))] == [B]


def test_silent_targets_are_no_devices(devices: Merge) -> None:
    assert devices(answer(ONE, "http", 80, Outcome.REFUSED), answer(TWO, "wsd", None, Outcome.SILENT)) == ()


def test_makers_in_conflict_are_kept(devices: Merge) -> None:
    (device,) = devices(answer(ONE, "http", say__maker="X"), answer(ONE, "rtsp", say__maker="Y"))
    assert (device.maker, device.conflicts) == ("X", ("makers X or Y",))


def test_order_is_that_of_addresses(devices: Merge) -> None:
    found = devices(*(answer(address, "http") for address in ("10.0.0.10", SIX, "9.0.0.1", "fe80::1%b", "fe80::1%a")))
    assert addresses(found) == [("9.0.0.1",), ("10.0.0.10",), (SIX,), ("fe80::1%a",), ("fe80::1%b",)]


# One device


def test_claimed_address(devices: Merge) -> None:
    (device,) = devices(
        twin(ONE, A, say__maker="X"),
        answer(ONE, "tcp", 80),
        twin(TWO, A, dhip__ipv4_address=ONE, say__maker="X", say__model="M"),
        answer(TWO, "tcp", 554),
    )
    assert (device.address, device.addresses, device.ports) == (ONE, (ONE, TWO), (80, 554))
    assert (device.maker, device.model, device.conflicts) == ("X", "M", ())
    assert [found.attributes for found in device.identifications] == [{}, {"model": "M"}]


def test_what_one_address_of_a_device_says_holds_for_all(devices: Merge) -> None:
    first, second = "10.0.0.9", "10.0.0.10"
    (device,) = devices(
        twin(first, A, say__maker="X"),
        twin(second, A, dhip__ipv4_address=first, say__maker="X"),
        answer(second, "rtsp", 554, mdns__host="nvr.local"),
        answer(second, "isapi", 80, behind__slot="1", behind__model="M"),
    )[:1]
    assert (device.addresses, device.hostname, device.kind) == ((first, second), "nvr.local", "recorder")
    assert device.camera_like
    assert [found.maker for found in device.identifications] == ["X"]
    assert device.slots == Slots(1, 0)


def test_same_frames(devices: Merge) -> None:
    found = devices(
        answer(ONE, "arp", mac__address=A),
        answer(ONE, "onvif", onvif__serial=SERIAL),
        answer(TWO, "arp", mac__address=A),
        answer(TWO, "http", 80, onvif__serial=SERIAL),
    )
    assert addresses(found) == [(ONE, TWO)]
    assert (found[0].conflicts, found[0].camera_like) == ((), True)


def test_two_network_cards(devices: Merge) -> None:
    found = devices(twin(ONE, A, dhip__ipv4_address=ONE), twin(TWO, B, dhip__ipv4_address=TWO))
    assert addresses(found) == [(ONE, TWO)]
    assert (found[0].mac, found[0].conflicts) == (A, ())


def test_ipv4_and_ipv6(devices: Merge) -> None:
    found = devices(*(answer(address, "wsd", onvif__scope__mac=A, wsd__endpoint=UUID) for address in (ONE, SIX)))
    assert addresses(found) == [(ONE, SIX)]
    found = devices(*(answer(address, "wsd", say__mac=A, wsd__endpoint=UUID) for address in (ONE, SIX)))
    assert addresses(found) == [(ONE, SIX)]
    claims = answer(ONE, "wsd", onvif__serial=SERIAL, wsd__endpoint=UUID, wsd__xaddr=["http://[fe80::1]/onvif"])
    found = devices(claims, answer("fe80::1%eth0", "wsd", onvif__serial=SERIAL, wsd__endpoint=UUID))
    assert addresses(found) == [(ONE, "fe80::1%eth0")]


def test_ipv4_and_ipv6_with_one_serial_and_mac_alone_are_not_one(devices: Merge) -> None:
    found = devices(*(answer(address, "onvif", onvif__serial=SERIAL, onvif__scope__mac=A) for address in (ONE, SIX)))
    assert addresses(found) == [(ONE,), (SIX,)]


EUI = ("fe80::5a50:edff:fe1f:e385%eth0", "2001:db8::5a50:edff:fe1f:e385")
"""IPv6 addresses that were formed of the MAC A."""


def test_one_network_card_by_ipv4_and_ipv6_is_one_device(devices: Merge) -> None:
    four, six = answer(ONE, "arp", mac__address=A), [answer(address, "http", 80) for address in EUI]
    assert [(one.addresses, one.mac, one.conflicts) for one in devices(four, *six)] == [((ONE, EUI[1], EUI[0]), A, ())]
    assert [(one.addresses, one.mac) for one in devices(*six)] == [((EUI[1], EUI[0]), A)]
    assert addresses(devices(four, answer(SIX, "arp", mac__address=A))) == [(ONE, SIX)]
    stated = answer(ONE, "sadp", 37020, sadp__mac=A, sadp__device_sn=SERIAL)
    assert addresses(devices(stated, six[0])) == [(ONE, EUI[0])]


def test_one_network_card_may_tell_its_serial_in_full_by_ipv4_and_in_short_by_ipv6(devices: Merge) -> None:
    full = answer(ONE, "sadp", 37020, sadp__mac=A, sadp__device_sn="DS-7608NI-K2/8P0120190101CCRRJ12345678WCVU")
    short, other = (answer(EUI[0], "ssdp", 80, upnp__serial_number=text) for text in ("J12345678", "J12345679"))
    assert addresses(devices(full, short)) == [(ONE, EUI[0])]
    assert addresses(devices(full, other)) == [(ONE,), (EUI[0],)]


def test_addresses_that_share_a_mac_by_ipv4_and_ipv6_and_are_no_one_device(devices: Merge) -> None:
    four, six = [answer(address, "arp", mac__address=A) for address in (ONE, TWO)], answer(EUI[0], "http", 80)
    assert addresses(devices(*four, six)) == [(ONE,), (TWO,), (EUI[0],)], "a router may speak for them"
    other = answer(ONE, "sadp", 37020, sadp__mac=B)
    assert addresses(devices(four[0], other, six)) == [(ONE,), (EUI[0],)]
    serials = answer(ONE, "cgi", 80, cgi__serial="AAAA1111"), answer(EUI[0], "cgi", 80, cgi__serial="BBBB2222")
    assert addresses(devices(four[0], *serials)) == [(ONE,), (EUI[0],)]


def test_serial_that_a_rule_read(devices: Merge) -> None:
    link = [answer(address, "arp", mac__address=A) for address in (ONE, TWO)]
    read = [answer(address, "rtsp", say__serial=SERIAL) for address in (ONE, TWO)]
    assert addresses(devices(link[0], read[0], link[1], read[1])) == [(ONE, TWO)]


# Clones


def test_clones_stay_apart(devices: Merge) -> None:
    found = devices(twin(ONE, A, dhip__ipv4_address=ONE), twin(TWO, A, dhip__ipv4_address=TWO))
    assert addresses(found) == [(ONE,), (TWO,)]
    assert [device.conflicts for device in found] == [
        (f"cannot be told apart from {TWO} by serial, MAC, endpoint",),
        (f"cannot be told apart from {ONE} by serial, MAC, endpoint",),
    ]


def test_three_cards_are_clones(devices: Merge) -> None:
    found = devices(twin(ONE, A), twin(TWO, B), twin("10.0.0.3", C))
    assert addresses(found) == [(ONE,), (TWO,), ("10.0.0.3",)]
    assert found[1].conflicts == (f"cannot be told apart from {ONE}, 10.0.0.3 by serial, endpoint",)


def test_unknown_macs_are_not_two_cards(devices: Merge) -> None:
    unknown = [answer(a, "onvif", onvif__serial=SERIAL, wsd__endpoint=UUID) for a in (ONE, TWO)]
    assert addresses(devices(*unknown)) == [(ONE,), (TWO,)]
    assert addresses(devices(unknown[0], twin(TWO, A))) == [(ONE,), (TWO,)]


def test_two_cards_that_live_elsewhere_are_clones(devices: Merge) -> None:
    elsewhere = {"dhip__ipv4_address": "192.168.1.108"}
    assert len(devices(twin(ONE, A), twin(TWO, B, **elsewhere))) == 2
    found = devices(twin(ONE, A, **elsewhere), twin(TWO, B))
    assert addresses(found) == [(ONE,), (TWO,)]
    assert found[0].conflicts == (
        f"cannot be told apart from {TWO} by serial, endpoint",
        "claims the address 192.168.1.108",
    )


@pytest.mark.parametrize(
    ("name", "value", "kind"), [("onvif__serial", SERIAL, "serial"), ("wsd__endpoint", UUID, "endpoint")]
)
def test_one_identifier_never_joins(devices: Merge, name: str, value: str, kind: str) -> None:
    found = devices(
        answer(ONE, "wsd", wsd__xaddr=f"http://{TWO}/", **{name: value}), answer(TWO, "wsd", **{name: value})
    )
    assert addresses(found) == [(ONE,), (TWO,)]
    assert found[1].conflicts == (f"shares its {kind} with {ONE}",)


def test_same_frames_alone_do_not_join(devices: Merge) -> None:
    found = devices(*(answer(address, "arp", mac__address=A) for address in (ONE, TWO)))
    assert addresses(found) == [(ONE,), (TWO,)]
    assert found[0].conflicts == (f"shares its MAC with {TWO}",)


def test_node_of_a_shared_endpoint_is_no_second_identifier(devices: Merge) -> None:
    endpoint = "urn:uuid:aa85c000-6324-11b3-819e-5850ed1fe385"
    found = devices(*(answer(address, "wsd", wsd__endpoint=endpoint) for address in (ONE, SIX)))
    assert addresses(found) == [(ONE,), (SIX,)]


def test_a_device_that_passes_for_several_does_not_make_them_one(devices: Merge) -> None:
    """It answers as each of them, and calls the address of each its own; it can only be taken for one of them."""
    one = {"sadp__mac": A, "sadp__device_sn": "SER1", "sadp__ipv4_address": ONE}
    two = {"dhip__mac": B, "dhip__serial_no": "SER2", "dhip__ipv4_address": TWO}
    liar = "10.0.0.66"
    found = devices(
        answer(ONE, "sadp", **one), answer(TWO, "dhip", **two), answer(liar, "sadp", **one), answer(liar, "dhip", **two)
    )
    assert addresses(found) == [(ONE, liar), (TWO,)]
    assert found[1].conflicts == (f"cannot be told apart from {liar} by serial, MAC",)


def test_of_three_addresses_each_may_share_other_identifiers(devices: Merge) -> None:
    three = "10.0.0.3"
    found = devices(
        answer(ONE, "wsd", wsd__endpoint=UUID, dhip__mac=A, wsd__xaddr=f"http://{TWO}/"),
        answer(TWO, "wsd", wsd__endpoint=UUID, dhip__mac=A, dhip__serial_no=SERIAL),
        answer(three, "wsd", wsd__endpoint=UUID, dhip__mac=B, dhip__serial_no=SERIAL, wsd__xaddr=f"http://{TWO}/"),
    )
    assert addresses(found) == [(ONE, TWO, three)]


def test_placeholders_are_not_shared(devices: Merge) -> None:
    blank = {"onvif__serial": "000000", "dhip__mac": "00:00:00:00:00:00"}
    found = devices(*(answer(address, "onvif", **blank) for address in (ONE, TWO)))
    assert [(device.conflicts, device.serial, device.mac) for device in found] == [((), None, None)] * 2


def test_factory_default_units_at_one_address(devices: Merge) -> None:
    home = "192.168.1.108"
    found = devices(
        answer(home, "arp", mac__address=A),
        answer(home, "arp", mac__address=B),
        answer(home, "dhip", dhip__mac=A, dhip__serial_no="SER1"),
        answer(home, "dhip", dhip__mac=B, dhip__serial_no="SER2"),
    )
    assert [(device.addresses, device.mac, device.serial) for device in found] == [
        ((home,), B, "SER2"),
        ((home,), A, "SER1"),
    ]
    assert {device.conflicts for device in found} == {(f"several devices answer at {home}: {A}, {B}",)}


@pytest.mark.parametrize("frames", [[], [A], [C]], ids=["no frames", "one's", "a repeater's"])
def test_factory_default_units_need_no_frames_to_be_told_apart(devices: Merge, frames: list[str]) -> None:
    """Who may not see frames hears them all the same, as each answers to the whole segment."""
    home, told = "192.168.1.108", ((A, "SER1"), (B, "SER2"))
    found = devices(
        *(answer(home, "arp", mac__address=mac) for mac in frames),
        *(answer(home, "dhip", dhip__mac=mac, dhip__serial_no=serial, say__model=serial) for mac, serial in told),
        answer(home, "dhip", dhip__mac=A, dhip__serial_no="ser1"),
        answer(home, "dhip", dhip__mac=A),
        answer(home, "http", 80, say__maker="either"),
    )
    assert [(device.addresses, device.mac, device.serial, device.model, device.maker) for device in found] == [
        ((home,), B, "SER2", "SER2", "either"),
        ((home,), A, "SER1", "SER1", "either"),
    ]
    assert {device.conflicts for device in found} == {(f"several devices answer at {home}: {A}, {B}",)}


@pytest.mark.parametrize(
    "told",
    [
        ((A, "SER1"), (B, "SER1")),  # two network cards
        ((A, "M-100-SER1"), (B, "ser1")),  # and one serial, of which one of them tells the end
        ((A, "SER1"), (A, "SER2")),
        ((A, "SER1"), (B, "0000")),
        ((A, "SER1"), ("00:00:00:00:00:00", "SER2")),
        ((A, "SER1"), ("", "SER2")),
    ],
)
def test_what_does_not_differ_in_both_mac_and_serial_is_one_device(
    devices: Merge, told: tuple[tuple[str, str], ...]
) -> None:
    seen = (answer(ONE, "sadp", sadp__mac=mac, sadp__device_sn=serial) for mac, serial in told)
    assert addresses(devices(*seen)) == [(ONE,)]


def test_of_several_devices_at_one_address_one_need_not_tell_a_serial(devices: Merge) -> None:
    told = ((A, "", "a"), (A, "SER1", "a"), (B, "SER2", "b"), (C, "0000", "c"))
    seen = (answer(ONE, "sadp", sadp__mac=mac, sadp__device_sn=serial, say__model=name) for mac, serial, name in told)
    found = devices(*seen)
    assert [(device.mac, device.serial, device.model) for device in found] == [
        (B, "SER2", "b"),
        (C, None, "c"),
        (A, "SER1", "a"),
    ]


def test_two_protocols_do_not_make_two_devices(devices: Merge) -> None:
    seen = (answer(ONE, "sadp", sadp__mac=A, sadp__device_sn="SER1"), answer(ONE, "dhip", dhip__mac=B))
    assert addresses(devices(*seen, answer(ONE, "dhip", dhip__mac=B, dhip__serial_no="SER2"))) == [(ONE,)]


def test_what_one_address_makes_up_is_bounded(devices: Merge) -> None:
    made_up = (f"5850ED{number:06X}" for number in range(1, 1000))
    found = devices(*(answer(ONE, "sadp", sadp__mac=mac, sadp__device_sn=f"S-{mac}") for mac in made_up))
    assert len(found) == 64


def test_two_cards_at_one_address_are_clones(devices: Merge) -> None:
    frames = (answer(ONE, "arp", mac__address=mac) for mac in (A, B))
    assert addresses(devices(*frames, twin(ONE, A), twin(ONE, B))) == [(ONE,), (ONE,)]


def test_claim_of_a_shared_address_joins_nobody(devices: Merge) -> None:
    shared = {"dhip__serial_no": SERIAL, "wsd__endpoint": UUID}
    found = devices(
        answer(ONE, "arp", mac__address=A),
        answer(ONE, "arp", mac__address=B),
        answer(ONE, "dhip", dhip__mac=A, **shared),
        answer(ONE, "dhip", dhip__mac=B, **shared),
        answer(TWO, "dhip", dhip__mac=C, dhip__ipv4_address=ONE, **shared),
    )
    assert addresses(found) == [(ONE,), (ONE,), (TWO,)]


# Bounds


def test_thousands_of_clones(devices: Merge) -> None:
    clones = [twin(f"10.1.{number // 250}.{number % 250}", A) for number in range(3000)]
    with costs_less_than(5):
        found = devices(*clones)
    assert len(found) == 3000
    named = ", ".join(f"10.1.0.{number}" for number in range(1, 6))
    assert found[0].conflicts == (f"cannot be told apart from {named} and others by serial, MAC, endpoint",)


def test_more_addresses_than_are_named_are_said_to_be_there(devices: Merge) -> None:
    both = [answer("10.1.0.0", "dhip", dhip__serial_no=f"SERIAL-{name}") for name in "AB"]
    others = (answer(f"10.1.0.{n}", "dhip", dhip__serial_no=f"SERIAL-{'AB'[n % 2]}") for n in range(1, 7))
    named = ", ".join(f"10.1.0.{n}" for n in range(1, 6))
    assert f"shares its serial with {named} and others" in devices(*both, *others)[0].conflicts


def test_answers_are_not_kept() -> None:
    def stream() -> Iterator[Observation]:
        for number in range(200):
            body = f"{number} " + "x" * 100_000
            yield answer(f"10.0.0.{number}", "http", 80, http__body=body, onvif__serial=f"SERIAL{number}")

    tracemalloc.start()
    found = merge(stream(), identify, resolve)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(found) == 200
    assert peak < 4_000_000


def test_scattered_observations_are_refused(devices: Merge) -> None:
    with pytest.raises(ValueError, match=r"observations of 10\.0\.0\.1 do not come together: sort them by target"):
        devices(answer(ONE, "http"), answer(TWO, "http"), answer(ONE, "rtsp"))


def test_a_box_that_answers_at_every_address_costs_no_more_for_each_and_is_shown_in_part(devices: Merge) -> None:
    """As a trap does, with other bytes at each address; it calls one of them its own."""

    def told(number: int) -> Iterator[Observation]:
        place, maker = f"10.0.{number // 250}.{number % 250 + 1}", "First" if number < 1000 else "Last"
        yield answer(place, "sadp", sadp__device_sn=SERIAL, sadp__mac=A, sadp__ipv4_address="10.0.0.1")
        page = answer(place, "http", 80, say__maker=maker, say__model=f"M{number}", upnp__serial_number=f"N{number:04}")
        yield replace(page, raw=b"%d" % number)

    with costs_less_than(5):
        (device,) = devices(*(seen for number in range(1001) for seen in told(number)))
    assert len(device.addresses) == 1001
    assert [found.attributes["model"] for found in device.identifications] == [*(f"M{n}" for n in range(8)), "M1000"]
    assert len(device.conflicts) == 65
    assert device.conflicts[-1] == "makers First or Last"


@pytest.mark.parametrize(("days", "current"), [(-9, TWO), (0, TWO), (9, ONE)])
def test_a_lease_and_the_frames_of_its_mac_elsewhere_are_one_device_at_the_later_address(
    days: int, current: str, devices: Merge
) -> None:
    lease = answer(ONE, "dhcp", mac__address=A, dhcp__hostname="cam")
    lease = replace(lease, at=lease.at + timedelta(days=days))
    (device,) = devices(lease, answer(TWO, "arp", mac__address=A))
    assert (device.address, device.mac, device.hostname) == (current, A, "cam")
    assert (sorted(device.addresses), device.conflicts) == ([ONE, TWO], ())


def test_each_device_that_was_given_an_address_is_one(devices: Merge) -> None:
    """As where two tables of leases were imported; beside an answer, a lease tells of no further device."""
    given = answer(ONE, "dhcp", mac__address=A), answer(ONE, "dhcp", mac__address=B)
    found = devices(*given)
    told = f"several devices were given {ONE}: {A}, {B}"
    assert {(one.address, one.mac, one.conflicts) for one in found} == {(ONE, mac, (told,)) for mac in (A, B)}
    (device,) = devices(*given, answer(ONE, "http", 80))
    assert device.address == ONE


def test_a_lease_says_nothing_of_which_of_two_devices_with_its_mac_had_it(devices: Merge) -> None:
    lease, three = answer(ONE, "dhcp", mac__address=A), "10.0.0.3"
    found = devices(lease, answer(TWO, "arp", mac__address=A), answer(three, "arp", mac__address=A))
    assert addresses(found) == [(ONE,), (TWO,), (three,)]
    assert all(device.conflicts for device in found)


def test_an_address_with_a_lease_at_which_something_answers_has_a_device(devices: Merge) -> None:
    lease = answer(ONE, "dhcp", mac__address=A)
    found = devices(lease, answer(ONE, "arp", mac__address=A), answer(TWO, "arp", mac__address=A))
    assert addresses(found) == [(ONE,), (TWO,)]
    found = devices(lease, answer(TWO, "dhip", 37810, dhip__mac=A))  # which it may only claim
    assert addresses(found) == [(ONE,), (TWO,)]

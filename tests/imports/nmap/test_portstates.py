"""Ports in nmap's XML as outcomes."""

from __future__ import annotations

import pytest
from support.decoders import damage

from camscan.errors import DecodeError
from camscan.imports.nmap import stream
from camscan.imports.nmap.portstates import PortState, PortStates
from camscan.records import Outcome

XML = b"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE nmaprun>
<nmaprun scanner="nmap" version="7.95" xmloutputversion="1.05">
<host><status state="up" reason="user-set"/><address addr="192.0.2.7" addrtype="ipv4"/><hostnames></hostnames>
<ports><extraports state="filtered" count="4"><extrareasons reason="no-response" count="2" proto="tcp" ports="21,23"/>
<extrareasons reason="host-unreach" count="3" proto="tcp" ports="9,81-82"/></extraports>
<extraports state="closed" count="1"><extrareasons reason="reset" count="1" proto="tcp" ports="8080"/></extraports>
<port protocol="tcp" portid="80"><state state="open" reason="syn-ack" reason_ttl="64"/><service name="http"/></port>
<port protocol="tcp" portid="554"><state state="closed" reason="reset" reason_ttl="64"/></port>
<port protocol="tcp" portid="8000"><state state="filtered" reason="admin-prohibited" reason_ttl="64"/></port>
<port protocol="tcp" portid="9000"><state state="filtered" reason="no-response" reason_ttl="0"/></port>
</ports></host>
<host><status state="up"/><address addr="2001:db8::7" addrtype="ipv6"/>
<ports><port protocol="tcp" portid="443"><state state="open" reason="syn-ack"/></port></ports></host>
<host><status state="up"/><address addr="44:19:B6:00:00:01" addrtype="mac"/>
<ports><port protocol="tcp" portid="443"><state state="open" reason="syn-ack"/></port></ports></host>
<runstats><finished time="1" timestr="" elapsed="0.22" exit="success"/><hosts up="2" down="0" total="2"/></runstats>
</nmaprun>
"""
FOUND = [
    PortState("192.0.2.7", 80, Outcome.ANSWERED),
    PortState("192.0.2.7", 554, Outcome.REFUSED),
    PortState("192.0.2.7", 8000, Outcome.UNREACHABLE, "EACCES: admin-prohibited"),
    PortState("192.0.2.7", 9, Outcome.UNREACHABLE, "host-unreach"),
    PortState("192.0.2.7", 81, Outcome.UNREACHABLE, "host-unreach"),
    PortState("192.0.2.7", 82, Outcome.UNREACHABLE, "host-unreach"),
    PortState("192.0.2.7", 8080, Outcome.REFUSED),
    PortState("2001:db8::7", 443, Outcome.ANSWERED),
]


def test_states_are_outcomes_and_silence_is_left_out() -> None:
    assert list(PortStates().feed(XML)) == FOUND


@pytest.mark.parametrize("size", [1, 7, 64, 1000])
def test_pieces_of_any_size_give_the_same(size: int) -> None:
    states = PortStates()
    pieces = [XML[at : at + size] for at in range(0, len(XML), size)]
    assert [state for piece in pieces for state in states.feed(piece)] == FOUND


@pytest.mark.parametrize("data", [b"Starting Nmap", b"<html></html>", b"<nmaprun></host>"])
def test_what_is_no_xml_of_nmap_is_refused(data: bytes) -> None:
    with pytest.raises(DecodeError):
        list(PortStates().feed(data))


def test_survives_damage() -> None:
    for damaged in damage(XML):
        try:
            list(PortStates().feed(damaged))
        except DecodeError:
            continue


def test_a_list_of_ports_is_bounded() -> None:
    data = XML.replace(b'ports="8080"', b'ports="1-99999999,x,2-"')
    assert len(list(PortStates().feed(data))) <= len(FOUND) + 65_536


@pytest.mark.parametrize(
    ("ports", "found"),
    [
        ("1-65535,1-65535,1-65535", 65535),
        ("65534-65536", 2),
        ("9" * 5000 + ",80", 1),
        ("-,1-,x,80-79", 0),
    ],
)
def test_lists_of_ports_are_bounded(ports: str, found: int) -> None:
    data = XML.replace(b'"9,81-82"', f'"{ports}"'.encode())
    listed = [state for state in PortStates().feed(data) if state.reason == "host-unreach"]
    assert len(listed) == found
    assert all(state.port <= 65535 for state in listed)


def test_a_host_that_is_too_large_costs_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "MAX_ELEMENTS", 10)
    assert list(PortStates().feed(XML)) == FOUND[-1:]

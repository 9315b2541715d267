from __future__ import annotations

import asyncio
import contextlib
import socket
from struct import pack

import pytest
from support.site import ask, filler, persona, site_of

from camscan.codecs import dhip, dvrip, netcommon, sadp, ssdp, wsdiscovery
from camscan.simulator import Persona
from camscan.simulator.datagrams import MAX_QUESTION, SSDP_PORT, WSD_PORT, services

ASKER = "0A1B2C3D-0000-4000-8000-00000000000A"
MAC = "02:00:00:00:00:01"


def answers(of: Persona, question: bytes) -> list[bytes]:
    (service,) = services(of)
    return list(service.answers(question, filler(of)))


def test_wsd_repeats_the_id_and_answers_the_types_it_has() -> None:
    device = persona(wsd={"types": ["Device", ""], "answer": "<RelatesTo>{relates}</RelatesTo>{address}"})
    for types, answered in (("tds:Device", True), ("", True), ("dn:NetworkVideoTransmitter", False)):
        got = answers(device, wsdiscovery.encode_probe(ASKER, types))
        assert got == ([f"<RelatesTo>urn:uuid:{ASKER}</RelatesTo>127.77.0.9".encode()] if answered else [])


@pytest.mark.parametrize("question", [b"", b"junk", b"<MessageID>a</MessageID>", b"<Probe></Probe>"])
def test_wsd_answers_nothing_but_probes(question: bytes) -> None:
    assert answers(persona(wsd={"answer": "x"}), question) == []


def test_wsd_keeps_markup_in_an_id_from_becoming_its_own() -> None:
    device = persona(wsd={"answer": "{relates}"})
    assert answers(device, b"<a:MessageID>&\"'</a:MessageID><d:Probe></d:Probe>") == [b"&amp;&quot;&#x27;"]


def test_sadp_repeats_asker_and_types() -> None:
    device = persona(sadp={"types": ["inquiry"], "answer": "<Uuid>{asker}</Uuid>\n<Types>{types}</Types>\n"})
    assert answers(device, sadp.encode_inquiry(ASKER)) == [
        f"<Uuid>{ASKER}</Uuid>\r\n<Types>inquiry</Types>\r\n".encode()
    ]
    assert answers(device, sadp.encode_inquiry(ASKER, "inquiry_v32")) == []
    assert answers(device, b"<Probe><Uuid>a</Uuid><Types>update</Types></Probe>") == []


def test_dhip_has_its_header_and_may_lie_in_it() -> None:
    body = b'{"mac":"02:00:00:00:00:01"}\n\0'
    device = persona(dhip={"answer": '{"mac":"{mac_lower}"}\n', "claims": 3})
    length = len(body) + 3
    header = pack("<I4s6I", 32, b"DHIP", 0, 0, length, 0, length, 0)
    assert answers(device, dhip.SEARCH) == [header + body]
    assert answers(device, dhip.SEARCH.replace(b"search", b"setXXX")) == []


def test_netcommon_answers_with_the_next_command() -> None:
    device = persona(netcommon={"answer": '{"NetWork.NetCommon":{"HostIP":"{address_hex}","MAC":"{mac_lower}"}}'})
    (got,) = answers(device, netcommon.SEARCH)
    assert got[14:16] == b"\xfb\x05"
    assert netcommon.decode(got) == {"netcommon.mac": (MAC,), "netcommon.ipv4_address": ("127.77.0.9",)}
    assert answers(device, b"\xff" + bytes(19)) == []


def test_ssdp_answers_the_targets_it_has() -> None:
    device = persona(ssdp={"answer": "HTTP/1.1 200 OK\nST: {target}\n"})
    search = ssdp.SEARCH
    assert answers(device, search) == [b"HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\n\r\n"]
    assert answers(device, search.replace(b"upnp:rootdevice", b"urn:schemas-upnp-org:device:Basic:1")) == []
    assert answers(device, b"NOTIFY * HTTP/1.1\r\nST: upnp:rootdevice\r\n\r\n") == []


def test_the_older_discovery_is_what_the_codec_reads() -> None:
    device = persona(serial="SN1", discovery={"type": "DVR", "model": "M1", "name": "N1", "version": [2, 6, 1, 0]})
    (got,) = answers(device, dvrip.DISCOVERY)
    assert dvrip.decode_discovery(got) == {
        "dvrip.type": ("DVR",),
        "dvrip.version": ("2.6.1.0",),
        "dvrip.ipv4_address": ("127.77.0.9",),
        "dvrip.mac": (MAC,),
        "dvrip.model": ("M1",),
        "dvrip.name": ("N1",),
        "dvrip.serial": ("SN1",),
    } | {"dvrip.model": dvrip.decode_discovery(got)["dvrip.model"]}
    assert answers(device, b"\xa3\x01") == []


def test_answers_are_cut_and_repeated() -> None:
    device = persona(sadp={"answer": "0123456789", "cut": 4, "copies": 3})
    assert answers(device, sadp.encode_inquiry(ASKER)) == [b"0123"] * 3


async def test_over_the_wire_they_come_to_whoever_asked() -> None:
    device = persona(wsd={"answer": "{padding:60000}"}, ssdp={"answer": "HTTP/1.1 200 OK\n"})
    async with site_of(device) as site:
        (running,) = site.devices
        assert await ask(running.address, WSD_PORT, wsdiscovery.encode_probe(ASKER, ""), 1) == [b"A" * 60_000]
        assert await ask(running.address, SSDP_PORT, b"junk") == []
        assert running.counters.datagrams == {WSD_PORT: 1, SSDP_PORT: 1}


async def test_what_is_too_long_for_a_question_is_counted_and_not_read() -> None:
    """It may be made to take seconds, in which nobody else is answered."""
    async with site_of(persona(wsd={"answer": "x"})) as site:
        (device,) = site.devices
        probe = wsdiscovery.encode_probe(ASKER, "")
        assert await ask(device.address, WSD_PORT, probe + b" " * (MAX_QUESTION - len(probe)), 1) == [b"x"]
        assert await ask(device.address, WSD_PORT, probe + b" " * MAX_QUESTION) == []
        assert device.counters.datagrams == {WSD_PORT: 2}


async def test_netcommon_comes_to_the_fixed_port() -> None:
    async with site_of(persona(netcommon={"answer": "{}"})) as site:
        address = site.devices[0].address
        assert await ask(address, netcommon.PORT, netcommon.SEARCH) == []
        assert len(await ask_from_fixed_port(address)) == 1


async def ask_from_fixed_port(address: str) -> list[bytes]:
    """Once that port is free: scans of other tests listen at it for seconds."""
    for _ in range(300):
        with contextlib.suppress(OSError):
            return await ask(address, netcommon.PORT, netcommon.SEARCH, 1, local_port=netcommon.LOCAL_PORT)
        await asyncio.sleep(0.1)
    raise TimeoutError(f"port {netcommon.LOCAL_PORT} is taken for half a minute")


async def test_what_is_too_large_to_send_is_not_sent() -> None:
    async with site_of(persona(wsd={"answer": "{padding:70000}"})) as site:
        assert await ask(site.devices[0].address, WSD_PORT, wsdiscovery.encode_probe(ASKER, "")) == []


async def test_an_asker_that_is_gone_does_no_harm() -> None:
    async with site_of(persona(wsd={"answer": "x", "copies": 20})) as site:
        address = site.devices[0].address
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.sendto(wsdiscovery.encode_probe(ASKER, ""), (address, WSD_PORT))
        assert len(await ask(address, WSD_PORT, wsdiscovery.encode_probe(ASKER, ""), 20)) == 20


def test_raw_replies_are_latin_1_or_hexadecimal_and_may_give_the_question_back() -> None:
    assert answers(persona(raw_udp=[{"port": 161, "answer": "\xff{question}"}]), b"a\xfe") == [b"\xffa\xfe"]
    hexadecimal = persona(values={"again": "0a"}, raw_udp=[{"port": 161, "is_hex": True, "answer": "ff {again:2}"}])
    assert answers(hexadecimal, b"?") == [b"\xff\n\n"]

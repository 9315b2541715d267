"""The data of the rogues: each does what its first line says."""

from __future__ import annotations

import asyncio
import gzip
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from support.costs import costs_less_than
from support.site import GET, ask, client_context, filler, site_of, talk

from camscan.codecs import dhip, dvrip, http, isapi, mdns, onvif, sadp, snmp, ssdp, wsdiscovery
from camscan.errors import DecodeError
from camscan.simulator import honest, rogues
from camscan.simulator.datagrams import SSDP_PORT, WSD_PORT, services
from camscan.simulator.mdns import PORT as MDNS_PORT

SNMP_PORT = 161
ROGUES = {persona.name: persona for persona in rogues()}
PROBE = wsdiscovery.encode_probe("0a1b2c3d-0000-4000-8000-00000000000a", "")
INQUIRY = sadp.encode_inquiry("0A1B2C3D-0000-4000-8000-00000000000A")
QUESTIONS = {
    WSD_PORT: PROBE,
    sadp.PORT: INQUIRY,
    dhip.PORT: dhip.SEARCH,
    SSDP_PORT: ssdp.SEARCH,
    MDNS_PORT: mdns.encode_query(mdns.SERVICES),
    SNMP_PORT: snmp.encode_get("public", 1),
    dvrip.DISCOVERY_PORT: dvrip.DISCOVERY,
}
DECODERS: dict[int, Callable[[bytes], object]] = {
    WSD_PORT: wsdiscovery.decode,
    sadp.PORT: sadp.decode,
    dhip.PORT: dhip.decode,
    SSDP_PORT: ssdp.decode,
    MDNS_PORT: mdns.decode,
    SNMP_PORT: snmp.decode,
    dvrip.DISCOVERY_PORT: dvrip.decode_discovery,
}


def family(name: str) -> list[str]:
    return [rogue for rogue in ROGUES if rogue.startswith(f"{name}-")]


def answer(name: str, port: int) -> bytes:
    (service,) = (service for service in services(ROGUES[name]) if service.port == port)
    return next(service.answers(QUESTIONS[port], filler(ROGUES[name])))


async def page(name: str, port: int = 80, request: bytes = GET, **how: Any) -> bytes:
    async with site_of(ROGUES[name]) as site:
        return await talk(site.devices[0].address, port, request, **how)


def test_no_datagram_brings_a_decoder_down() -> None:
    for persona in ROGUES.values():
        for service in services(persona):
            for data in service.answers(QUESTIONS[service.port], filler(persona)):
                with suppress(DecodeError):
                    DECODERS[service.port](data)
                assert len(data) <= 65_507, persona.name


@pytest.mark.privileged_ports
@pytest.mark.parametrize("name", ["silent-after-accept", "every-port-open", "resetting"])
async def test_nothing_comes(name: str) -> None:
    for port in (80, 554):
        assert await page(name, port, seconds=0.1) == b""


@pytest.mark.privileged_ports
async def test_bytes_drip() -> None:
    async with site_of(ROGUES["drip-feed"]) as site:
        address, began = site.devices[0].address, time.monotonic()
        got = await asyncio.gather(*(talk(address, port, limit=2) for port in (80, 554, 443)))
        assert got == [b"HT", b"RT", b"\x16\x03"]
        assert time.monotonic() - began >= 0.5


@pytest.mark.privileged_ports
@pytest.mark.parametrize("name", ["endless-body", "endless-interim", *family("endless-head")])
async def test_there_is_no_end(name: str) -> None:
    assert len(await page(name, limit=1_000_000)) == 1_000_000


@pytest.mark.privileged_ports
@pytest.mark.parametrize("name", family("broken-http"))
async def test_broken_answers_come_as_they_stand(name: str) -> None:
    expected = ROGUES[name].values["variant"].replace("\n", "\r\n").encode("latin-1")
    got = await page(name)
    assert got == expected
    with suppress(DecodeError):
        http.decode(got)


@pytest.mark.privileged_ports
async def test_lines_end_in_lf_alone() -> None:
    got = await page("bare-lines")
    assert b"\r" not in got
    assert http.decode(got)["http.title"] == ("bare",)


@pytest.mark.privileged_ports
async def test_the_bomb_is_small_on_the_wire_and_is_there_at_once() -> None:
    """Whoever packs it while a scan waits is silent for as long, on a busy machine for longer than a scan waits."""
    with costs_less_than(0.15):
        got = await page("gzip-bomb", limit=1_000_000)
    assert 50_000 < len(got) < 70_000
    assert gzip.decompress(got.partition(b"\r\n\r\n")[2]) == bytes(64 << 20)


@pytest.mark.privileged_ports
async def test_redirects_run_in_a_circle() -> None:
    async with site_of(ROGUES["redirect-loop"]) as site:
        path, seen = "/", []
        for _ in range(4):
            request = f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode()
            got = await talk(site.devices[0].address, 80, request, until=b"\r\n\r\n")
            (location,) = http.decode(got)["http.location"]
            path = location.removeprefix(f"http://{site.devices[0].address}")
            seen.append(path)
        assert seen == ["/a", "/b", "/", "/a"]


@pytest.mark.parametrize("name", family("redirect"))
def test_redirects_lead_elsewhere(name: str) -> None:
    if name == "redirect-loop":
        return
    rogue = ROGUES[name]
    data = filler(rogue).answer(rogue.web[0].routes["/"])
    wanted = filler(rogue).fill("{variant}")
    assert f"\r\nLocation: {wanted}\r\n".encode() in data
    assert rogue.truth.maker is None


def test_services_are_named_elsewhere() -> None:
    (found,) = wsdiscovery.decode(answer("xaddrs-elsewhere", WSD_PORT))
    assert len(found["wsd.xaddr"]) == 13
    assert "http://127.77.0.9/onvif/device_service" not in found["wsd.xaddr"]
    assert ssdp.decode(answer("location-file", SSDP_PORT))["ssdp.location"] == ("file:///etc/passwd",)


def test_entities_are_everywhere_and_refused() -> None:
    rogue = ROGUES["xml-entities"]
    for data, decode in (
        (answer(rogue.name, WSD_PORT), wsdiscovery.decode),
        (answer(rogue.name, sadp.PORT), sadp.decode),
        (rogue.web[0].routes["*"].body.encode(), isapi.decode),
        (rogue.web[0].onvif.otherwise.body.encode() if rogue.web[0].onvif else b"", onvif.decode),
    ):
        assert b"<!ENTITY" in data
        with pytest.raises(DecodeError):
            decode(data)


@pytest.mark.parametrize("port", [WSD_PORT, sadp.PORT, dhip.PORT])
def test_datagrams_are_large_or_cut(port: int) -> None:
    assert 60_000 < len(answer("large-datagrams", port)) < 65_507
    whole = ROGUES["cut-datagrams"].model_dump()[{WSD_PORT: "wsd", sadp.PORT: "sadp", dhip.PORT: "dhip"}[port]]
    assert len(answer("cut-datagrams", port)) == whole["cut"]


def test_an_answer_to_nobodys_question() -> None:
    (found,) = wsdiscovery.decode(answer("unsolicited", WSD_PORT), ["0a1b2c3d-0000-4000-8000-00000000000a"])
    assert found["wsd.unsolicited"] == ("true",)


async def test_a_storm_of_answers() -> None:
    async with site_of(ROGUES["answer-storm"]) as site:
        assert (
            100 < len(await ask(site.devices[0].address, WSD_PORT, PROBE, 101)) <= 200
        )  # as many as there is room for


@pytest.mark.privileged_ports
async def test_a_certificate_that_no_client_takes() -> None:
    """OpenSSL takes 100 KiB of certificates; what it does is counted as a connection all the same."""
    async with site_of(ROGUES["many-names"]) as site:
        with pytest.raises(OSError, match=r"(?i)excessive.message.size"):
            await talk(site.devices[0].address, 443, tls=True)
        assert site.devices[0].counters.connections == 1


@pytest.mark.privileged_ports
async def test_the_oldest_tls() -> None:
    async with site_of(ROGUES["oldest-tls"]) as site:
        assert client_context().minimum_version
        got = await talk(site.devices[0].address, 443, tls=True)
        assert http.decode(got)["http.title"] == ("oldest",)


@pytest.mark.privileged_ports
@pytest.mark.parametrize("name", family("injection"))
async def test_payloads_are_in_every_text(name: str) -> None:
    payload = ROGUES[name].values["variant"]
    if name == "injection-long":
        assert len(await page(name)) > 40_000
        return
    assert payload.encode() in await page(name)
    assert payload.strip() in dhip.decode(answer(name, dhip.PORT))["dhip.vendor"][0]
    options = b"OPTIONS rtsp://a/ RTSP/1.0\r\nCSeq: 1\r\n\r\n"
    assert payload.encode() in await page(name, 554, options, until=b"\r\n\r\n")


def test_two_faces_and_a_clone() -> None:
    assert sadp.decode(answer("two-faces", sadp.PORT))["sadp.mac"] == ("44:19:B6:00:00:01",)
    assert dhip.decode(answer("two-faces", dhip.PORT))["dhip.mac"] == ("3C:EF:8C:00:00:01",)
    (original,) = (persona for persona in honest() if persona.name == "hikvision-nvr")
    copied = sadp.decode(answer("clone", sadp.PORT))
    assert (copied["sadp.device_sn"], copied["sadp.mac"]) == ((original.serial,), (original.mac,))

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest
from support.peers import eventually
from support.site import GET, ask, persona, site_of, talk

from camscan.codecs import wsdiscovery
from camscan.errors import HostError
from camscan.simulator import Device
from camscan.simulator.datagrams import WSD_PORT

PAGE = {"*": {"head": "HTTP/1.1 200 OK\nContent-Length: {length}\nConnection: close\n", "body": "page"}}
WEB = [{"ports": [80, 8080], "routes": PAGE}]
PROBE = wsdiscovery.encode_probe("0a1b2c3d-0000-4000-8000-00000000000a", "")


@pytest.fixture
def within_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("camscan.simulator.counters.time", SimpleNamespace(monotonic=lambda: 0.0))


@pytest.mark.privileged_ports
async def test_it_shows_its_persona_and_its_ports() -> None:
    async with site_of(persona(serial="SN1", web=WEB)) as site:
        (device,) = site.devices
        assert (device.name, device.truth.kind, device.ports) == ("device", "other", {8080: 8080, 80: 80})
        assert device.fill("{serial} at {authority:80}") == f"SN1 at {device.address}"


@pytest.mark.privileged_ports
@pytest.mark.usefixtures("within_a_second")
async def test_it_counts_connections_and_bytes() -> None:
    async with site_of(persona(web=WEB, raw=[{"ports": [9100], "behaviour": "hold"}])) as site:
        (device,) = site.devices
        await asyncio.gather(*(talk(device.address, 80) for _ in range(5)))
        assert await talk(device.address, 9100, b"%!PS", seconds=0.1) == b""
        counters = device.counters
        await eventually(lambda: counters.payload.get(9100) == 4 and not counters.at_once)
        assert (counters.connections, counters.max_per_second, counters.at_once) == (6, 6, 0)
        assert 1 <= counters.max_at_once <= 5
        assert counters.payload == {80: 5 * len(GET), 9100: 4}
        assert len(counters.requests) == 5
        assert counters.user_names == []


@pytest.mark.privileged_ports
@pytest.mark.usefixtures("within_a_second")
async def test_a_fragile_one_dies_of_haste_and_says_so() -> None:
    async with site_of(persona(web=WEB, limits={"per_second": 3, "at_once": 9})) as site:
        (device,) = site.devices
        for _ in range(3):
            assert (await talk(device.address, 80)).endswith(b"page")
        assert device.counters.violations == []
        assert await talk(device.address, 80) == b""
        assert device.counters.violations == ["4 connections within a second"]
        for port in (80, 8080):
            with pytest.raises(ConnectionRefusedError):
                await talk(device.address, port)


async def test_a_fragile_one_dies_of_too_many_at_once() -> None:
    held = [{"ports": [8000], "behaviour": "hold"}]
    async with site_of(persona(raw=held, limits={"per_second": 99, "at_once": 2})) as site:
        (device,) = site.devices
        await asyncio.gather(*(talk(device.address, 8000) for _ in range(3)))
        assert device.counters.violations == ["3 connections at once"]


@pytest.mark.privileged_ports
async def test_a_fading_one_neither_answers_nor_refuses() -> None:
    async with site_of(persona(web=WEB, wsd={"answer": "here"}, fades_after=2)) as site:
        (device,) = site.devices
        assert await ask(device.address, WSD_PORT, PROBE, 1) == [b"here"]
        for _ in range(2):
            assert (await talk(device.address, 80)).endswith(b"page")
        for port in (80, 8080):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await talk(device.address, port)
        assert await ask(device.address, WSD_PORT, PROBE) == []
        assert device.counters.connections == 2


async def test_ports_that_are_taken_are_left_out_and_named() -> None:
    async with site_of(persona(web=WEB)) as site:
        first = site.devices[0]
        second = Device(persona(web=WEB, wsd={"answer": "x"}), first.address)
        try:
            await second.start()
            assert second.ports == {}
            assert second.faults == [f"{first.address} TCP {port}: Address already in use" for port in (8080, 80)]
        finally:
            await second.stop()


async def test_one_that_can_have_no_port_does_not_start() -> None:
    async with site_of(persona(web=WEB)) as site:
        second = Device(persona(web=WEB), site.devices[0].address)
        with pytest.raises(HostError, match=r"none of its ports is available: .* in use"):
            await second.start()
        await second.stop()


async def test_it_stops_while_clients_are_there() -> None:
    held = [
        {"ports": [8000], "behaviour": "hold"},
        {"ports": [8001], "behaviour": "endless", "chunk": "x", "asked": False},
    ]
    async with site_of(persona(raw=held)) as site:
        readers = [await asyncio.open_connection(site.devices[0].address, port) for port in (8000, 8001)]
        await asyncio.sleep(0.05)
    assert await readers[0][0].read() == b""
    for _, writer in readers:
        writer.transport.abort()
    await asyncio.sleep(0)
    assert site.devices[0].counters.at_once == 0


async def test_a_connection_does_not_last_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("camscan.simulator.device._LONGEST", 0.1)
    async with site_of(persona(raw=[{"ports": [8000], "behaviour": "hold"}])) as site:
        assert await talk(site.devices[0].address, 8000) == b""

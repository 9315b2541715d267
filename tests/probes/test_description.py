"""The description that an SSDP answer points to."""

from __future__ import annotations

import pytest
from support.nets import AT, Port, ScriptedNet

from camscan.probes.base import Ask
from camscan.probes.description import DescriptionProbe
from camscan.probes.ports import BINARY_PORTS
from camscan.records import Observation, Outcome

HOST = "10.0.0.5"
PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


async def fetched(*locations: str) -> list[tuple[str, int, str]]:
    net = ScriptedNet({(HOST, 80): Port(pages={"/d.xml": PAGE})})
    seen = [Observation(HOST, "ssdp", Outcome.ANSWERED, AT, 1900, fields={"ssdp.location": locations})]
    assert [o.channel async for o in DescriptionProbe().run(Ask(HOST, observations=seen), net)] == ["ssdp"] * len(
        net.sent
    )
    return net.sent


async def test_a_description_on_the_host_itself_is_fetched_once() -> None:
    assert await fetched(f"http://{HOST}/d.xml", f"http://{HOST}/d.xml") == [(HOST, 80, "GET /d.xml")]


async def test_locations_of_other_addresses_take_no_place_of_its_own() -> None:
    others = ("http://[fe80::1]/d.xml", "http://[2001:db8::1]/d.xml", "http://10.0.0.6/d.xml")
    assert await fetched(*others, f"http://{HOST}/d.xml") == [(HOST, 80, "GET /d.xml")]


async def test_one_description_is_fetched_once_however_it_is_spelled() -> None:
    urls = (f"http://{HOST}/d.xml", f"http://{HOST}:80/d.xml", f"http://{HOST}/d.xml#device")
    assert await fetched(*urls) == [(HOST, 80, "GET /d.xml")]


@pytest.mark.parametrize("port", sorted(BINARY_PORTS))
async def test_no_text_goes_to_a_port_of_a_binary_protocol_whoever_names_it(port: int) -> None:
    assert await fetched(f"http://{HOST}:{port}/d.xml", f"http://{HOST}/d.xml") == [(HOST, 80, "GET /d.xml")]


@pytest.mark.parametrize(
    "url", ["http://10.0.0.6/d.xml", "http://[::1/", "http://[", "file:///etc/passwd", f"https://{HOST}/", "", "//x"]
)
async def test_whatever_points_elsewhere_or_is_no_url_is_left_alone(url: str) -> None:
    assert await fetched(url) == []


async def test_a_description_is_asked_for_by_its_whole_path_and_on_each_port() -> None:
    urls = (f"http://{HOST}/d.xml?id=1", f"http://{HOST}:81/d.xml?id=1")
    net = ScriptedNet({(HOST, port): Port(pages={"/d.xml?id=1": PAGE}) for port in (80, 81)})
    seen = [Observation(HOST, "ssdp", Outcome.ANSWERED, AT, 1900, fields={"ssdp.location": urls})]
    for _ in range(2):
        seen += [o async for o in DescriptionProbe().run(Ask(HOST, observations=seen), net)]
    assert net.sent == [(HOST, port, "GET /d.xml?id=1") for port in (80, 81)]

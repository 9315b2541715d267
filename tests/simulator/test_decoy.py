"""The decoy: it answers where it is planted, and nothing takes it for the device of a real maker."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from support.site import GET, free_network, talk

from camscan.app.judging.criteria import criteria_of
from camscan.app.judging.unstored import judged
from camscan.errors import HostError, UsageError
from camscan.records import Observation, Outcome, Verdict
from camscan.simulator import decoy, decoy_site
from camscan.simulator.datagrams import WSD_PORT, services

ADDRESS = free_network().replace(".0/24", ".200")


async def test_it_answers_on_the_web_and_says_what_it_is() -> None:
    async with decoy_site(ADDRESS) as site:
        [device] = site.devices
        answer = await talk(ADDRESS, device.ports[80], GET)
        assert b"camscan decoy: not a camera" in answer
        options = b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n"
        assert b"camscan-decoy" in await talk(ADDRESS, device.ports[554], options, until=b"\r\n\r\n")


def test_it_is_of_no_maker_and_on_no_policy() -> None:
    at = datetime(2026, 11, 24, tzinfo=UTC)
    raw = b"HTTP/1.1 200 OK\r\nServer: camscan-decoy\r\n\r\n<title>camscan decoy: not a camera</title>"
    fields = {"http.server": ("camscan-decoy",), "http.title": ("camscan decoy: not a camera",)}
    seen = [
        Observation(ADDRESS, "http", Outcome.ANSWERED, at, 80, "GET /", fields, raw),
        Observation(ADDRESS, "wsd", Outcome.ANSWERED, at, 3702, "", {"onvif.scope.hardware": ("camscan-decoy",)}),
    ]
    [one] = judged(seen, criteria_of((), ()))
    assert (one.verdict, one.device.maker, one.device.brand) == (Verdict.UNIDENTIFIED, None, None)
    assert decoy().truth.maker is None


def test_it_is_found_by_discovery_too() -> None:
    assert [service.port for service in services(decoy())] == [WSD_PORT]


@pytest.mark.parametrize("address", ["fd00::1", "camera", "10.0.0.0/24", ""])
def test_it_needs_an_address(address: str) -> None:
    with pytest.raises(UsageError, match="is not an IPv4 address"):
        decoy_site(address)


async def test_it_needs_an_address_of_this_host() -> None:
    with pytest.raises(HostError, match=r"192\.0\.2\.1 cannot be used"):
        async with decoy_site("192.0.2.1"):
            pass

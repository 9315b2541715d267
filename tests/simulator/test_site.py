from __future__ import annotations

from contextlib import AsyncExitStack

import pytest
from support.costs import waits_less_than
from support.site import free_network, persona, site_of

from camscan.errors import HostError, UsageError
from camscan.simulator import NETWORK, honest, make_site, rogues, running_site, sockets

WEB = [{"ports": [80], "routes": {"*": {"head": "HTTP/1.0 200 OK\n"}}}]


def test_devices_have_the_addresses_of_the_network_in_order() -> None:
    site = make_site([persona(name="a"), persona(name="b")], "127.77.9.0/24")
    assert [(device.name, device.address) for device in site.devices] == [("a", "127.77.9.1"), ("b", "127.77.9.2")]
    assert site.device("b").address == "127.77.9.2"
    with pytest.raises(KeyError):
        site.device("c")


def test_a_network_that_is_too_small_is_refused() -> None:
    with pytest.raises(UsageError, match=r"127\.77\.0\.0/30 is too small for 3 devices"):
        make_site([persona(name=name) for name in "abc"], "127.77.0.0/30")


def test_the_site_to_try_things_on_is_that_of_the_honest() -> None:
    site = running_site()
    assert site.network == NETWORK == "127.77.0.0/24"
    assert [d.persona for d in site.devices] == list(honest())


@pytest.mark.privileged_ports
async def test_the_whole_site_starts_within_seconds() -> None:
    async with AsyncExitStack() as stack:
        with waits_less_than(5):
            site = await stack.enter_async_context(make_site(honest() + rogues()[:199], free_network()))
        assert all(device.faults == [] for device in site.devices)


async def test_moved_ports_are_noted_once_each(monkeypatch: pytest.MonkeyPatch) -> None:
    bind = sockets.tcp

    def reserved(address: str, port: int) -> object:
        if port < 1024:
            raise PermissionError
        return bind(address, port)

    monkeypatch.setattr(sockets, "tcp", reserved)
    async with site_of(persona(name="a", web=WEB), persona(name="b", web=WEB)) as site:
        assert site.notes == ("port 80 of 2 devices is at 8080, as the true one is reserved for root or in use",)
        assert site.devices[0].fill("{authority:80}") == f"{site.devices[0].address}:8080"


async def test_ports_that_cannot_be_had_are_noted() -> None:
    site = site_of(persona(raw=[{"ports": [8000, 8001], "behaviour": "hold"}]))
    address = site.devices[0].address
    with sockets.tcp(address, 8001):
        async with site:
            assert site.notes == (f"{address} TCP 8001: Address already in use: left out",)


async def test_a_second_site_on_the_same_network_is_refused() -> None:
    async with site_of(persona(web=WEB)) as site:
        with pytest.raises(HostError, match=f"a simulated site on {site.network} is running already"):
            async with site_of(persona(web=WEB)):
                pass
    async with site_of(persona(web=WEB)):
        pass


async def test_a_site_that_cannot_start_leaves_nothing_behind() -> None:
    network = free_network()
    raw = [{"ports": [8000], "behaviour": "hold"}]
    first, second = (network.replace(".0/24", f".{number}") for number in (1, 2))
    with sockets.tcp(second, 8000):
        with pytest.raises(HostError, match="none of its ports is available"):
            async with make_site([persona(name="a", raw=raw), persona(name="b", raw=raw)], network):
                pass
        with sockets.tcp(first, 8000), sockets.lock(f"a simulated site on {network}"):
            pass

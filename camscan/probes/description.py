"""The UPnP device description that an answer to SSDP points to."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from functools import partial
from urllib.parse import urlsplit

from camscan.codecs import over_http
from camscan.net.base import HttpRequest, Net
from camscan.probes.base import Ask, Cost, Stage
from camscan.probes.observing import observe
from camscan.probes.ports import port_of
from camscan.probes.web import origin_form
from camscan.records import Observation

_MAX_DESCRIPTIONS = 2


class DescriptionProbe:
    """Fetches the device description if its URL is http and has the address of the host itself."""

    channels = ("ssdp",)
    stage = Stage.HOST
    cost = Cost(0, 0, 8)

    async def run(self, ask: Ask, net: Net) -> AsyncGenerator[Observation, None]:
        """See `Probe.run`."""
        fetched = {(o.port, o.asked) for o in ask.observations if o.channel == "ssdp"}
        for port, path in _descriptions(ask):
            if (port, f"GET {path}") not in fetched:
                async with net.browse(ask.address, port) as browser:
                    exchange = await browser.fetch(HttpRequest(path))
                    yield observe(exchange, "ssdp", f"GET {path}", partial(over_http.description, path=path))


def _descriptions(ask: Ask) -> list[tuple[int, str]]:
    """Port and path of the first descriptions that have the address of the host itself."""
    urls = (url for o in ask.observations if o.channel == "ssdp" for url in o.fields.get("ssdp.location", ()))
    here = ((port, url) for url in urls if (port := port_of(url, ask.address)))
    found = ((port, origin_form(url)) for port, url in here if urlsplit(url).scheme == "http")
    return list(dict.fromkeys(found))[:_MAX_DESCRIPTIONS]

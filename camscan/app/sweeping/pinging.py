"""Pings a monitoring URL after a sweep that went well. It is never sent later: a late one would lie."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Mapping, Sequence
from urllib.parse import quote, urlsplit

from camscan.errors import UsageError
from camscan.net.services.delivery import Delivery, with_retries
from camscan.net.services.webhook import deliver
from camscan.networks import is_private
from camscan.sweeps.config import Config, Ping
from camscan.sweeps.eventlog import log_event
from camscan.sweeps.secrets import secret

URL = "CAMSCAN_PING_URL"
SITE = "{site}"  # stands in the URL for the name of the site: then each site has a sign of life of its own
_AT_ONCE = 16  # pings at a time: where their host is dead, each of a hundred sites would wait for it


def ping(config: Config, good: Sequence[str], *, all_good: bool) -> bool:
    """Ping for each of these sites or, with one URL for all, if all went well; False where that failed."""
    if config.ping is None:
        return True
    try:
        url = url_of(config, config.ping)
    except UsageError as error:
        log_event("ping.failed", logging.ERROR, reason=str(error))
        return False
    if SITE in url:
        urls: dict[str | None, str] = {site: url.replace(SITE, quote(site, safe="")) for site in good}
    else:
        urls = {None: url} if all_good else {}
    return asyncio.run(_sent(config.ping, urls))


def url_of(config: Config, part: Ping) -> str:
    """The URL. Raises UsageError if it is missing, is none, or leads to a private address that was not allowed."""
    url = secret(config, part.url_file, URL, os.environ)
    where = part.url_file or URL
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    if not good or len(url.split()) != 1:
        raise UsageError(f"{where} contains no http or https URL: write one, such as https://hc-ping.com/...")
    if not part.allow_private and is_private(parts.hostname or ""):
        raise UsageError(f"{parts.hostname} is private: set allow_private = true if the receiver is meant to be there")
    return url


async def _sent(part: Ping, urls: Mapping[str | None, str]) -> bool:
    """Ping each URL, which is of a site or of all; whether all of that went well."""
    places = asyncio.Semaphore(_AT_ONCE)

    async def one(site: str | None, url: str) -> bool:
        async with places:
            ended = await _tried(part, url)
        if ended.taken:
            log_event("ping.sent", site=site)
        else:
            log_event("ping.failed", logging.ERROR, site=site, reason=ended.reason)
        return ended.taken

    return all(await asyncio.gather(*(one(*item) for item in urls.items())))


async def _tried(part: Ping, url: str) -> Delivery:
    async def get(seconds: float) -> Delivery:
        return await deliver(url, b"", {}, timeout=seconds, allow_private=part.allow_private, method="GET")

    return await with_retries(get, asyncio.get_running_loop().time() + part.timeout)

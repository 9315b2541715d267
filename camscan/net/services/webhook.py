"""Sends one request to a configured webhook, without redirects, proxies or cookies, and only to allowed addresses."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from urllib.parse import urlsplit

import aiohttp

from camscan.net.services.delivery import BUSY, Delivery
from camscan.net.services.egress import error_text, refusal, session_to


async def deliver(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    timeout: float,  # noqa: ASYNC109 - it bounds the request inside, and is told in words
    allow_private: bool = False,
    method: str = "POST",
) -> Delivery:
    """Send a body once, within `timeout` seconds in all. Only a status of 2xx means that it was taken.

    Link-local addresses (where clouds keep their metadata), groups and reserved space are never connected to, private
    ones and this host only with `allow_private`, public ones only over TLS.
    """
    refused: list[str] = []

    def why_not(address: str) -> str:
        return refusal(address, allow_private=allow_private, encrypted=urlsplit(url).scheme == "https")

    try:
        async with (
            asyncio.timeout(timeout),
            session_to(why_not, refused) as session,
            session.request(method, url, data=body or None, headers=headers, allow_redirects=False) as response,
        ):
            return _answered(response.status)
    except TimeoutError:
        return Delivery(taken=False, reason=f"no answer within {timeout:g} s", again=True)
    except (aiohttp.ClientError, OSError, ValueError) as error:
        if refused:
            return Delivery(taken=False, reason=refused[0])
        # A URL may be secret, and stands in some errors.
        if isinstance(error, ValueError):
            return Delivery(taken=False, reason="the URL cannot be used: write it as https://host/path")
        return Delivery(taken=False, reason=error_text(error)[:200], again=True)


def _answered(status: int) -> Delivery:
    if 200 <= status < 300:
        return Delivery(taken=True)
    if 300 <= status < 400:
        return Delivery(taken=False, reason=f"HTTP {status}: redirects are not followed: use the final URL")
    return Delivery(taken=False, reason=f"HTTP {status}", again=status >= 500 or status in BUSY)

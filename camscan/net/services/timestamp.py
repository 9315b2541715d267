"""Asks a configured time-stamping authority for a time stamp over HTTP (RFC 3161, 3.4).

The answer is not secret and is signed by the authority, so plain http is sufficient even across the internet.
"""

from __future__ import annotations

import asyncio
from functools import partial

import aiohttp

from camscan.errors import HostError
from camscan.net.services.egress import error_text, refusal, session_to

_KIND = "application/timestamp-query"


async def ask(
    url: str,
    query: bytes,
    *,
    limit: int,
    timeout: float,  # noqa: ASYNC109 - it bounds the request inside, and is told in words
) -> bytes:
    """The authority's reply, at most `limit` bytes of it; no redirect is followed. Raises HostError if it gave none."""
    refused: list[str] = []
    try:
        async with (
            asyncio.timeout(timeout),
            session_to(partial(refusal, allow_private=True), refused, _KIND) as session,
            session.post(url, data=query, allow_redirects=False) as response,
        ):
            if response.status == 200:
                return await _bounded(response, limit)
            why = f"HTTP {response.status}"
    except TimeoutError:
        why = f"no answer within {timeout:g} s"
    except (aiohttp.ClientError, OSError, ValueError) as error:
        why = refused[0] if refused else error_text(error)[:100]
    raise HostError(f"no time stamp from {url}: {why}: choose another --tsa, or leave it out")


async def _bounded(response: aiohttp.ClientResponse, limit: int) -> bytes:
    parts: list[bytes] = []
    async for part in response.content.iter_chunked(1 << 14):
        parts.append(part)
        if sum(map(len, parts)) > limit:
            raise ValueError(f"an answer of more than {limit:,} bytes")
    return b"".join(parts)

"""One question to an authority for time stamps, and no more than an answer back."""

from __future__ import annotations

import pytest
from support.costs import waits_less_than
from support.receiver import FAILING, HANGING, receiving, redirecting

from camscan.errors import HostError
from camscan.net.services.timestamp import ask


def reply(body: bytes, length: int | None = None) -> bytes:
    size = len(body) if length is None else length
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % size + body


async def fault(url: str, **options: float) -> str:
    with pytest.raises(HostError, match=r"^no time stamp from .*: choose another --tsa, or leave it out$") as caught:
        await ask(url, b"query", limit=100, timeout=options.get("timeout", 5.0))
    return str(caught.value).partition(": ")[2]


async def test_the_reply_comes_as_it_is() -> None:
    with receiving([reply(b"\0reply" * 10)]) as receiver:
        assert await ask(receiver.url, b"\0query", limit=100, timeout=5.0) == b"\0reply" * 10
    [(head, body)] = receiver.requests
    assert body == b"\0query"
    assert {"Content-Type: application/timestamp-query", "User-Agent: camscan"} <= set(head.split("\r\n"))


async def test_a_reply_is_bounded() -> None:
    with receiving([reply(bytes(101))]) as receiver:
        assert "more than 100 bytes" in await fault(receiver.url)
    endless = b"HTTP/1.1 200 OK\r\n\r\n" + bytes(1_000_000)
    with receiving([endless]) as receiver:
        assert "more than 100 bytes" in await fault(receiver.url)


async def test_an_authority_that_gives_none() -> None:
    with receiving([FAILING]) as receiver:
        assert (await fault(receiver.url)).startswith("HTTP 500")
    with receiving([reply(b"x", length=9)]) as receiver:
        assert "ClientPayloadError" in await fault(receiver.url)
    assert ": Connection refused" in await fault(receiver.url)


async def test_an_authority_that_hangs_costs_no_more_than_the_timeout() -> None:
    with receiving([HANGING]) as receiver, waits_less_than(3):
        assert (await fault(receiver.url, timeout=0.3)).startswith("no answer within 0.3 s")


async def test_a_redirect_is_not_followed() -> None:
    with receiving([reply(b"x")]) as elsewhere, receiving([redirecting(elsewhere.url)]) as receiver:
        assert (await fault(receiver.url)).startswith("HTTP 307")
    assert elsewhere.requests == []


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/tsr", "http://[::ffff:169.254.169.254]/tsr", "http://224.0.0.1/"]
)
async def test_link_local_addresses_and_groups_are_never_connected_to(url: str) -> None:
    assert "never connected to" in await fault(url)

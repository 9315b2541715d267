"""A webhook goes where the operator said, and nowhere else."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Sequence
from unittest import mock
from urllib.parse import urlsplit

import pytest
from support.costs import waits_less_than
from support.peers import eventually
from support.receiver import FAILING, HANGING, OK, receiving, redirecting

from camscan.net import names
from camscan.net.services import webhook
from camscan.net.services.delivery import Delivery
from camscan.net.services.webhook import deliver

BODY = b'{"a":1}'


async def to(url: str, resolve: Callable[[str], Sequence[str]] = names.resolve, **options: object) -> Delivery:
    with mock.patch.object(names, "resolve", resolve):
        return await deliver(url, BODY, {"X-Camscan-Id": "1"}, **{"timeout": 5.0, "allow_private": True, **options})  # type: ignore[arg-type]


async def test_a_body_is_posted_as_it_is() -> None:
    with receiving([OK]) as receiver:
        assert await to(receiver.url) == Delivery(taken=True)
    [(head, body)] = receiver.requests
    assert body == BODY
    lines = head.split("\r\n")
    assert lines[0] == "POST /hook HTTP/1.1"
    assert {"X-Camscan-Id: 1", "User-Agent: camscan", "Content-Type: application/json"} <= set(lines)


async def test_a_receiver_that_fails_may_be_asked_again() -> None:
    with receiving([FAILING]) as receiver:
        assert await to(receiver.url) == Delivery(taken=False, reason="HTTP 500", again=True)
    with receiving([b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"]) as receiver:
        assert await to(receiver.url) == Delivery(taken=False, reason="HTTP 403")
    with receiving([b"HTTP/1.1 429 Later\r\nContent-Length: 0\r\n\r\n"]) as receiver:
        assert (await to(receiver.url)).again


async def test_a_receiver_that_hangs_costs_no_more_than_the_timeout() -> None:
    with receiving([HANGING]) as receiver, waits_less_than(3):
        ended = await to(receiver.url, timeout=0.3)
        await eventually(lambda: receiver.bodies == [BODY])
    assert ended == Delivery(taken=False, reason="no answer within 0.3 s", again=True)


async def test_a_receiver_that_is_not_there() -> None:
    with receiving([OK]) as receiver:
        pass
    ended = await to(receiver.url)
    assert (ended.taken, ended.again) == (False, True)
    host, port = urlsplit(receiver.url).netloc.split(":")
    assert ended.reason == f"cannot connect to {host}:{port}: Connection refused"


@pytest.mark.parametrize("answer", [b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000])
async def test_an_answer_that_is_none(answer: bytes) -> None:
    with receiving([answer]) as receiver:
        ended = await to(receiver.url, timeout=1.0)
    assert not ended.taken


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_never_followed(status: int) -> None:
    with receiving([OK]) as elsewhere:
        for target in ("http://169.254.169.254/latest/meta-data/", elsewhere.url):
            with receiving([redirecting(target, status)]) as receiver:
                ended = await to(receiver.url)
            assert ended == Delivery(
                taken=False, reason=f"HTTP {status}: redirects are not followed: use the final URL"
            )
            assert len(receiver.requests) == 1
    assert elsewhere.requests == []


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:169.254.169.254]/",
        "http://[2002:a9fe:a9fe::]/",
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://2852039166/",
        "http://0xa9fea9fe/",
        "http://0251.0376.0251.0376/",
        "http://169.254.43518/",
        "http://0.0.0.0/",
        "http://[fe80::1]/",
        "http://[ff02::1]/",
        "http://255.255.255.255/",
    ],
)
async def test_no_spelling_leads_to_where_a_cloud_keeps_its_metadata(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    monkeypatch.setattr("camscan.net.services.egress.socket.socket", lambda *arguments: made.append(arguments))
    ended = await to(url)
    assert (ended.taken, ended.again, made) == (False, False, [])


@pytest.mark.parametrize("answer", [["169.254.169.254"], ["::ffff:169.254.169.254"], ["169.254.169.254", "fe80::1"]])
async def test_a_name_that_leads_there_is_not_followed(answer: Sequence[str]) -> None:
    ended = await to("http://receiver.test:9/", resolve=lambda _name: answer)
    assert "is never connected to" in ended.reason
    assert not ended.again


async def test_of_a_name_with_several_addresses_those_that_may_be_used_decide() -> None:
    """Else a receiver that is down for a while would be told to be one that never may be connected to."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ended = await to(f"http://receiver.test:{port}/", resolve=lambda _name: ["fe80::1", "127.0.0.1"])
    assert (ended.taken, ended.again) == (False, True)
    assert ended.reason == f"cannot connect to receiver.test:{port}: Connection refused"


async def test_a_name_is_looked_up_once_and_the_address_pinned() -> None:
    asked = []

    def resolve(name: str) -> Sequence[str]:
        asked.append(name)
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    with receiving([OK]) as receiver:
        port = receiver.url.split(":")[2].split("/")[0]
        assert (await to(f"http://receiver.test:{port}/hook", resolve=resolve)).taken
    assert asked == ["receiver.test"]


async def test_a_name_without_an_address() -> None:
    def resolve(name: str) -> Sequence[str]:
        raise OSError(f"{name} unknown")

    ended = await to("http://receiver.test/", resolve=resolve)
    assert (ended.taken, ended.again) == (False, True)


async def test_a_resolver_that_hangs_holds_up_nobody() -> None:
    def resolve(name: str) -> Sequence[str]:
        time.sleep(1)
        return []

    with waits_less_than(2):
        ended = await to("http://receiver.test/", resolve=resolve, timeout=0.2)
        assert ended.reason == "no answer within 0.2 s"


async def test_private_addresses_need_to_be_allowed() -> None:
    with receiving([OK]) as receiver:
        ended = await to(receiver.url, allow_private=False)
    assert ended == Delivery(
        taken=False, reason="127.0.0.1 is private: set allow_private = true if the receiver is meant to be there"
    )
    assert receiver.requests == []


@pytest.mark.parametrize(("scheme", "is_encrypted"), [("https", True), ("HTTPS", True), ("HTTP", False)])
async def test_a_scheme_may_be_written_in_capitals(
    scheme: str, is_encrypted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a receiver that is reached over TLS would be refused as not encrypted."""
    monkeypatch.setattr(webhook, "refusal", lambda address, **how: f"{address} encrypted: {how['encrypted']}")
    assert (await to(f"{scheme}://127.0.0.1:9/")).reason == f"127.0.0.1 encrypted: {is_encrypted}"


async def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving([OK]) as proxy, receiving([OK]) as receiver:
        monkeypatch.setenv("http_proxy", proxy.url)
        assert (await to(receiver.url)).taken
    assert (len(receiver.requests), proxy.requests) == (1, [])

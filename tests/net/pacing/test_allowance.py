"""What one host may make a scan take in over all exchanges."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest
from support.peers import LOOPBACK, UNHURRIED, Certificate, Device, Reader, Serve, Writer, idle

from camscan.net import budget
from camscan.net.base import Exchange, HttpRequest, Inquiry, Login, Question, Send
from camscan.net.live import LiveNet
from camscan.net.outcomes import EndedError
from camscan.net.pacing.hostpace import Allowance
from camscan.net.scope import Scope
from camscan.records import Observation, Outcome

GET = b"GET / HTTP/1.1\r\n\r\n"
PAGE = b"x" * 20_000
SPENT = "not asked: the host has given 50,000 bytes"


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a host may give, small enough for a test."""
    monkeypatch.setattr(budget, "MAX_HOST_BYTES", 50_000)
    monkeypatch.setattr(budget, "MAX_HOST_DATAGRAMS", 25_000)
    monkeypatch.setattr(budget, "MAX_ENROLLED_HOST_BYTES", 200_000)


async def page(reader: Reader, writer: Writer) -> None:
    while await reader.readuntil(b"\r\n\r\n"):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(PAGE), PAGE))
        await writer.drain()


def whole(data: bytes) -> bool:
    return data.endswith(PAGE)


async def test_a_host_that_has_given_its_bytes_is_asked_no_more_by_any_way(
    net: LiveNet, serve: Serve, certificate: Certificate
) -> None:
    plain, secured = await serve(page), await serve(page, tls=certificate.context())
    other = await serve(page, "127.88.0.2")
    address = plain.address
    async with net.attend(address), net.attend(other.address):
        taken = [await net.converse(address, plain.port, [GET], whole)]
        taken += [await net.converse(address, secured.port, [GET], whole, tls=True) for _ in range(2)]
        assert [exchange.outcome for exchange in taken] == [Outcome.ANSWERED] * 3
        async with net.browse(address, plain.port) as browser:
            refused = [
                await net.converse(address, plain.port, [GET], whole),
                await net.converse(address, secured.port, [GET], whole, tls=True),
                await browser.fetch(HttpRequest("/")),
                await net.try_port(address, plain.port),
                await net.ask(address, Inquiry(3702, [[b"?"]], 0.1)),
            ]
        assert {(exchange.outcome, exchange.reason) for exchange in refused} == {(Outcome.NOT_SENT, SPENT)}
        assert (plain.accepted, secured.accepted) == (1, 2)
        assert (await net.converse(other.address, other.port, [GET], whole)).outcome is Outcome.ANSWERED
    assert net.used_up == {address}
    assert net.failures.total() == 0  # the fault is not this host's


async def test_a_conversation_that_is_kept_open_ends_there_too(net: LiveNet, serve: Serve) -> None:
    peer = await serve(page)
    async with net.attend(peer.address), net.browse(peer.address, peer.port) as browser:
        ends = [await browser.fetch(HttpRequest("/")) for _ in range(5)]
    assert [end.outcome for end in ends] == [Outcome.ANSWERED] * 3 + [Outcome.NOT_SENT] * 2
    assert ends[-1].reason == SPENT


async def test_of_a_conversation_with_another_turn_to_come_what_was_answered_is_kept(
    net: LiveNet, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget, "MAX_HOST_BYTES", 10_000)
    peer = await serve(page)
    async with net.attend(peer.address):
        exchange = await net.converse(peer.address, peer.port, [GET, GET], whole)
    assert (exchange.outcome, len(exchange.replies)) == (Outcome.TRUNCATED, 1)
    assert "not asked" in exchange.reason


async def test_an_endless_answer_costs_a_host_what_it_takes_and_no_more(net: LiveNet, serve: Serve) -> None:
    async def endless(_reader: Reader, writer: Writer) -> None:
        while True:
            writer.write(PAGE)
            await writer.drain()

    peer = await serve(endless)
    async with net.attend(peer.address):
        ends = [await net.converse(peer.address, peer.port, [GET], lambda _: False) for _ in range(4)]
    assert [end.outcome for end in ends] == [Outcome.TRUNCATED] + [Outcome.NOT_SENT] * 3


async def test_datagrams_in_the_name_of_a_host_do_not_keep_it_from_being_asked_on_connections(
    net: LiveNet, serve: Serve, device: Callable[..., Device]
) -> None:
    peer, talker = await serve(page), device(*[b"x" * 9_000] * 6)
    inquiry = Inquiry(talker.port, [[b"?"]], 0.2)
    async with net.attend(peer.address):
        ends = [await net.ask(peer.address, inquiry) for _ in range(3)]
        assert [end.outcome for end in ends] == [Outcome.ANSWERED, Outcome.NOT_SENT, Outcome.NOT_SENT]
        assert ends[-1].reason == "not asked: 25,000 bytes have come by datagram from there"
        assert (await net.converse(peer.address, peer.port, [GET], whole)).outcome is Outcome.ANSWERED
    assert net.used_up == frozenset()


async def test_what_a_host_gave_at_the_first_look_counts(
    net: LiveNet, device: Callable[..., Device], monkeypatch: pytest.MonkeyPatch
) -> None:
    talker = device(b"x" * 9_000)
    question = Question(Inquiry(talker.port, [[b"?"]], 0.2), lambda _: ())
    async for found in net.discover([talker.address], (), [lambda: question], at_once=1):
        assert found.answers
    monkeypatch.setattr(budget, "MAX_HOST_DATAGRAMS", 9_000)
    async with net.attend(talker.address):
        assert (await net.ask(talker.address, question.inquiry)).outcome is Outcome.NOT_SENT


async def test_a_silent_host_uses_up_nothing(net: LiveNet, serve: Serve, hasty: None) -> None:
    peer = await serve(idle)
    async with net.attend(peer.address):
        await asyncio.gather(*(net.converse(peer.address, peer.port, [GET], whole) for _ in range(2)))
        assert not net._dialer.hosts[peer.address].allowance.is_used_up


async def test_a_login_that_is_enrolled_for_a_host_lets_it_give_more() -> None:
    class Enrolling:
        def login(self, address: str, port: int, seen: Sequence[Observation], *, tls: bool) -> Login | None:
            return EnrolledLogin() if address == "127.88.0.1" else None

    class EnrolledLogin:
        accepted = False

        def objection(self, certificate: bytes) -> str:
            return ""

        async def ask(self, request: HttpRequest, send: Send) -> Exchange:
            return await send(request)

    async with LiveNet(Scope(LOOPBACK), UNHURRIED, broker=Enrolling()) as net:
        for address, most in (("127.88.0.1", 200_000), ("127.88.0.2", 50_000)):
            async with net.attend(address), net.enrolled(address, 80, ()):
                assert net._dialer.hosts[address].allowance.most == most


def test_a_host_with_an_enrolled_login_may_give_more() -> None:
    allowance = Allowance()
    allowance.took(50_000)
    with pytest.raises(EndedError, match="given 50,000 bytes"):
        allowance.ask()
    allowance.most = budget.MAX_ENROLLED_HOST_BYTES
    allowance.ask()
    allowance.took(150_000)
    with pytest.raises(EndedError, match="given 200,000 bytes"):
        allowance.ask()


def test_bytes_of_connections_and_datagrams_count_together_up_to_the_last_one() -> None:
    allowance = Allowance()
    allowance.took_datagrams(24_999)
    allowance.ask(by_datagram=True)
    allowance.took_datagrams(9_000)  # of all datagrams, no more than 25,000 bytes count
    with pytest.raises(EndedError, match="25,000 bytes have come by datagram"):
        allowance.ask(by_datagram=True)
    allowance.took(24_999)
    allowance.ask()
    allowance.took(1)
    with pytest.raises(EndedError, match="given 50,000 bytes"):
        allowance.ask()

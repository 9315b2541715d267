"""The engine: stages, ledger, and what it does not do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest
from support.nets import AT, Port, ScriptedNet

from camscan.engine import Engine, Plan, probing
from camscan.engine.host import Host, at_hand, best
from camscan.net.base import Datagram, Exchange, Inquiry, Net, Question
from camscan.probes.base import AT_HAND, Ask, Cost, Stage
from camscan.probes.datagrams import Datagrams
from camscan.probes.web import is_endless
from camscan.records import Fields, LedgerEntry, Observation, Outcome

HOST = "10.0.0.1"


class Sink:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.seen: list[Observation] = []
        self.ledger: dict[str, LedgerEntry] = {}

    async def put(self, observation: Observation) -> None:
        self.seen.append(observation)

    async def put_ledger(self, entry: LedgerEntry) -> None:
        self.ledger[entry.target] = entry


class Probing:
    """A probe that records whom it was asked to ask."""

    cost = Cost(1, 1, 1)

    def __init__(self, stage: Stage, channel: str, outcome: Outcome = Outcome.ANSWERED) -> None:
        self.stage = stage
        self.channels: tuple[str, ...] = (channel,)
        self.asked: list[tuple[str, int | None]] = []
        self._outcome = outcome

    async def run(self, ask: Ask, net: Net) -> AsyncGenerator[Observation, None]:
        self.asked.append((ask.address, ask.port))
        await self.before(ask)
        yield Observation(ask.address, self.channels[0], self._outcome, AT, ask.port)

    async def before(self, ask: Ask) -> None:
        """What comes before its answer."""


class Unicast(Probing):
    """A probe by datagram."""

    def new_question(self) -> Question:
        return Question(Inquiry(3702, [[b"?"]], 1.0), lambda _: [])

    def read(self, question: Question, exchange: Exchange) -> Iterator[Observation]:
        self.asked.append((exchange.address, None))
        yield Observation(exchange.address, self.channels[0], self._outcome, AT)


class Crashing(Probing):
    """A probe with a bug."""

    async def before(self, ask: Ask) -> None:
        raise RuntimeError("a bug")


def opened(*ports: int, **how: Any) -> ScriptedNet:
    """A net in which the host accepts at these ports."""
    return ScriptedNet({(HOST, port): Port() for port in ports}, **how)


async def covered(net: ScriptedNet, plan: Plan, targets: Sequence[str]) -> tuple[Sink, Engine]:
    sink = Sink()
    engine = Engine(net, plan, sink, window=4)
    await engine.run(targets)
    return sink, engine


async def test_a_silent_address_costs_the_first_ports_only() -> None:
    port, host = Probing(Stage.PORT, "http"), Probing(Stage.HOST, "onvif")
    native = Unicast(Stage.ADDRESS, "wsd", Outcome.SILENT)
    net = ScriptedNet()
    sink, engine = await covered(net, Plan((native, port, host), (80, 443), (81, 82)), [HOST])
    assert [call[1] for call in net.sent] == [80, 443, 3702]
    assert (port.asked, host.asked) == ([], [])
    assert sink.ledger[HOST].channels == {
        "tcp": Outcome.SILENT,
        "wsd": Outcome.SILENT,
        "http": Outcome.SILENT,
        "onvif": Outcome.SILENT,
    }
    assert (engine.done, engine.alive) == (1, 0)


class Wide(Probing):
    """A probe that asks whole segments, by IPv4."""

    versions = frozenset((4,))

    def __init__(self, channel: str, *heard: Observation) -> None:
        super().__init__(Stage.SEGMENT, channel)
        self._heard = heard

    async def run(self, ask: Ask, net: Net) -> AsyncGenerator[Observation, None]:
        await self.before(ask)
        for observation in self._heard:
            yield observation


async def test_only_addresses_on_the_segment_are_silent_on_what_the_segment_was_asked() -> None:
    living, port = Probing(Stage.LIVING, "ssdp"), Probing(Stage.PORT, "http")
    plan = Plan((Wide("netcommon"), Wide("ssdp"), living, port), (80,), ())
    net = ScriptedNet(connected=(HOST, "fd00::1"))
    sink, _ = await covered(net, plan, [HOST, "10.0.1.1", "fd00::1"])
    silent, unsent = Outcome.SILENT, Outcome.NOT_SENT
    told = {target: tuple(entry.channels.values()) for target, entry in sink.ledger.items()}
    assert told == {
        HOST: (silent, silent, silent, silent),
        "10.0.1.1": (silent, unsent, unsent, silent),
        "fd00::1": (silent, unsent, unsent, silent),
    }
    assert [entry.reasons for entry in sink.ledger.values()] == [{}, {}, {}]


@pytest.mark.parametrize("outcome", [Outcome.NOT_SENT, Outcome.EXCLUDED, Outcome.CRASHED])
async def test_nobody_is_silent_on_what_the_segment_could_not_be_asked(outcome: Outcome) -> None:
    """As by ARP without the privilege; else three such scans would prove that a device is gone."""
    failed = Wide("arp", Observation("", "arp", outcome, AT, reason="no CAP_NET_RAW"))
    remarked = Wide("ssdp", Observation("", "ssdp", Outcome.SILENT, AT, reason="a remark"))
    sink, engine = await covered(
        ScriptedNet(connected=("10.0.0.1",)), Plan((failed, remarked), (80,), ()), ["10.0.0.1"]
    )
    channels = sink.ledger["10.0.0.1"].channels
    assert channels == {"tcp": Outcome.SILENT, "arp": Outcome.NOT_SENT, "ssdp": Outcome.SILENT}
    assert sink.ledger["10.0.0.1"].outcome is Outcome.SILENT
    assert engine.notes == ["arp: no CAP_NET_RAW", "ssdp: a remark"]


async def test_a_living_host_is_told_why_it_was_not_asked() -> None:
    net = ScriptedNet({("10.0.1.1", 80): Port()})
    plan = Plan(
        (Wide("netcommon"), Probing(Stage.PORT, "http"), Probing(Stage.HOST, "onvif", Outcome.SILENT)), (80,), ()
    )
    sink, _ = await covered(net, plan, ["10.0.1.1"])
    entry = sink.ledger["10.0.1.1"]
    assert entry.channels["netcommon"] is Outcome.NOT_SENT
    assert "whole segments" in entry.reasons["netcommon"]


async def test_an_answer_by_multicast_reaches_the_ledger_of_a_host_that_is_done() -> None:
    done = asyncio.Event()

    class Late(Wide):
        async def before(self, ask: Ask) -> None:
            await done.wait()

    class Telling(Sink):
        async def put_ledger(self, entry: LedgerEntry) -> None:
            await super().put_ledger(entry)
            done.set()

    sink = Telling()
    late = Late("netcommon", Observation(HOST, "netcommon", Outcome.ANSWERED, AT))
    plan = Plan((late, Probing(Stage.PORT, "http")), (80,), ())
    engine = Engine(opened(80), plan, sink, window=4)
    await engine.run([HOST])
    assert sink.ledger[HOST].channels == dict.fromkeys(("tcp", "netcommon", "http"), Outcome.ANSWERED)
    assert engine.done == 1


@pytest.mark.parametrize("stage", [Stage.ADDRESS, Stage.LIVING])
async def test_where_nothing_can_be_stored_nobody_is_asked_any_more(stage: Stage) -> None:
    asking = asyncio.Event()

    class Full(Sink):
        async def put(self, observation: Observation) -> None:
            if observation.channel == "first":
                await asking.wait()
                raise OSError("no space left on device")

    class Lasting(Probing):
        async def before(self, ask: Ask) -> None:
            asking.set()
            await asyncio.Event().wait()

    before = asyncio.all_tasks()
    plan = Plan((Probing(stage, "first"), Lasting(stage, "second")), (80,), ())
    with pytest.raises(ExceptionGroup):
        await Engine(opened(80), plan, Full(), window=4).run([HOST])
    assert asyncio.all_tasks() == before


async def test_a_host_may_name_so_many_ports_and_no_more() -> None:
    net = opened(80)
    await covered(net, Plan((), (80,), (), lambda _address, _seen: range(1_000, 1_100)), [HOST])
    assert [port for _, port, _ in net.sent] == [80, *range(1_000, 1_032)]


async def test_thorough_asks_everything_of_every_address() -> None:
    net = ScriptedNet()
    host = Probing(Stage.HOST, "onvif", Outcome.SILENT)
    await covered(net, Plan((host,), (80,), (81,), thorough=True), [HOST])
    assert [call[1] for call in net.sent] == [80, 81]
    assert host.asked == [(HOST, None)] * 2
    answering = opened(81)
    _, engine = await covered(answering, Plan((), (80,), (81,), thorough=True), [HOST, "10.0.0.2"])
    assert (engine.done, engine.alive) == (2, 1)


async def test_questions_behind_a_login_come_once_and_last() -> None:
    asked: list[str] = []

    class Noting(Probing):
        async def before(self, ask: Ask) -> None:
            asked.append(self.channels[0])

    probes = (Noting(Stage.LOGIN, "login"), Noting(Stage.HOST, "onvif"), Noting(Stage.PORT, "http"))
    net = opened(80, 8080)
    await covered(net, Plan(probes, (80,), (8080,)), [HOST, "10.0.0.2"])
    assert asked[-1] == "login"
    assert asked.count("login") == 1


async def test_a_refusal_is_a_sign_of_life() -> None:
    net = opened(82, closed=Outcome.REFUSED)
    port = Probing(Stage.PORT, "http")
    sink, engine = await covered(net, Plan((port,), (80,), (81, 82)), [HOST])
    assert port.asked == [(HOST, 82)]
    assert sink.ledger[HOST].channels["http"] is Outcome.ANSWERED
    assert engine.alive == 1


async def test_a_host_counts_as_alive_while_it_is_covered_and_once_in_all() -> None:
    alive: list[int] = []

    class Counting(Probing):
        async def before(self, ask: Ask) -> None:
            alive.append(engine.alive)

    net = opened(80)
    engine = Engine(net, Plan((Counting(Stage.PORT, "http"),), (80,), ()), Sink(), window=4)
    await engine.run([HOST, "10.0.0.2"])
    assert (alive, engine.alive, engine.done) == ([1], 1, 2)


class Failing(ScriptedNet):
    """A net whose host cannot ask some ports."""

    def __init__(self, unasked: Sequence[int], open_ports: Sequence[int] = ()) -> None:
        super().__init__({(HOST, port): Port() for port in open_ports}, closed=Outcome.REFUSED)
        self._unasked = unasked

    async def try_port(self, address: str, port: int) -> Exchange:
        if port in self._unasked:
            return Exchange(address, port, Outcome.NOT_SENT, AT, reason=f"ENETUNREACH at {port}")
        return await super().try_port(address, port)


@pytest.mark.parametrize("unasked", [(81,), (81, 82), (82,)])
async def test_a_host_that_refuses_is_not_called_closed_where_a_port_could_not_be_asked(unasked: Sequence[int]) -> None:
    plan = Plan((Probing(Stage.PORT, "http"), Wide("netcommon")), (80,), (81, 82))
    sink, engine = await covered(Failing(unasked), plan, [HOST])
    entry = sink.ledger[HOST]
    assert entry.channels == dict.fromkeys(("tcp", "http", "netcommon"), Outcome.NOT_SENT)
    assert entry.outcome is Outcome.NOT_SENT
    assert entry.reasons["tcp"] == entry.reasons["http"] == f"ENETUNREACH at {unasked[-1]}"
    assert engine.alive == 1


async def test_an_answer_counts_whatever_could_not_be_asked() -> None:
    plan = Plan((Probing(Stage.PORT, "http"), Probing(Stage.PORT, "rtsp", Outcome.SILENT)), (80,), (81, 82))
    sink, _ = await covered(Failing((82,), (80,)), plan, [HOST])
    entry = sink.ledger[HOST]
    assert entry.outcome is Outcome.ANSWERED
    assert entry.reasons["tcp"] == "ENETUNREACH at 82"


@pytest.mark.parametrize("failed", [Outcome.NOT_SENT, Outcome.CRASHED])
async def test_a_silent_host_is_not_called_silent_where_a_protocol_could_not_be_asked(failed: Outcome) -> None:
    class Refused(Unicast):
        def read(self, question: Question, exchange: Exchange) -> Iterator[Observation]:
            yield Observation(exchange.address, self.channels[0], failed, AT, reason="EPERM")

    plan = Plan((Refused(Stage.ADDRESS, "sadp"), Probing(Stage.PORT, "http")), (80,), ())
    sink, _ = await covered(ScriptedNet(), plan, [HOST])
    entry = sink.ledger[HOST]
    assert entry.channels == {"tcp": Outcome.SILENT, "sadp": failed, "http": Outcome.SILENT}
    assert entry.outcome is Outcome.NOT_SENT


@pytest.mark.parametrize("before", [Outcome.SILENT, Outcome.REFUSED])
async def test_who_is_excluded_while_it_is_asked_is_called_neither_silent_nor_closed(before: Outcome) -> None:
    class Excluding(ScriptedNet):
        async def try_port(self, address: str, port: int) -> Exchange:
            outcome, why = (before, "") if port == 80 else (Outcome.EXCLUDED, "excluded")
            return Exchange(address, port, outcome, AT, reason=why)

    plan = Plan((Probing(Stage.PORT, "http"),), (80, 81), ())
    sink, _ = await covered(Excluding(), plan, [HOST])
    entry = sink.ledger[HOST]
    assert entry.channels == {"tcp": Outcome.EXCLUDED, "http": Outcome.EXCLUDED}
    assert entry.outcome is Outcome.EXCLUDED


async def test_a_host_that_refuses_is_called_closed_where_all_was_asked_that_concerns_it() -> None:
    plan = Plan((Wide("netcommon"), Probing(Stage.PORT, "http")), (80,), (81,))
    sink, _ = await covered(ScriptedNet(closed=Outcome.REFUSED), plan, [HOST])
    entry = sink.ledger[HOST]
    assert (entry.outcome, entry.channels["netcommon"]) == (Outcome.REFUSED, Outcome.NOT_SENT)


class Lossy(ScriptedNet):
    """Answers no first try the ports that `lose` names, and no second one where it was `deaf` to it."""

    def __init__(self, lose: Sequence[int], second: Outcome = Outcome.ANSWERED) -> None:
        super().__init__({(HOST, port): Port() for port in lose}, closed=Outcome.REFUSED)
        self._lose = list(lose)
        self._second = second

    async def try_port(self, address: str, port: int) -> Exchange:
        attempt = await super().try_port(address, port)
        if port in self._lose:
            self._lose.remove(port)
            return replace(attempt, outcome=Outcome.SILENT)
        return replace(attempt, outcome=self._second) if attempt.outcome is Outcome.ANSWERED else attempt

    @property
    def tried(self) -> list[int]:
        return sorted(port for _, port, what in self.sent if what == "tcp")


async def test_a_port_that_alone_said_nothing_is_tried_again() -> None:
    probe, net = Probing(Stage.PORT, "http"), Lossy([82, 84])
    await covered(net, Plan((probe,), (80, 81), (82, 83, 84)), [HOST])
    assert net.tried == [80, 81, 82, 82, 83, 84, 84]
    assert probe.asked == [(HOST, 82), (HOST, 84)]


async def test_ports_are_not_tried_again_where_most_of_them_say_nothing() -> None:
    net = Lossy([82, 83])
    await covered(net, Plan((), (80, 81), (82, 83)), [HOST])
    assert net.tried == [80, 81, 82, 83]


async def test_a_second_attempt_that_could_not_be_sent_takes_nothing_back() -> None:
    sink, _ = await covered(Lossy([82], Outcome.NOT_SENT), Plan((), (80, 81), (82, 83)), [HOST])
    assert sink.ledger[HOST].channels == {"tcp": Outcome.REFUSED}


@pytest.mark.parametrize(("losing", "times"), [((HOST,), 2), ((), 1)])
async def test_where_packets_get_lost_what_was_silent_by_datagram_is_asked_again(
    losing: Sequence[str], times: int
) -> None:
    native, living = Unicast(Stage.ADDRESS, "wsd", Outcome.SILENT), Unicast(Stage.LIVING, "ssdp", Outcome.SILENT)
    told, other = Unicast(Stage.ADDRESS, "sadp"), Probing(Stage.LIVING, "mac", Outcome.SILENT)
    net = opened(80, losing=losing)
    await covered(net, Plan((native, told, living, other), (80,), ()), [HOST])
    assert [len(probe.asked) for probe in (native, living, told, other)] == [times, times, 1, 1]


@pytest.mark.parametrize("thorough", [True, False])
async def test_who_gives_no_sign_of_life_is_not_asked_again(thorough: bool) -> None:
    native = Unicast(Stage.ADDRESS, "wsd", Outcome.SILENT)
    plan = Plan((native,), (80,), (), thorough=thorough)
    await covered(ScriptedNet(losing=(HOST,)), plan, [HOST])
    assert len(native.asked) == 1


async def test_an_answer_by_datagram_opens_the_long_tail() -> None:
    net = opened(8081)
    native, port = Unicast(Stage.ADDRESS, "sadp"), Probing(Stage.PORT, "http")
    await covered(net, Plan((native, port), (80,), (8081,)), [HOST])
    assert port.asked == [(HOST, 8081)]


async def test_each_open_port_is_asked_once() -> None:
    net = opened(80, 8080)
    port = Probing(Stage.PORT, "http")
    named = Plan((port,), (80, 8080), (), lambda _address, _seen: (80, 8080))
    await covered(net, named, [HOST])
    assert sorted(port.asked) == [(HOST, 80), (HOST, 8080)]


async def test_ports_that_a_host_names_are_asked_too() -> None:
    net = opened(80, 1101)
    port = Probing(Stage.PORT, "http")
    sink, _ = await covered(net, Plan((port,), (80,), (), lambda _address, _seen: (1101, 1102)), [HOST])
    assert sorted(port.asked) == [(HOST, 80), (HOST, 1101)]
    assert {o.port for o in sink.seen if o.channel == "tcp"} == {80, 1101}


async def test_ports_that_a_host_names_late_are_asked_too() -> None:
    class Redirecting(Probing):
        async def run(self, ask: Ask, net: Net) -> AsyncGenerator[Observation, None]:
            await asyncio.sleep(0.05)
            async for observation in super().run(ask, net):
                yield replace(observation, fields={"http.location": ("4443",)})

    net = opened(80, 4443)
    port = Redirecting(Stage.PORT, "http")
    named = Plan(
        (port,),
        (80,),
        (),
        lambda _, seen: [int(o.fields["http.location"][0]) for o in seen if o.fields.get("http.location")],
    )
    await covered(net, named, [HOST])
    assert port.asked == [(HOST, 80), (HOST, 4443)]


async def test_a_host_that_accepts_and_says_nothing_is_left_alone() -> None:
    ports, port = tuple(range(1, 31)), Probing(Stage.PORT, "http", Outcome.SILENT)
    sink, _ = await covered(opened(*ports), Plan((port,), ports, ()), [HOST])
    assert len(port.asked) <= 4
    assert "accepts and says nothing" in sink.ledger[HOST].reasons["tcp"]


class Slow(Probing):
    """A probe that some ports answer, each after a moment."""

    def __init__(self, *speaking: int) -> None:
        super().__init__(Stage.PORT, "http")
        self._speaking = speaking

    async def run(self, ask: Ask, net: Net) -> AsyncGenerator[Observation, None]:
        async for observation in super().run(ask, net):
            await asyncio.sleep(0.01 * (ask.port or 0))
            yield replace(observation, outcome=Outcome.ANSWERED if ask.port in self._speaking else Outcome.SILENT)


@pytest.mark.parametrize(("speaking", "asked"), [((), 3), ((3,), 7), ((1, 2), 8), ((2, 5), 8)])
async def test_a_port_is_not_begun_with_while_the_silence_of_another_may_make_it_vain(
    speaking: Sequence[int], asked: int
) -> None:
    ports = range(1, 9)
    probe = Slow(*speaking)
    net = opened(*ports)
    await covered(net, Plan((probe,), tuple(ports), ()), [HOST])
    assert [port for _, port in probe.asked] == [*range(1, asked + 1)]


class Waiting(ScriptedNet):
    """A net whose attempts at some ports end only once something else has come about."""

    def __init__(self, until: asyncio.Event, *ports: int) -> None:
        super().__init__({(HOST, port): Port() for port in (80, 81)}, closed=Outcome.REFUSED)
        self._until = until
        self._late = ports

    async def try_port(self, address: str, port: int) -> Exchange:
        if port in self._late:
            await asyncio.wait_for(self._until.wait(), 5)
        return await super().try_port(address, port)


class Telling(Probing):
    """A probe that tells when it is asked to ask a port."""

    def __init__(self, stage: Stage, channel: str, port: int | None) -> None:
        super().__init__(stage, channel)
        self.has_asked = asyncio.Event()
        self._port = port

    async def run(self, ask: Ask, net: Net) -> AsyncGenerator[Observation, None]:
        async for observation in super().run(ask, net):
            yield observation
        if ask.port == self._port:
            self.has_asked.set()


@pytest.mark.parametrize(
    "probe", [Telling(Stage.PORT, "http", 81), Telling(Stage.LIVING, "ssdp", None)], ids=["open port", "living"]
)
async def test_what_can_be_asked_already_does_not_wait_for_the_ports(probe: Telling) -> None:
    sink, _ = await covered(Waiting(probe.has_asked, 82), Plan((probe,), (80,), (81, 82)), [HOST])
    assert probe.has_asked.is_set()
    assert sink.ledger[HOST].channels[probe.channels[0]] is Outcome.ANSWERED


async def test_what_is_known_is_followed_up_while_a_question_by_datagram_waits_for_its_answer() -> None:
    web = Telling(Stage.HOST, "onvif", None)

    class Slow(Probing):
        async def before(self, ask: Ask) -> None:
            await asyncio.wait_for(web.has_asked.wait(), 5)

    slow = Slow(Stage.LIVING, "ssdp")
    net = opened(80)
    await covered(net, Plan((slow, web), (80,), ()), [HOST])
    assert slow.asked == [(HOST, None)]
    assert len(web.asked) == 2  # and again, with what came of it


async def test_a_bug_in_a_probe_is_an_outcome_and_the_scan_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    net = opened(80)
    sound = Probing(Stage.PORT, "rtsp")
    sink, engine = await covered(net, Plan((Crashing(Stage.PORT, "http"), sound), (80,), ()), [HOST])
    entry = sink.ledger[HOST]
    assert (entry.channels["http"], entry.reasons["http"]) == (Outcome.CRASHED, "RuntimeError('a bug')")
    assert entry.channels["rtsp"] is Outcome.ANSWERED
    assert engine.crashed == 1
    assert "a bug" in caplog.text


def with_a_bug(channel: str) -> Datagrams:
    """A protocol whose codec fails at one answer."""

    def decode(data: bytes) -> list[Fields]:
        if data == b"odd":
            raise RuntimeError("a bug")
        return [{"wsd.endpoint": (data.decode(),)}]

    question = Question(Inquiry(3702, [[b"?"]], 1.0, groups=("239.255.255.250",)), decode)
    return Datagrams(channel, "Probe", lambda: question)


async def test_a_bug_in_reading_one_answer_in_host_discovery_costs_no_other_target(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Answering(ScriptedNet):
        async def ask(self, address: str, inquiry: Inquiry) -> Exchange:
            return Exchange(address, inquiry.port, Outcome.ANSWERED, AT, (b"odd" if address == HOST else b"fine",))

    plan = Plan((with_a_bug("wsd").to_address(),), (80,), ())
    sink, engine = await covered(Answering(), plan, [HOST, "10.0.0.2"])
    assert {target: entry.channels["wsd"] for target, entry in sink.ledger.items()} == {
        HOST: Outcome.CRASHED,
        "10.0.0.2": Outcome.ANSWERED,
    }
    assert (engine.crashed, [one.raw for one in sink.seen]) == (1, [b"", b"fine"])
    assert "a bug" in caplog.text
    assert "b'odd'" in caplog.text


async def test_a_bug_in_reading_one_answer_of_a_segment_costs_no_other_answer() -> None:
    called = [Datagram(source, 3702, data, AT) for source, data in ((HOST, b"odd"), ("10.0.0.2", b"fine"))]
    sink, engine = await covered(ScriptedNet(called=called), Plan((with_a_bug("wsd").to_segment(),), (80,), ()), [])
    assert [one.target for one in sink.seen] == ["10.0.0.2"]
    assert (engine.crashed, engine.notes) == (1, ["wsd: RuntimeError('a bug')"])


class Calling(Probing):
    """A probe that passes on what the segment says."""

    async def run(self, ask: Ask, net: Net) -> AsyncGenerator[Observation, None]:
        async for item in net.call(Inquiry(3702, [[b"?"]], 1.0)):
            if isinstance(item, Datagram):
                yield Observation(item.source, self.channels[0], Outcome.ANSWERED, AT, raw=item.data)
            else:
                yield Observation("", self.channels[0], item.outcome, AT, reason=item.reason)


async def test_who_answers_by_multicast_is_asked_in_full() -> None:
    heard = Datagram("10.0.0.9", 3702, b"here", AT)
    net = ScriptedNet({("10.0.0.9", 82): Port()}, called=[heard])
    port = Probing(Stage.PORT, "http")
    sink, engine = await covered(net, Plan((Calling(Stage.SEGMENT, "wsd"), port), (80,), (82,)), ["10.0.0.9"])
    assert port.asked == [("10.0.0.9", 82)]
    assert sink.ledger["10.0.0.9"].channels["wsd"] is Outcome.ANSWERED
    assert engine.done == 1


async def test_an_answer_by_multicast_reaches_a_host_that_waits_for_its_turn() -> None:
    waits, heard = asyncio.Event(), asyncio.Event()

    class Busy(Probing):
        async def before(self, ask: Ask) -> None:
            await heard.wait()

    class Late(Wide):
        async def run(self, ask: Ask, net: Net) -> AsyncGenerator[Observation, None]:
            await waits.wait()
            yield Observation("10.0.0.2", "netcommon", Outcome.ANSWERED, AT)
            asyncio.get_running_loop().call_soon(heard.set)  # when nobody can speak up any more

    class Telling(Sink):
        async def put(self, observation: Observation) -> None:
            await super().put(observation)
            if observation.target == "10.0.0.2" and observation.channel == "tcp":
                waits.set()

    sink, net = Telling(), ScriptedNet({(HOST, 80): Port(), ("10.0.0.2", 80): Port()})
    plan = Plan((Late("netcommon"), Busy(Stage.PORT, "http")), (80,), ())
    await Engine(net, plan, sink, window=4, covers=1).run([HOST, "10.0.0.2"])
    assert [one.target for one in sink.seen if one.channel == "netcommon"] == ["10.0.0.2"]
    assert sink.ledger["10.0.0.2"].channels["netcommon"] is Outcome.ANSWERED


async def test_an_interface_that_cannot_be_used_is_noted() -> None:
    broken = Exchange("", 3702, Outcome.NOT_SENT, AT, reason="eth1: ENETUNREACH")
    net = ScriptedNet(called=[broken])
    sink, engine = await covered(net, Plan((Calling(Stage.SEGMENT, "wsd"),), (80,), ()), [])
    assert engine.notes == ["wsd: eth1: ENETUNREACH"]
    assert sink.seen == []


async def test_every_target_has_a_ledger_entry_and_no_more() -> None:
    targets = [f"10.0.{i // 250}.{i % 250 + 1}" for i in range(1000)]
    sink, engine = await covered(ScriptedNet(), Plan((), (80,), ()), targets)
    assert sorted(sink.ledger) == sorted(targets)
    assert engine.done == 1000


async def test_who_forbids_tcp_is_still_heard_by_datagram() -> None:
    net = ScriptedNet(closed=Outcome.UNREACHABLE)
    native = Unicast(Stage.ADDRESS, "sadp")
    sink, engine = await covered(net, Plan((native,), (80,), ()), [HOST])
    assert sink.ledger[HOST].channels["sadp"] is Outcome.ANSWERED
    assert engine.alive == 1


class Chatting(Probing):
    """A probe whose answers come from another port than the one that is being asked."""

    async def run(self, ask: Ask, net: Net) -> AsyncGenerator[Observation, None]:
        self.asked.append((ask.address, ask.port))
        yield Observation(ask.address, self.channels[0], Outcome.SILENT, AT, ask.port)
        yield Observation(ask.address, "sadp", Outcome.ANSWERED, AT, 37020)


async def test_an_answer_on_another_port_does_not_make_a_mute_port_speak() -> None:
    ports, port = tuple(range(1, 31)), Chatting(Stage.PORT, "http")
    await covered(opened(*ports), Plan((port,), ports, ()), [HOST])
    assert len(port.asked) <= 4


async def test_ports_that_hang_up_on_every_language_leave_others_their_chance() -> None:
    """As a camera whose web pages are barred to this host does: it streams all the same."""

    class Barred(Probing):
        async def run(self, ask: Ask, net: Net) -> AsyncGenerator[Observation, None]:
            await asyncio.sleep(0)
            self.asked.append((ask.address, ask.port))
            for channel in ("http", "tls", "rtsp"):
                outcome = Outcome.ANSWERED if (channel, ask.port) == ("rtsp", 554) else Outcome.RESET
                yield Observation(ask.address, channel, outcome, AT, ask.port)

    ports = (80, 443, 554)
    barred = Barred(Stage.PORT, "http")
    barred.channels = ("http", "tls", "rtsp")
    net = opened(*ports)
    sink, _ = await covered(net, Plan((barred,), ports, ()), [HOST])
    assert sorted(port for _, port in barred.asked if port) == [80, 443, 554]
    assert sink.ledger[HOST].channels["rtsp"] is Outcome.ANSWERED


async def test_a_host_that_takes_too_long_is_counted_and_its_ledger_says_so() -> None:
    class Endless(Probing):
        async def before(self, ask: Ask) -> None:
            await asyncio.sleep(60)

    sink = Sink()
    plan = Plan((Endless(Stage.PORT, "http"), Probing(Stage.LIVING, "ssdp")), (80, 81), ())
    engine = Engine(opened(80, 81), plan, sink, window=1, host_seconds=0.05)
    await engine.run([HOST])
    entry = sink.ledger[HOST]
    assert (engine.cut, engine.unasked) == (1, 0)
    assert (entry.channels["http"], entry.channels["ssdp"]) == (Outcome.NOT_SENT, Outcome.ANSWERED)
    assert entry.reasons == dict.fromkeys(("tcp", "http"), "not done after 0.05 s")


async def test_a_host_that_is_cut_off_is_not_called_closed() -> None:
    class Slow(ScriptedNet):
        async def try_port(self, address: str, port: int) -> Exchange:
            await asyncio.sleep(60 if port == 82 else 0)
            return await super().try_port(address, port)

    sink = Sink()
    plan = Plan((Probing(Stage.PORT, "http"),), (80,), (81, 82))
    engine = Engine(Slow(closed=Outcome.REFUSED), plan, sink, window=1, host_seconds=0.05)
    await engine.run([HOST])
    entry = sink.ledger[HOST]
    assert (engine.cut, engine.unasked) == (1, 1)
    assert (entry.outcome, entry.channels["http"]) == (Outcome.NOT_SENT, Outcome.NOT_SENT)
    assert entry.reasons == dict.fromkeys(("tcp", "http"), "not done after 0.05 s")


async def test_of_long_answers_the_store_gets_all_and_the_memory_the_first_bytes() -> None:
    class Talking(Probing):
        async def run(self, ask: Ask, net: Net) -> AsyncGenerator[Observation, None]:
            said = {len(one.raw) for one in ask.observations if one.channel == self.channels[0]}
            assert said <= {AT_HAND}, "what was said before is at hand, and its length beyond the first bytes is not"
            yield Observation(ask.address, self.channels[0], Outcome.ANSWERED, AT, ask.port, raw=bytes(100_000))

    heard = Observation(HOST, "netcommon", Outcome.ANSWERED, AT, raw=bytes(30_000))
    net = opened(80, 81)
    plan = Plan((Wide("netcommon", heard), Talking(Stage.PORT, "http"), Talking(Stage.HOST, "http")), (80, 81), ())
    sink, engine = await covered(net, plan, [HOST])
    assert engine.crashed == 0
    assert [len(one.raw) for one in sink.seen if one.channel == "http"] == [100_000] * 4
    assert [len(one.raw) for one in sink.seen if one.channel == "netcommon"] == [30_000]
    assert [len(one.raw) for one in engine._heard[HOST]] == [AT_HAND]


async def test_silent_addresses_are_forgotten_where_nobody_can_speak_up_any_more() -> None:
    """A /16 has some 65,000."""
    _, engine = await covered(ScriptedNet(), Plan((Probing(Stage.PORT, "http"),), (80,), ()), [HOST, "10.0.0.2"])
    assert engine.done == 2
    assert engine._silent == set()


def test_whether_an_answer_was_worth_nothing_can_be_told_from_what_is_at_hand() -> None:
    for size in (1, AT_HAND - 1, AT_HAND, AT_HAND + 1):
        seen = Observation(HOST, "http", Outcome.TRUNCATED, AT, 80, raw=bytes(size))
        assert is_endless(80, [at_hand(seen)]) == is_endless(80, [seen]) == (size < AT_HAND)


class Holding(Probing):
    """A probe that holds something while it yields, through a generator of its own."""

    held = False

    async def run(self, ask: Ask, net: Net) -> AsyncGenerator[Observation, None]:
        self.held = True
        try:
            async with aclosing(super().run(ask, net)) as found:
                async for observation in found:
                    yield observation
        finally:
            self.held = False


class Full(Sink):
    """Has no room for what a probe found."""

    async def put(self, observation: Observation) -> None:
        if observation.channel == "http":
            raise OSError("no space left")


async def test_what_a_probe_holds_is_released_before_a_failure_is_told() -> None:
    """Else it is some turns later, when what was sent has been counted and the net is closed."""
    probe = Holding(Stage.PORT, "http")
    with pytest.raises(OSError, match="no space left"):
        await probing.Probing(ScriptedNet(), Full()).gather(Host("10.0.0.5"), probe, Ask("10.0.0.5", 80))
    assert probe.asked
    assert not probe.held


async def test_what_builds_on_earlier_answers_comes_after_those_of_ports_that_were_named() -> None:
    seen: list[set[int | None]] = []

    class Building(Probing):
        async def before(self, ask: Ask) -> None:
            seen.append({one.port for one in ask.observations if one.channel == "http"})

    net = opened(1, 9)
    named = Plan(
        (Slow(1, 9), Building(Stage.HOST, "onvif")),
        (1,),
        (),
        lambda _, known: [9 for one in known if one.channel == "http"],
    )
    await covered(net, named, [HOST])
    assert seen[-1] == {1, 9}


def test_of_all_attempts_on_a_channel_the_most_telling_is_kept_with_its_reason() -> None:
    host = Host(HOST)
    for outcome, reason, kept in (
        (Outcome.SILENT, "", None),
        (Outcome.UNREACHABLE, "EHOSTUNREACH", "EHOSTUNREACH"),
        (Outcome.SILENT, "too slow", "EHOSTUNREACH"),
        (Outcome.ANSWERED, "", None),
        (Outcome.SILENT, "too slow", None),
    ):
        host.note("http", outcome, reason)
        assert host.reasons.get("http") == kept
    assert host.attempts == {"http": Outcome.ANSWERED}


def test_of_all_ports_the_reason_of_one_that_could_not_be_asked_is_kept() -> None:
    host = Host(HOST)
    for port, outcome, reason, kept in (
        (80, Outcome.UNREACHABLE, "EHOSTUNREACH", "EHOSTUNREACH"),
        (81, Outcome.NOT_SENT, "EPERM", "EPERM"),
        (82, Outcome.UNREACHABLE, "EHOSTUNREACH", "EPERM"),
        (80, Outcome.NOT_SENT, "EMFILE", "EPERM"),
    ):
        host.note_port(port, outcome, reason)
        assert host.reasons["tcp"] == kept
    assert host.tried == {80: Outcome.UNREACHABLE, 81: Outcome.NOT_SENT, 82: Outcome.UNREACHABLE}


def test_where_no_port_was_tried_none_is_in_the_ledger() -> None:
    assert Host(HOST).entry(("wsd",), (), ("wsd",)).channels == {"wsd": Outcome.SILENT}


@pytest.mark.parametrize(
    ("outcomes", "telling"),
    [
        ((), Outcome.NOT_SENT),
        ((Outcome.SILENT, Outcome.REFUSED), Outcome.REFUSED),
        ((Outcome.REFUSED, Outcome.CRASHED), Outcome.CRASHED),
        ((Outcome.CRASHED, Outcome.NOT_SENT), Outcome.NOT_SENT),
        ((Outcome.NOT_SENT, Outcome.EXCLUDED, Outcome.SILENT), Outcome.EXCLUDED),
        ((Outcome.ANSWERED, Outcome.EXCLUDED), Outcome.ANSWERED),
        ((Outcome.NOT_SENT, Outcome.GARBLED), Outcome.GARBLED),
    ],
)
def test_what_could_not_be_asked_counts_before_all_that_is_no_answer(
    outcomes: tuple[Outcome, ...], telling: Outcome
) -> None:
    assert best(outcomes) is telling


async def test_who_answers_a_multicast_after_it_was_silent_is_covered_then() -> None:
    done = asyncio.Event()

    class Late(Wide):
        async def before(self, ask: Ask) -> None:
            await done.wait()

    class Noting(Sink):
        async def put_ledger(self, entry: LedgerEntry) -> None:
            await super().put_ledger(entry)
            done.set()

    net, sink, built = ScriptedNet(), Noting(), Probing(Stage.HOST, "onvif")
    late = Late("wsd", Observation(HOST, "wsd", Outcome.ANSWERED, AT))
    engine = Engine(net, Plan((late, built), (80,), (81,)), sink, window=4)
    await engine.run([HOST])
    assert [port for _, port, _ in net.sent] == [80, 80, 81]
    assert (engine.done, engine.alive, engine.unasked) == (1, 1, 0)
    channels = sink.ledger[HOST].channels
    assert (channels["wsd"], channels["onvif"]) == (Outcome.ANSWERED, Outcome.ANSWERED)


async def test_who_was_silent_in_an_earlier_run_and_answers_a_multicast_now_is_covered() -> None:
    net, sink = ScriptedNet(), Sink()
    spoke = Wide("wsd", Observation(HOST, "wsd", Outcome.ANSWERED, AT))
    engine = Engine(net, Plan((spoke,), (80,), (81,)), sink, window=4)
    await engine.run([], silent=["10.0.0.9", HOST])
    assert {(address, port) for address, port, _ in net.sent} == {(HOST, 80), (HOST, 81)}
    assert (engine.done, engine.alive) == (0, 1)
    assert [*sink.ledger] == [HOST]


async def test_what_a_host_says_by_multicast_while_it_waits_for_its_turn_is_heard() -> None:
    begun, told = asyncio.Event(), asyncio.Event()
    first, second = HOST, "10.0.0.2"

    class Busy(Probing):
        async def before(self, ask: Ask) -> None:
            begun.set()
            await told.wait()

    class Late(Wide):
        async def run(self, ask: Ask, net: Net) -> AsyncGenerator[Observation, None]:
            await begun.wait()
            await asyncio.sleep(0.01)
            assert busy.asked == [(first, 80)], "one at a time"
            async for observation in super().run(ask, net):
                yield observation
            told.set()

    busy, sink = Busy(Stage.PORT, "http"), Sink()
    net = ScriptedNet({(first, 80): Port(), (second, 80): Port()})
    late = Late("wsd", Observation(second, "wsd", Outcome.ANSWERED, AT))
    await Engine(net, Plan((late, busy), (80,), ()), sink, window=4, covers=1).run([first, second])
    assert sink.ledger[second].channels["wsd"] is Outcome.ANSWERED


async def test_who_answered_a_multicast_in_a_run_before_this_one_is_covered_though_nothing_else_shows_it() -> None:
    net, sink, built = ScriptedNet(), Sink(), Probing(Stage.HOST, "onvif")
    engine = Engine(net, Plan((Wide("wsd"), built), (80,), (81,)), sink, window=4)
    await engine.run([HOST, "10.0.0.9"], [Observation(HOST, "wsd", Outcome.ANSWERED, AT)])
    assert sorted(address for address, port, _ in net.sent if port == 81) == [HOST]
    assert sink.ledger[HOST].channels["wsd"] is Outcome.ANSWERED
    assert sink.ledger["10.0.0.9"].channels["wsd"] is not Outcome.ANSWERED
    assert {one.channel for one in sink.seen} == {"onvif"}, "what it said before is stored already"


async def test_what_a_host_says_by_multicast_is_taken_once() -> None:
    known: list[Sequence[Observation]] = []

    class Building(Probing):
        async def before(self, ask: Ask) -> None:
            known.append(tuple(ask.observations))

    wide = Wide("wsd", *(Observation(HOST, "wsd", Outcome.ANSWERED, AT, asked=str(number)) for number in range(3)))
    net = opened(80)
    sink, _ = await covered(net, Plan((wide, Building(Stage.HOST, "onvif")), (80,), ()), [HOST])
    assert [one.asked for one in known[0] if one.channel == "wsd"] == ["0", "1", "2"]
    (accepted,) = [one for one in sink.seen if one.channel == "tcp"]
    assert (accepted.port, accepted.fields) == (80, {"tcp.port": ("80",)})


async def test_what_could_not_be_sent_is_not_taken_for_a_host_that_was_cut_short() -> None:
    sink, engine = await covered(ScriptedNet(closed=Outcome.NOT_SENT), Plan((), (80,), ()), [HOST])
    assert (sink.ledger[HOST].outcome, engine.unasked) == (Outcome.NOT_SENT, 0)

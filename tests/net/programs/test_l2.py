from __future__ import annotations

import asyncio
import errno
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO

import pytest
from support import frames as made
from support.segment import INTERFACE, Segment, segment

from camscan.errors import HostError
from camscan.net.programs import l2
from camscan.net.programs.child import not_started
from camscan.net.programs.l2 import L2Program, Packet, listen, replay, sweep

MAC = "02:00:00:00:00:05"
ARP = made.arp("10.0.0.5", MAC)
DATAGRAM = made.ethernet(0x0800, made.ipv4("10.0.0.6", "224.0.0.251", made.udp(5353, 5353, b"answer")), source=MAC)


@pytest.fixture(scope="module")
def site() -> Iterator[Segment]:
    with segment() as made:
        yield made


def test_a_capture_is_heard() -> None:
    counters: dict[str, int] = {}
    capture = BytesIO(made.pcap([made.ethernet(0x0806, ARP), DATAGRAM, DATAGRAM]))
    assert list(replay(capture, counters)) == [
        Packet("arp", "10.0.0.5", ARP, datetime(2026, 10, 1, 0, 0, 0, 500_000, UTC), MAC),
        Packet("mdns", "10.0.0.6", b"answer", datetime(2026, 10, 1, 0, 0, 1, 500_000, UTC), MAC, port=5353),
    ]
    assert (counters["packets"], counters["said"], counters["repeated"], counters["cut"]) == (3, 2, 1, 0)


def test_a_capture_larger_than_any_pipe() -> None:
    frames = [made.ethernet(0x0806, made.arp(f"10.0.{n // 250}.{n % 250 + 1}", MAC)) for n in range(10_000)]
    assert sum(1 for _ in replay(BytesIO(made.pcap(frames)), {})) == 10_000


def test_a_capture_of_which_only_the_beginning_is_wanted() -> None:
    frames = [made.ethernet(0x0806, made.arp(f"10.0.{n // 250}.{n % 250 + 1}", MAC)) for n in range(10_000)]
    heard = replay(BytesIO(made.pcap(frames)), {})
    assert next(heard).source == "10.0.0.1"
    heard.close()  # type: ignore[attr-defined]  # it is a generator


def test_a_capture_that_cannot_be_read_to_its_end_is_not_taken_for_a_short_one() -> None:
    class Failing(BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if piece := super().read(size):
                return piece
            raise OSError(errno.EIO, "Input/output error")

    heard = replay(Failing(made.pcap([made.ethernet(0x0806, ARP)])), {})
    assert next(heard).source == "10.0.0.5"
    with pytest.raises(HostError, match="cannot read the capture to its end: Input/output error: try a copy of it"):
        next(heard)


def test_a_capture_whose_reader_others_end_is_not_taken_for_a_short_one(monkeypatch: pytest.MonkeyPatch) -> None:
    pretending(monkeypatch, BEGIN + 'print(\'{"type": "end", "packets": 1, "interrupted": true}\')')
    with pytest.raises(HostError, match="was ended from outside before it was done"):
        list(replay(BytesIO(b"capture"), {}))


def test_no_capture() -> None:
    with pytest.raises(HostError, match=r"^no capture file"):
        list(replay(BytesIO(b"nothing of the kind" * 10_000), {}))


def pretending(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Run something else in place of the program."""
    monkeypatch.setattr(l2, "_PYTHON", (sys.executable, "-c", code))


BEGIN = 'import sys, time; print(\'{"type": "begin"}\', flush=True);'


async def heard_from(program: L2Program) -> list[Packet]:
    async with program:
        return [heard async for heard in program]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("", "failed with code 0"),
        ("raise SystemExit(3)", "failed with code 3"),
        (BEGIN + "raise SystemExit(3)", "failed with code 3"),
        ('print(\'{"type": "error", "message": "no cake"}\')', "^no cake$"),
        (BEGIN + 'print(\'{"type": "error", "message": "no cake"}\')', "^no cake$"),
        ("print('hello')", "wrote something that cannot be read"),
        (BEGIN + "print('hello')", "wrote something that cannot be read"),
        (BEGIN + "print('x' * 1_000_000)", "that cannot be read: .*: see that the system did not kill it"),
    ],
)
async def test_a_program_that_fails_says_why(code: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pretending(monkeypatch, code)
    with pytest.raises(HostError, match=message):
        await heard_from(listen("any", 1))


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import os, time; os.close(1); time.sleep(0.3); os._exit(3)", "failed with code 3"),
        (BEGIN + "print('{\"type\": \"ar', end='')", "wrote something that cannot be read"),
    ],
)
def test_so_does_one_that_reads_a_capture(code: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pretending(monkeypatch, code)
    with pytest.raises(HostError, match=message):
        list(replay(BytesIO(b"capture"), {}))


async def test_a_program_that_cannot_be_started_is_this_hosts_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(l2, "_PYTHON", ("/nonexistent",))
    with pytest.raises(HostError, match="cannot be started: No such file or directory: see that this user may run /"):
        await heard_from(listen("any", 1))
    with pytest.raises(HostError, match="cannot be started: No such file"):
        list(replay(BytesIO(b"capture"), {}))


def test_what_this_host_is_short_of_is_told_with_its_remedy() -> None:
    short = OSError(errno.EAGAIN, "Resource temporarily unavailable")
    assert str(not_started("camscan.l2", short)).endswith(": free some memory, or allow this user more processes")


async def test_a_program_that_is_left_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    pretending(monkeypatch, BEGIN + "time.sleep(60)")
    async with asyncio.timeout(60):
        async with listen("any", 60) as program:
            process = program._process
            assert process.returncode is None
        assert process.returncode == -9


async def test_so_is_one_that_talks_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    line = '{"type":"arp","address":"10.0.0.5","mac":"","interface":"","at":0,"payload":""}'
    pretending(monkeypatch, BEGIN + f"line = '{line}'\nwhile True: print(line)")
    async with asyncio.timeout(60), listen("any", 60) as program:
        async for heard in program:
            assert heard.source == "10.0.0.5"
            break


async def test_a_cancelled_start_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    pretending(monkeypatch, "import time; time.sleep(60)")
    program = listen("any", 60)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await program.__aenter__()
    assert program._process.returncode == -9


async def test_a_stopped_program_needs_no_last_word(monkeypatch: pytest.MonkeyPatch) -> None:
    pretending(monkeypatch, BEGIN + "time.sleep(60)")
    async with listen("any", 60) as program:
        program.stop()
        assert [heard async for heard in program] == []
        assert program.counters == {}


@pytest.mark.netns
async def test_listening_ends_when_it_is_stopped_and_tells_what_was_heard(site: Segment) -> None:
    with site.scanner.inside(), site.site_socket() as sock:
        async with listen("any", 60) as program:
            sock.send(DATAGRAM)
            stream = aiter(program)
            first = await anext(stream)
            program.stop()
            rest = [heard async for heard in stream]
    assert (first.channel, first.source, first.data, first.mac) == ("mdns", "10.0.0.6", b"answer", MAC)
    assert first.interface == INTERFACE
    assert rest == []
    assert (program.counters["said"], program.counters["interrupted"]) == (1, 1)


@pytest.mark.netns
async def test_without_the_privilege_entering_fails(site: Segment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(l2, "_PYTHON", ("setpriv", "--bounding-set=-all", "--inh-caps=-all", *l2._PYTHON))
    for program in (listen("any", 1), sweep(INTERFACE, [("10.66.0.1", "10.66.0.9")], 10)):
        with site.scanner.inside(), pytest.raises(HostError, match=r"^no CAP_NET_RAW"):
            await program.__aenter__()

"""Where a proxy or a firewall answers for every address, "none found" is not said as if somebody had looked."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.namespaces import namespace
from support.peers import eventually

from camscan.app.planning.jobs import new_job
from camscan.app.planning.scope import Choices
from camscan.app.scanning.middleboxes import Middleboxes
from camscan.app.scanning.running import no_progress, run
from camscan.records import LedgerEntry, Observation, Outcome, ScanStatus
from camscan.store.store import Store

PORTS = (80, 443, 554, 8000)
AT = datetime(2026, 11, 27, tzinfo=UTC)


class Nowhere:
    async def put(self, observation: Observation) -> None: ...
    async def put_ledger(self, entry: LedgerEntry) -> None: ...


async def told(opens: Mapping[str, tuple[int, ...]], ports: tuple[int, ...] = PORTS) -> Middleboxes:
    sink = Middleboxes(Nowhere(), ports)
    for address, open_ports in opens.items():
        for port in (*open_ports, *open_ports[:1]):
            await sink.put(Observation(address, "tcp", Outcome.ANSWERED, AT, port))
        await sink.put(Observation(address, "tcp", Outcome.REFUSED, AT, 8080))
        await sink.put_ledger(LedgerEntry(address, {"tcp": Outcome.ANSWERED}))
    return sink


async def test_a_network_in_which_every_port_is_open_nearly_everywhere_is_named() -> None:
    shielded = {f"10.0.0.{number}": PORTS for number in range(1, 21)}
    sink = await told(shielded | {f"10.0.0.{number}": () for number in range(21, 31)} | {"10.0.1.1": PORTS})
    [note] = sink.notes
    assert note.startswith("all TCP ports that were asked are open at 20 of 30 addresses in 10.0.0.0/24: something on")
    assert sink.hides_most


@pytest.mark.parametrize("network", ["10.0.0.0/24", "fd00::/64"])
async def test_who_speaks_up_late_counts_once(network: str) -> None:
    """As on a large link, where MACs are told long after the ports: the entry of each then comes again."""
    begin = network.partition("/")[0].removesuffix("0")
    sink = await told({f"{begin}{number}": PORTS for number in range(1, 21)})
    for number in range(1, 21):
        await sink.put_ledger(LedgerEntry(f"{begin}{number}", {"tcp": Outcome.ANSWERED, "arp": Outcome.ANSWERED}))
    [note] = sink.notes
    assert f"open at 20 of 20 addresses in {network}" in note
    assert sink.hides_most


@pytest.mark.parametrize(
    ("count", "silent", "open_ports", "ports"),
    [
        (15, 0, PORTS, PORTS),  # a shelf of strange devices
        (25, 229, PORTS, PORTS),  # tarpits in a whole network
        (254, 0, PORTS[:3], PORTS),  # what cameras have open
        (254, 0, (80,), (80,)),  # nothing else was asked
    ],
)
async def test_devices_are_not_taken_for_it(
    count: int, silent: int, open_ports: tuple[int, ...], ports: tuple[int, ...]
) -> None:
    opens = {f"10.0.0.{number}": open_ports for number in range(1, count + 1)}
    sink = await told(opens | {f"10.0.0.{count + number}": () for number in range(1, silent + 1)}, ports)
    assert sink.notes == ()
    assert not sink.hides_most


async def test_a_shielded_part_makes_no_whole_scan_partial() -> None:
    open_there = {f"10.0.0.{number}": PORTS for number in range(1, 101)}
    sink = await told(open_there | {f"10.0.{1 + number // 200}.{number % 200}": () for number in range(400)})
    assert len(sink.notes) == 1
    assert not sink.hides_most


@pytest.mark.parametrize(
    ("location", "count", "noted"),
    [
        ("https://portal.example/login?from={address}", 20, True),
        ("https://portal.example/login", 15, False),
        ("https://{address}/doc/page/login.asp", 254, False),  # as cameras redirect
        ("//{address}:8443/", 254, False),
        ("/doc/page/login.asp", 254, False),
        ("http://[", 254, False),
        ("http://nvr{address}.example/", 254, False),  # each to its own name
    ],
)
async def test_a_network_that_redirects_to_one_other_host_is_behind_a_portal(
    location: str, count: int, noted: bool
) -> None:
    sink = Middleboxes(Nowhere(), PORTS)
    for number in range(1, count + 11):
        address = f"10.0.0.{number}"
        fields = {"http.location": (location.format(address=address),)} if number <= count else {}
        await sink.put(Observation(address, "http", Outcome.ANSWERED, AT, 80, fields=fields))
        await sink.put_ledger(LedgerEntry(address, {"http": Outcome.ANSWERED}))
    portal = "20 of 30 addresses in 10.0.0.0/24 redirect to portal.example: something on the way, such as a captive"
    assert [note[: len(portal)] for note in sink.notes] == [portal] * noted
    assert sink.hides_most is noted


@pytest.mark.parametrize(
    ("channel", "outcome", "noted"),
    [
        ("rtsp", Outcome.AUTH_REQUIRED, False),
        ("http", Outcome.AUTH_REQUIRED, False),
        ("sadp", Outcome.ANSWERED, False),
        ("rtsp", Outcome.REFUSED, True),
        ("tls", Outcome.ANSWERED, True),
        ("onvif", Outcome.GARBLED, True),  # what was asked there is redirected, too
    ],
)
async def test_cameras_that_one_host_logs_in_are_not_behind_a_portal(
    channel: str, outcome: Outcome, noted: bool
) -> None:
    sink = Middleboxes(Nowhere(), PORTS)
    for number in range(1, 41):
        address = f"10.0.0.{number}"
        fields = {"http.location": ("https://login.example/?to=camera",)}
        await sink.put(Observation(address, "http", Outcome.ANSWERED, AT, 80, fields=fields))
        await sink.put(Observation(address, channel, outcome, AT, 554))
        await sink.put_ledger(LedgerEntry(address, {"http": Outcome.ANSWERED}))
    assert bool(sink.notes) == sink.hides_most == noted


@pytest.mark.netns
async def test_a_scan_through_a_proxy_that_accepts_everything_is_partial(tmp_path: Path) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"HTTP/1.1 404 Not Found\r\nServer: gate\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()

    with namespace() as here, Store.open(tmp_path / "s.db") as store:
        here.nft(
            "table ip t { chain out { type nat hook output priority -100; "
            "ip daddr 127.94.0.0/24 meta l4proto tcp redirect to :9999; }; }"
        )
        with here.inside():
            server = await asyncio.start_server(refuse, "127.0.0.1", 9999)
            job = new_job(Choices(("127.94.0.0/27",), channels="http,rtsp", rate=2000), None)
            store.begin(job.scan)
            ended = await asyncio.wait_for(run(job, store, no_progress), 110)
        server.close()
        await eventually(lambda: not server.is_serving())
    assert ended.status is ScanStatus.PARTIAL
    assert "are open at 30 of 30 addresses in 127.94.0.0/24" in ended.notes[-1]

"""Runs an installed nmap over TCP ports, within a scan's scope and pace, and yields its XML output.

nmap is given the addresses to ask, without exclusions, and the exclusions as well. It looks up no names, runs no
scripts and does not identify services: camscan does that, by its own rules.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_address, summarize_address_range
from itertools import groupby
from pathlib import Path
from typing import TypeAlias

from camscan.errors import HostError
from camscan.net.kernel.privilege import has_net_raw
from camscan.net.pacing.profile import Profile
from camscan.net.programs.child import not_started
from camscan.net.programs.tied import LAUNCHER, tied

Span: TypeAlias = tuple[str, str]  # first and last address, both included

_PIECE = 64 * 1024
_MAX_COMPLAINT = 4096  # bytes of stderr that are kept
_GRACE = 5.0  # seconds that it has to end when it is told to


def path() -> str:
    """Where nmap is installed. Raises HostError if it is not."""
    found = shutil.which("nmap")
    if found is None:
        raise HostError("nmap is not installed: install it (on Debian: apt install nmap), or leave out --sweep nmap")
    return found


@dataclass(frozen=True, slots=True)
class Sweep:
    """What to ask: ranges of addresses, excluded ranges, and TCP ports."""

    spans: Sequence[Span]
    excluded: Sequence[Span]
    ports: Sequence[int]
    profile: Profile
    rounds: int = 2  # how often a silent port is asked

    def families(self) -> Iterator[Sweep]:
        """One sweep for each IP version, as a run of nmap takes only one."""
        for version, spans in groupby(self.spans, key=_version):
            yield replace(self, spans=list(spans), excluded=[s for s in self.excluded if _version(s) == version])

    def options(self) -> list[str]:
        """The options of nmap(1) for the scan's rate in all and to one host, and its connections."""
        pace = self.profile
        bound = ["--max-rate", f"{pace.port_rate:g}"] if pace.rate else []
        return [
            "-n",
            "-Pn",
            "-sS" if has_net_raw() else "-sT",
            "-p",
            ",".join(map(str, self.ports)),
            *bound,
            "--scan-delay",
            f"{1000 / pace.host_rate:.0f}ms",
            "--max-retries",
            str(self.rounds - 1),
            "--max-parallelism",
            str(pace.half_open),
        ]


async def pieces(program: str, sweep: Sweep, stopping: asyncio.Event) -> AsyncGenerator[bytes, None]:
    """The XML output of nmap, in pieces, for the sweep of one IP version, until `stopping` is set.

    Raises HostError if nmap cannot be started, or fails.
    """
    family = ["-6"] if _version(sweep.spans[0]) == 6 else []
    with tempfile.TemporaryDirectory(prefix="camscan-nmap-") as folder:
        targets = _written(Path(folder, "targets"), sweep.spans)
        excluded = _written(Path(folder, "excluded"), sweep.excluded)
        where = ["-iL", targets, "--excludefile", excluded]
        command = [program, *family, *sweep.options(), *where, "-oX", "-"]
        async with contextlib.aclosing(_run(command, stopping)) as running:
            async for piece in running:
                yield piece


async def _run(command: Sequence[str], stopping: asyncio.Event) -> AsyncGenerator[bytes, None]:
    # In a session of its own: Ctrl-C is for camscan, which ends it.
    try:
        process = await asyncio.create_subprocess_exec(
            *tied(command), stdin=DEVNULL, stdout=PIPE, stderr=PIPE, start_new_session=True
        )
    except OSError as error:
        raise not_started(LAUNCHER, error) from error
    assert process.stdout is not None  # noqa: S101 - both were asked for
    assert process.stderr is not None  # noqa: S101
    complaint = asyncio.create_task(_kept(process.stderr))
    ending = asyncio.create_task(_ended_by(process, stopping))
    try:
        while piece := await process.stdout.read(_PIECE):
            yield piece
        if (code := await process.wait()) and not stopping.is_set():
            said = (await complaint).decode(errors="replace").strip().splitlines()
            why = said[-1] if said else "no reason given"
            raise HostError(f"nmap ended with code {code}: {why}: repair nmap, or leave out --sweep nmap")
    finally:
        ending.cancel()
        unread = asyncio.create_task(_kept(process.stdout))  # or `wait` would wait until somebody has read it
        await _ended(process)
        await asyncio.wait((unread, complaint), timeout=_GRACE)  # to their ends, at which the pipes are closed
        unread.cancel()
        complaint.cancel()


async def _ended_by(process: Process, stopping: asyncio.Event) -> None:
    await stopping.wait()
    await _ended(process)


async def _kept(stream: asyncio.StreamReader) -> bytes:
    """The end of a stream, all of which is read, so that the writer never blocks."""
    kept = b""
    while piece := await stream.read(_PIECE):
        kept = (kept + piece)[-_MAX_COMPLAINT:]
    return kept


async def _ended(process: Process) -> None:
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(_GRACE):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def _version(span: Span) -> int:
    return ip_address(span[0]).version


def _written(file: Path, spans: Iterable[Span]) -> str:
    file.write_text("".join(f"{network}\n" for span in spans for network in _networks(span)), encoding="ascii")
    return str(file)


def _networks(span: Span) -> Iterator[str]:
    """The networks that hold just the addresses of a span: nmap reads no ranges that cross an octet."""
    first, last = (ip_address(text) for text in span)
    return map(str, summarize_address_range(first, last))

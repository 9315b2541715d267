"""`camscan ports`: which TCP ports are open, and nothing else."""

from __future__ import annotations

import json
import os
import stat
import sys
import time
from contextlib import aclosing, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from camscan.cli.parameters import options
from camscan.cli.parameters.numbers import Whole
from camscan.cli.terminal.exits import Exit
from camscan.cli.terminal.telling import is_quiet, mention, tell, tell_note
from camscan.errors import HostError, UsageError
from camscan.records import Outcome
from camscan.text.wording import plural, were

if TYPE_CHECKING:
    from collections.abc import Sequence

    from camscan.app.planning.scope import Choices
    from camscan.net.programs.checkpoint import Checkpoint
    from camscan.net.programs.portsource import Found, PortSource
    from camscan.targets import TargetSet

_DEFAULT_RATE = 1_000
_TELL = 30.0  # seconds between two lines on how far it is
_LONGEST_LINE = 512


@dataclass(frozen=True, slots=True)
class _Job:
    """A sweep of what is `asked`, what another run goes on from, and what is excluded, as in a `ScanScope`."""

    sweep: PortSource
    kept: Checkpoint | None
    asked: TargetSet
    excluded: TargetSet
    excluding: Sequence[str]


@click.command()
@options.targets
@click.option(
    "--ports",
    "ports_",
    metavar="LIST",
    help="The TCP ports, such as 80,554,8000-8010. Default: those that a scan asks first.",
)
@click.option(
    "--rate",
    type=Whole(0, 10_000_000),
    default=_DEFAULT_RATE,
    show_default=True,
    metavar="N",
    help="At most this many packets a second in all; 0 means unlimited.",
)
@options.sweep
@click.option(
    "--rounds",
    type=Whole(1, 8),
    default=2,
    show_default=True,
    metavar="N",
    help="How many SYN packets a silent port gets; by connecting, always two.",
)
@click.option("--all", "want_all", is_flag=True, help="Write every outcome, not only open ports.")
@options.excluding
@click.option(
    "--resume",
    metavar="ID",
    help="Continue an interrupted sweep with its original settings; files of exclusions are read again.",
)
@options.quiet
def ports(
    targets: tuple[str, ...],
    ports_: str | None,
    rate: int,
    sweep: str,
    rounds: int,
    want_all: bool,
    resume: str | None,
    **how: Any,
) -> None:
    """Find open TCP ports and write them as JSON lines: address, port, outcome.

    Whatever the rate, one host gets no more than 20 packets a second, and ports where a stray byte does harm get
    none.

    \b
    Examples:
      camscan ports 10.20.0.0/16 --ports 80,554 --rate 10000
      camscan ports @networks.txt --exclude 10.20.1.0/24 | jq -r .address
      camscan ports --resume 5f0c3a9e >> open.jsonl
    """
    from camscan.app.planning.scope import Choices
    from camscan.net.kernel import eventloop

    if resume is None:
        want = "all" if want_all else "open"
        job = _begun(Choices(targets, **how), ports_, sweep, {"rate": rate, "rounds": rounds, "want": want})
    elif _given_beside("resume"):
        raise UsageError("a resumed sweep keeps its targets, exclusions and all other settings: give --resume alone")
    else:
        job = _resumed(resume)
    began = time.monotonic()
    with job.kept or nullcontext():
        found = eventloop.run(_run(job))
        if job.kept is not None:
            job.kept.close(over=not job.sweep.interrupted)
    if not is_quiet():
        _tell_end(job.sweep, found, time.monotonic() - began)
    sys.exit(Exit.DONE if job.sweep.complete else Exit.INCOMPLETE)


def _given_beside(this: str) -> bool:
    """Whether any other argument or option stands on the command line, but for --quiet."""
    context = click.get_current_context()
    others = (name for name in context.params if name != this)
    return any(context.get_parameter_source(name) is not ParameterSource.DEFAULT for name in others)


def _begun(choices: Choices, ports_: str | None, sweep: str, how: dict[str, Any]) -> _Job:
    """A new sweep."""
    import secrets  # which takes longer to load than some commands to run

    from camscan.app.planning.scope import scope_of
    from camscan.app.planning.strategy import port_list
    from camscan.app.scanning.portsources import checkpoint, port_source
    from camscan.net.pacing.profile import profile
    from camscan.net.programs.method import choose
    from camscan.net.programs.portsource import PortQuery
    from camscan.net.programs.portsweep import Resuming
    from camscan.probes.ports import FIRST_PORTS

    if not choices.targets:
        raise UsageError("no target given: give one, such as 10.20.0.0/16")
    scope, wanted = scope_of(choices), port_list(ports_) if ports_ else FIRST_PORTS
    chosen = choose(sweep, scope.asked.count * len(wanted))
    pace, seed, name, kept = profile("default").at_rate(how["rate"]), secrets.randbits(32), secrets.token_hex(4), None
    spans = tuple(scope.asked.spans())
    query = PortQuery(spans, wanted, pace, seed, how["rounds"], how["want"])
    asking = port_source(chosen.name, scope, query, Resuming())
    if not is_quiet():
        _tell_plan(scope.asked.count, wanted, asking.ports, f"{chosen.name} ({chosen.reason})")
    if chosen.name != "nmap":
        asked = {**how, "spans": spans, "ports": asking.ports, "method": chosen.name, "seed": seed}
        asked["excluding"] = scope.excluding
        try:
            kept = checkpoint(name, asked)
        except HostError as error:
            tell_note(f"it cannot be resumed: {error}")
        else:
            asking = _sweep(kept)
            mention(f"To resume after an interruption: camscan ports --resume {name}")
    return _Job(asking, kept, scope.asked, scope.excluded, scope.excluding)


def _resumed(name: str) -> _Job:
    """The rest of a sweep; what its files of exclusions have come to hold since is not asked."""
    from camscan.app.planning.targetfiles import read_exclusions
    from camscan.app.scanning.portsources import checkpoint
    from camscan.targets import parse

    kept = checkpoint(name)
    asked = parse([f"{first}-{last}" for first, last in kept.asked["spans"]])
    excluded, excluding = read_exclusions(kept.asked.get("excluding", ()))
    sweep = _sweep(kept)
    sweep.exclude(asked.within(excluded).spans())
    _cut_to_whole_lines()
    return _Job(sweep, kept, asked, excluded, excluding)


def _sweep(kept: Checkpoint) -> PortSource:
    """The sweep that a checkpoint is of."""
    from camscan.net.pacing.profile import profile
    from camscan.net.programs.portsource import PortQuery
    from camscan.net.programs.portsweep import PortSweep, Resuming

    asked = kept.asked
    pace = profile("default").at_rate(asked["rate"])
    query = PortQuery(asked["spans"], asked["ports"], pace, asked["seed"], asked["rounds"], asked["want"])
    return PortSweep(query, asked["method"], Resuming(kept))


def _cut_to_whole_lines() -> None:
    """Where results are added to a file, take off the beginning of a line that an interrupted sweep left there."""
    out = sys.stdout.fileno()
    if not stat.S_ISREG(os.fstat(out).st_mode):
        return
    with open(f"/proc/self/fd/{out}", "rb") as file:  # noqa: PTH123 - it may have no other name
        size = file.seek(0, os.SEEK_END)
        begin = max(0, size - _LONGEST_LINE)
        file.seek(begin)
        left = file.read().rpartition(b"\n")[2]
    if left and (begin == 0 or len(left) < size - begin) and b'{"address"'.startswith(left[:10]):
        os.ftruncate(out, size - len(left))


async def _run(job: _Job) -> int:
    """Write what is found, and ask nothing more of who is excluded meanwhile; returns how many ports are open."""
    from camscan.app.planning.targetfiles import followed

    def exclude(excluded: TargetSet) -> None:
        job.sweep.exclude(job.asked.within(excluded).spans())

    async with followed(job.excluded, job.excluding, exclude):
        return await _write_all(job.sweep)


async def _write_all(sweep: PortSource) -> int:
    """Write what is found as it comes; returns how many ports are open."""
    import asyncio

    from camscan.app.scanning.signals import ended_by_signals
    from camscan.system.background import in_background

    count = 0

    async def say() -> None:
        while not is_quiet():
            await asyncio.sleep(_TELL)
            tell(f"{sweep.sent:,} packets sent, {count:,} open")

    with ended_by_signals(sweep.stop):
        # its program ends before the loop, also where the reader has gone
        async with in_background(say()), aclosing(sweep.run()) as batches:
            async for batch in batches:
                sys.stdout.write("".join(map(_line, batch)))
                sys.stdout.flush()
                count += sum(found.outcome is Outcome.ANSWERED for found in batch)
    return count


def _line(found: Found) -> str:
    values = {"address": found.address, "port": found.port, "outcome": found.outcome}
    return json.dumps(values | ({"reason": found.reason} if found.reason else {})) + "\n"


def _tell_plan(addresses: int, wanted: Sequence[int], ports: Sequence[int], how: str) -> None:
    if left_out := sorted(set(wanted) - set(ports)):
        tell(f"Left out, as they are never sent to: {', '.join(map(str, left_out))}")
    what = f"{plural(addresses * len(ports), 'port')} of {plural(addresses, 'address')}"
    tell(f"Asking {what} by {how} ...")


def _tell_end(sweep: PortSource, found: int, seconds: float) -> None:
    tell_note(*sweep.notes)
    if sweep.lost:
        lost = plural(sweep.lost, "answer")
        tell_note(f"{lost} came faster than they could be read, and {were(sweep.lost)} asked for again")
    sent = f"; {plural(sweep.sent, 'packet')} sent" if sweep.sent else ""  # nmap does not say how many it sends
    tell(f"{found:,} open{sent} in {seconds:.1f} s")

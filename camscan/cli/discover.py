"""`camscan discover`: who answers on this segment, by multicast and broadcast alone."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camscan.cli import options
from camscan.cli.telling import tell, tell_note
from camscan.records import Origin, Report, Scan, ScanStatus, Vantage

if TYPE_CHECKING:
    from camscan.cli.watching import Watch
    from camscan.net.base import Net
    from camscan.net.kernel.interfaces import Interface


@click.command()
@click.option("--interface", "names", multiple=True, metavar="NAME", help="Ask on this interface only; repeatable.")
@options.judging
@options.written(*options.FORMAT_NAMES)
@options.quiet
def discover(
    names: tuple[str, ...],
    policies: tuple[str, ...],
    folders: tuple[Path, ...],
    format_: str,
    output: Path | None,
    quiet: bool,
) -> None:
    """Ask by multicast and broadcast on every interface, and show devices as they answer, in less than ten seconds.

    Devices whose address lies outside the subnet are shown too; nothing is sent to any single address. If nothing
    answers, devices may still be there, and other networks are reached only by `camscan scan`.

    \b
    Examples:
      camscan discover
      camscan discover --interface eth0 --format json
    """
    from camscan.app.identifying import judged
    from camscan.app.judging import chosen_policies, library
    from camscan.cli.watching import Watch
    from camscan.cli.writing import ready, summarize, write_report
    from camscan.net.kernel import eventloop

    ready(format_, output)
    rules, lists = library(folders), chosen_policies(policies, folders)
    watch = Watch(lambda seen: judged(seen, rules, lists), quiet=quiet)
    scan = eventloop.run(_gather(names, watch, quiet=quiet))
    devices = judged(sorted(watch.seen, key=lambda o: o.target), rules, lists)
    ids = tuple(policy.id for policy in lists)
    answered = {"answered": len({o.target for o in watch.seen})}
    report = Report(scan, devices, ids, {"": answered}, answered["answered"])
    write_report(report, format_, output)
    summarize(report, format_, output, quiet=quiet)


async def _gather(names: tuple[str, ...], watch: Watch, *, quiet: bool) -> Scan:
    from camscan.engine import Engine, Plan
    from camscan.net.live import LiveNet
    from camscan.net.pacing.profile import profile
    from camscan.net.scope import EVERYTHING, NOTHING, Scope
    from camscan.probes.base import Stage
    from camscan.probes.registry import PROBES

    chosen = _asking(names)
    cut_off = tuple(_cut_off(names))
    if not quiet:
        tell_note(*(f"{note}." for note in cut_off))
        tell(f"Listening on {', '.join(dict.fromkeys(i.name for i in chosen))} ...")
    probes = tuple(probe for probe in PROBES if probe.stage is Stage.SEGMENT)
    started = datetime.now(UTC)
    # No address may be sent to: only groups, and whoever answers is heard.
    async with LiveNet(Scope(NOTHING, listens=EVERYTHING), profile("default"), chosen) as net:
        engine = Engine(net, Plan(probes, (), ()), watch, window=1)
        with watch.showing():
            await engine.run(())
            await _macs(net, watch)
        sent, dropped = net.sent, net.dropped
    vantage = Vantage(platform.node(), tuple(dict.fromkeys(i.name for i in chosen)))
    channels = tuple(dict.fromkeys(c for p in probes for c in p.channels))
    scan = Scan("discover", started, (), channels, vantage=vantage, settings={"origin": Origin.DISCOVER})
    notes = (*cut_off, *engine.notes, *_lost(dropped))
    return replace(scan, finished_at=datetime.now(UTC), status=ScanStatus.COMPLETE, sent=sent, notes=notes)


def _asking(names: tuple[str, ...]) -> tuple[Interface, ...]:
    """The addresses that ask: of all interfaces, or of those that are named."""
    from camscan.errors import HostError
    from camscan.net.kernel.interfaces import interfaces

    usable = (i for i in interfaces() if i.multicast and not i.loopback and (not names or i.name in names))
    # Of the IPv6 addresses of an interface the link-local one asks: every device has one to answer it from.
    chosen = tuple(i for i in usable if i.network.version == 4 or i.network.is_link_local)
    if not chosen:
        which = f"no interface called {' or '.join(names)}" if names else "no interface"
        raise HostError(f"{which} supports multicast: `camscan doctor` lists those that do")
    return chosen


async def _macs(net: Net, watch: Watch) -> None:
    """Add the MAC of each neighbour that answered: the kernel has learnt it, because the neighbour asked for ours."""
    from camscan.probes.arp import NeighbourProbe
    from camscan.probes.base import Ask

    for address in dict.fromkeys(observation.target for observation in watch.seen):
        async for observation in NeighbourProbe().run(Ask(address), net):
            await watch.put(observation)


def _cut_off(names: tuple[str, ...]) -> Iterator[str]:
    """That nobody but other containers can hear, where that is so."""
    from camscan.net.kernel.interfaces import BRIDGE_REMEDY, bridged

    if beside := [name for name in bridged() if not names or name in names]:
        yield f"{', '.join(beside)} is on a container's bridge, which multicast does not leave: {BRIDGE_REMEDY}"


def _lost(dropped: int) -> Iterator[str]:
    if dropped:
        yield f"{dropped} datagrams were lost because a buffer was full: ask again on one --interface at a time"

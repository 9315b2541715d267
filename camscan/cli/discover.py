"""`camscan discover`: who answers on this segment, by multicast and broadcast alone."""

from __future__ import annotations

from dataclasses import replace

import click

from camscan.cli.parameters import options
from camscan.cli.terminal.output import FORMAT_NAMES, Output, written
from camscan.cli.terminal.telling import mention
from camscan.records import Report


@click.command()
@click.option("--interface", "names", multiple=True, metavar="NAME", help="Ask on this interface only; repeatable.")
@options.judging
@written(*FORMAT_NAMES)
@options.quiet
def discover(names: tuple[str, ...], judging: options.Judging, out: Output) -> None:
    """Ask by multicast and broadcast on every interface, and show devices as they answer, in less than ten seconds.

    Devices whose address lies outside the subnet are shown too; nothing is sent to any single address. If nothing
    answers, devices may still be there, and other networks are reached only by `camscan scan`.

    \b
    Examples:
      camscan discover
      camscan discover --interface eth0 --format json
    """
    from camscan.app.judging.unstored import judged
    from camscan.app.scanning.discovering import ask_segment, asking_interfaces, cut_off
    from camscan.cli.terminal.watching import Watch
    from camscan.net.kernel import eventloop

    out.ready()
    criteria = judging.criteria()
    watch = Watch(lambda seen: judged(seen, criteria))
    asking, notes = asking_interfaces(names), tuple(cut_off(names))
    mention(*(f"Note: {note}." for note in notes))
    mention(f"Listening on {', '.join(dict.fromkeys(i.name for i in asking))} ...")
    with watch.showing():
        scan = eventloop.run(ask_segment(asking, watch))
    devices = judged(sorted(watch.seen, key=lambda o: o.target), criteria)
    answered, scan = len({o.target for o in watch.seen}), replace(scan, notes=(*notes, *scan.notes))
    ledger, cited = {"": {"answered": answered}}, criteria.citations
    report = Report(scan, devices, criteria.policy_ids, ledger, answered, citations=cited, tools=criteria.tools)
    out.write_report(report)
    out.summarize(report)

"""`camscan discover`: who answers on this segment, by multicast and broadcast alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from camscan.cli import options
from camscan.cli.telling import tell, tell_note
from camscan.records import Report


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
    from camscan.app.criteria import criteria_of
    from camscan.app.discovering import ask_segment, asking_interfaces, cut_off
    from camscan.app.verdicts import judged
    from camscan.cli.watching import Watch
    from camscan.cli.writing import ready, summarize, write_report
    from camscan.net.kernel import eventloop

    ready(format_, output)
    criteria = criteria_of(policies, folders)
    watch = Watch(lambda seen: judged(seen, criteria), quiet=quiet)
    asking, notes = asking_interfaces(names), tuple(cut_off(names))
    if not quiet:
        tell_note(*(f"{note}." for note in notes))
        tell(f"Listening on {', '.join(dict.fromkeys(i.name for i in asking))} ...")
    with watch.showing():
        scan = eventloop.run(ask_segment(asking, watch))
    devices = judged(sorted(watch.seen, key=lambda o: o.target), criteria)
    ids = tuple(policy.id for policy in criteria.policies)
    answered = {"answered": len({o.target for o in watch.seen})}
    report = Report(replace(scan, notes=(*notes, *scan.notes)), devices, ids, {"": answered}, answered["answered"])
    write_report(report, format_, output)
    summarize(report, format_, output, quiet=quiet)

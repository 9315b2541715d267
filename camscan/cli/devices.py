"""`camscan devices`: look into a stored scan."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camscan.cli import options
from camscan.errors import UsageError
from camscan.records import Judged, Verdict

if TYPE_CHECKING:
    from camscan.identify.library import Library


@click.command()
@options.scan_id
@options.db
@options.judging
@click.option("--maker", metavar="NAME", help="Only devices of this maker.")
@click.option(
    "--verdict", type=click.Choice([verdict.value for verdict in Verdict]), help="Only devices with this verdict."
)
@click.option("--address", metavar="TARGET", help="Only devices at these addresses: an address, a network, a range.")
@options.site
@options.all_hosts
@options.written(*options.FORMAT_NAMES)
@options.quiet
def devices(
    scan_id: str | None,
    db: str | None,
    policies: tuple[str, ...],
    folders: tuple[Path, ...],
    maker: str | None,
    verdict: str | None,
    address: str | None,
    site: str | None,
    all_hosts: bool,
    format_: str,
    output: Path | None,
    quiet: bool,
) -> None:
    """List the devices of a stored scan, judged by today's fingerprints and policies.

    \b
    Examples:
      camscan devices
      camscan devices --verdict listed -o listed.csv
      camscan devices --scan 4f2a --address 10.20.0.0/26
    """
    from camscan.app.judging import chosen_policies, library, report_of
    from camscan.cli.stored import kept, scan_of
    from camscan.cli.writing import write_report
    from camscan.targets import parse

    where = parse([address], whole_networks=True) if address else None

    def wanted(judged: Judged) -> bool:
        device = judged.device
        places = (device.behind.address,) if device.behind else device.addresses
        return (
            (maker is None or (device.maker or "").casefold() == maker.casefold())
            and (verdict is None or judged.verdict == verdict)
            and (where is None or any(place in where for place in places))
        )

    rules, lists = library(folders), chosen_policies(policies, folders)
    with kept(db) as store:
        found = report_of(store, scan_of(store, scan_id, site, quiet=quiet), rules, lists, all_hosts=all_hosts)
    chosen = tuple(filter(wanted, found.devices))
    if maker and not chosen:
        _check_maker(maker, rules)
    if where is not None and not (quiet or chosen or any(one in where for one in found.outcomes)):
        click.echo(f"Note: that scan knows nothing of {address}: it was not among its targets.", err=True)
    write_report(replace(found, devices=chosen, left_out=len(found.devices) - len(chosen)), format_, output)


def _check_maker(name: str, rules: Library) -> None:
    """See that a name of which there is no device is that of a maker: a misspelled one must not read as "none"."""
    from difflib import get_close_matches

    known = {maker.casefold(): maker for maker in rules.vocabulary.makers}
    if name.casefold() not in known:
        near = get_close_matches(name.casefold(), known, n=1)
        remedy = f"write {known[near[0]]!r}" if near else "`camscan fingerprints coverage` lists the makers"
        raise UsageError(f"no maker is called {name!r}: {remedy}")

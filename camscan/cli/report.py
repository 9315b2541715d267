"""`camscan report`: render a stored scan."""

from __future__ import annotations

from pathlib import Path

import click

from camscan.cli import options


@click.command()
@options.scan_id
@options.site
@options.db
@options.policy
@options.fingerprints
@options.all_hosts
@options.tags
@options.format_
@options.output
def report(
    scan_id: str | None,
    site: str | None,
    db: str | None,
    policies: tuple[str, ...],
    folders: tuple[Path, ...],
    all_hosts: bool,
    sensitive: bool,
    core: tuple[str, ...],
    format_: str,
    output: Path | None,
) -> None:
    """Write a report on a stored scan. No packet is sent.

    \b
    Examples:
      camscan report
      camscan report --scan 4f2a --format json -o scan.json
    """
    from camscan.cli.judging import chosen_policies, library, report_of
    from camscan.cli.placing import Tags
    from camscan.cli.stored import scan_of
    from camscan.cli.writing import write_report
    from camscan.store import Store

    with Store.open(db) as store:
        scan = scan_of(store, scan_id, site)
        rules, lists = library(folders), chosen_policies(policies, folders)
        found = report_of(store, scan, rules, lists, all_hosts=all_hosts, tags=Tags(sensitive, core))
    write_report(found, format_, output)

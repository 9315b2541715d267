"""`camscan identify`: rules over stored scans or pasted answers; no packet is sent."""

from __future__ import annotations

from pathlib import Path

import click

from camscan.cli import options


@click.command()
@click.argument("source", required=False, metavar="[FILE|-]")
@options.scan_id
@options.db
@options.policy
@options.fingerprints
@options.all_hosts
@options.format_
@options.output
def identify(
    source: str | None,
    scan_id: str | None,
    db: str | None,
    policies: tuple[str, ...],
    folders: tuple[Path, ...],
    all_hosts: bool,
    format_: str,
    output: Path | None,
) -> None:
    """Judge a stored scan again with today's rules, or name the device behind a pasted answer.

    FILE (or - for stdin) holds one answer as it was copied: an HTTP head, an RTSP answer, an XML or JSON reply,
    ONVIF scopes, a certificate subject, a MAC address, or a JSON file of labelled answers.

    \b
    Examples:
      camscan identify --scan 4f2a
      echo 'Server: App-webs/' | camscan identify -
    """
    from camscan.cli.judging import chosen_policies, library, report_of
    from camscan.cli.stored import scan_of
    from camscan.cli.writing import write_report
    from camscan.store import Store

    rules, lists = library(folders), chosen_policies(policies, folders)
    if source is None:
        with Store.open(db) as store:
            found = report_of(store, scan_of(store, scan_id), rules, lists, all_hosts=all_hosts)
        write_report(found, format_, output)
        return
    _show_pasted(source, rules, lists)


def _show_pasted(source: str, rules: object, lists: object) -> None:
    raise NotImplementedError

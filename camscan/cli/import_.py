"""`camscan import`: the files of other tools become a stored scan; no packet is sent."""

from __future__ import annotations

import contextlib
import sys

import click

from camscan.cli.parameters import completing, options
from camscan.cli.terminal.exits import Exit
from camscan.cli.terminal.telling import is_quiet, tell
from camscan.cli.terminal.waiting import waiting
from camscan.records import ScanStatus
from camscan.scansettings import SWITCH_PORTS


@click.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", callback=options.typed)
@click.option(
    "--kind",
    metavar="NAME",
    shell_complete=completing.kinds,
    help="The kind of file, if its content does not show it, such as nmap-xml or arp.",
)
@options.site
@options.db
@options.quiet
def import_(files: tuple[str, ...], kind: str | None, site: str | None, db: str | None) -> None:
    """Store what other tools found as a scan, so that every command for stored scans works on it.

    The scan is dated by what the files recorded; where they tell no time, by when they were last written.

    It reads packet captures (pcap), nmap's XML, the JSON of masscan, zgrab2, httpx and Shodan, masscan's lists,
    runZero's exports as JSONL (services.jsonl; of assets.jsonl, the MAC addresses alone), Zeek's software, ssl and dhcp
    logs, the DHCP leases of dnsmasq, ISC dhcpd and Kea, the output of `ip neigh`, `arp -a` and the like, ARP tables and
    leases as routers and switches show them, tables of addresses and MAC addresses as CSV or JSON (such as the clients
    of a controller), and lists of banners (lines of address, port and answer, or JSON with `ip`, `port` and `banner`).
    FILE may be - for stdin. The ID of the new scan is printed.

    A table of a switch (`show mac address-table`) holds no IP addresses: give it together with the ARP table of the
    router, which has them. What no other file tells of goes by its MAC address. Reports on all scans in the store show
    from then on to which port each device is connected.

    \b
    Examples:
      camscan import site.xml dnsmasq.leases --site headquarters
      ip neigh | camscan import -
      camscan import arp.txt mac-address-table.txt
      zcat shodan.json.gz | camscan import - --kind shodan
    """
    from camscan.app.judging.criteria import library
    from camscan.app.judging.keptdevices import merged
    from camscan.app.scanning.passive import ImportedFile, Records, import_records
    from camscan.cli.parameters.stored import same_store, tell_new_site
    from camscan.imports.files.base import SNIFFED
    from camscan.imports.registry import reader_for
    from camscan.imports.sources import head, opened
    from camscan.store.store import Store

    with contextlib.ExitStack() as stack:
        read = []
        for name in files:
            source = stack.enter_context(opened(name))
            read.append(ImportedFile(source, reader_for(head(source.stream, SNIFFED), kind, source.name)))
        records = Records(read)  # or else there is nothing to read, and no store is made
        with Store.open(db) as store:
            tell_new_site(store, site)
            with waiting(f"Importing {', '.join(files)}"):
                scan = import_records(store, records, site)
            if not is_quiet():
                tell(*(file.outcome for file in read))
                command = f"camscan report --scan {scan.id}{same_store()}"
                tell(f"`{command}` shows it, also if a later scan is stored.")
                if SWITCH_PORTS in scan.settings:
                    tell("Reports on other scans show the switch ports of these devices, too.")
            click.echo(scan.id)
            with waiting("Naming the devices"):
                merged(store, scan, library())  # else the first look at the scan would have to derive them
    blind = not any(file.summary.whole for file in read)
    if blind:
        tell("Nothing that tells of devices was read.")
    sys.exit(Exit.DONE if scan.status is ScanStatus.COMPLETE and not blind else Exit.INCOMPLETE)

"""`camscan devices`: look into a stored scan."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import click

from camscan.cli.parameters import options
from camscan.cli.terminal.exits import Exit, exit_code
from camscan.cli.terminal.output import FORMAT_NAMES, Output, written
from camscan.cli.terminal.telling import is_quiet, mention, tell_note
from camscan.cli.terminal.waiting import waiting
from camscan.errors import TargetError, UsageError
from camscan.records import Device, Judged, Origin, Outcome, Report, Scan, ScanStatus, Verdict
from camscan.reports import FORMATS

if TYPE_CHECKING:
    from camscan.identify.library import Library
    from camscan.store.store import Store
    from camscan.targets import TargetSet


_MAX_TOLD = 16
"""Addresses without a device of which each is told of."""
_MAX_SITES = 20
_SEVERAL = tuple(name for name, form in FORMATS.items() if form.several)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which devices were asked for; what is empty asks for all. Names are held in lower case."""

    makers: frozenset[str] = frozenset()
    brands: frozenset[str] = frozenset()
    verdicts: frozenset[str] = frozenset()
    where: TargetSet | None = None
    macs: frozenset[str] = frozenset()

    def __call__(self, judged: Judged) -> bool:
        """Whether this is one of them."""
        device = judged.device
        return (
            (not self.makers or (device.maker or "").casefold() in self.makers)
            and (not self.brands or (device.brand or "").casefold() in self.brands)
            and (not self.verdicts or judged.verdict in self.verdicts)
            and ((self.where is None and not self.macs) or device.mac in self.macs or self._there(device))
        )

    def _there(self, device: Device) -> bool:
        places = (device.behind.address,) if device.behind else device.addresses
        return self.where is not None and any(place in self.where for place in places)

    def of(self, found: Report) -> Report:
        """A report with these devices alone."""
        chosen = tuple(filter(self, found.devices))
        counts = Counter(judged.verdict for judged in found.devices)
        counts.subtract(judged.verdict for judged in chosen)
        return replace(found, devices=chosen, left_out=+counts)


@click.command()
@click.argument("addresses", nargs=-1, metavar="[ADDRESS]...")
@options.scan_id
@options.db
@options.judging
@click.option("--maker", "makers", multiple=True, metavar="NAME", help="Only devices of this maker; repeatable.")
@click.option("--brand", "brands", multiple=True, metavar="NAME", help="Only devices with this label; repeatable.")
@click.option(
    "--verdict",
    "verdicts",
    multiple=True,
    type=options.choice([verdict.value for verdict in Verdict]),
    help="Only devices with this verdict; repeatable.",
)
@options.site
@click.option(
    "--each-site",
    is_flag=True,
    help=f"List the devices of the latest scan of each site, as {', '.join(_SEVERAL[:-1])} or {_SEVERAL[-1]}.",
)
@options.all_hosts
@written(*FORMAT_NAMES)
@options.fail_on_devices
@options.quiet
def devices(
    addresses: tuple[str, ...],
    scan_id: str | None,
    db: str | None,
    judging: options.Judging,
    makers: tuple[str, ...],
    brands: tuple[str, ...],
    verdicts: tuple[str, ...],
    site: str | None,
    each_site: bool,
    all_hosts: bool,
    out: Output,
    fail_on: tuple[str, ...],
) -> None:
    """List the devices of a stored scan, judged by today's fingerprints and policies.

    ADDRESS is an address, a network or a range: only devices there are listed. The scan is then the latest one that
    knows the first of them. It may also be a MAC address, in any notation: of the latest scan, the device that has it.

    \b
    Examples:
      camscan devices 10.20.0.15
      camscan devices 10.20.0.0/26 --scan 4f2a --maker Axis
      camscan devices --site depot --fail-on listed
      camscan devices --verdict listed --verdict suspected -o go-and-look.csv
      camscan devices --each-site -o estate.xlsx
      camscan devices --each-site --verdict listed -o for-the-board.html
    """
    from camscan.app.judging.switchports import SwitchPortLookup
    from camscan.app.reporting.scanreport import report_of
    from camscan.cli.parameters.stored import open_store, scan_of
    from camscan.targets import usual

    if each_site:
        _check_each(site or scan_id, out)
    places, where, macs = _asked(addresses)
    criteria = judging.criteria()
    named = frozenset(map(str.casefold, makers)), _labels(brands, criteria.rules), frozenset(verdicts)
    wanted = Wanted(*named, where, frozenset(macs.values()))
    with open_store(db) as store:
        if each_site:
            _check_makers(makers, criteria.rules)
            judged = partial(report_of, criteria=criteria, all_hosts=all_hosts, ports=SwitchPortLookup(store))
            every = _latest(store, judged, out, chosen=bool(judging.policies))
            sys.exit(_write_each(every, wanted, out, fail_on))
        taken = scan_of(store, scan_id, site, about=usual(places[0]) if places else None)
        with waiting(f"Reading scan {taken.id}"):
            found = report_of(store, taken, criteria, all_hosts=all_hosts)
        chosen = wanted.of(found)
        _check_makers(makers, criteria.rules, chosen.devices)
        if not is_quiet():
            _tell_fate(store, found, _bare(found, places) if chosen.devices else places, macs)
    out.write_report(chosen)
    sys.exit(exit_code(chosen, fail_on) if fail_on else Exit.DONE)


def _labels(names: Iterable[str], rules: Library) -> frozenset[str]:
    from camscan.cli.parameters.naming import find

    return frozenset(find(name, rules).name.casefold() for name in names)


def _asked(addresses: Sequence[str]) -> tuple[list[str], TargetSet | None, dict[str, str]]:
    """The arguments that are no MAC addresses, as text and as a set; the MACs as they were written, then as usual."""
    from camscan.targets import known_addresses, parse

    macs = {
        text: link for text in addresses if not known_addresses([text], whole_networks=True) and (link := _mac(text))
    }
    places = [text for text in addresses if text not in macs]
    try:
        return places, parse(places, whole_networks=True) if places else None, macs
    except TargetError as error:
        raise TargetError(f"{error}; a maker, a label or a scan is chosen with --maker, --brand or --scan") from None


def _mac(text: str) -> str | None:
    from camscan.codecs.text import mac  # which takes a while to load

    return mac(text)


def _latest(store: Store, judged: Callable[[Store, Scan], Report], out: Output, *, chosen: bool) -> Iterator[Report]:
    """The latest report of each site, by name, with its burn-down where the format shows that (`chosen`: see there)."""
    from camscan.app.reporting.registering import with_progress
    from camscan.cli.parameters.stored import newest_of_each_site

    scans = sorted(newest_of_each_site(store), key=lambda scan: (scan.site is None, (scan.site or "").casefold()))
    found = (judged(store, scan) for scan in scans)
    if not FORMATS[out.format].sums_up:
        return found
    return (with_progress(store, one, chosen=chosen, site_or_none=True) for one in found)


def _write_each(every: Iterable[Report], wanted: Wanted, out: Output, fail_on: Sequence[str]) -> Exit:
    """Write the latest report of each site, and say of which sites it tells less than it should; the worst code."""
    blind, partial, codes = list[str](), list[str](), set[Exit]()

    def of(report: Report) -> Report:
        chosen = wanted.of(report)
        codes.add(exit_code(chosen, fail_on))
        return chosen

    out.write_reports(map(of, _watched(every, blind, partial)))
    _mention("could not look, so none of their devices is listed", blind)
    _mention("could not look at all of it, so there may be more devices", partial)
    return max(codes) if fail_on else Exit.DONE


def _watched(reports: Iterable[Report], blind: list[str], partial: list[str]) -> Iterator[Report]:
    """The reports, passed on; the sites of scans that saw nothing, or not all, are noted."""
    from camscan.reports.blindness import is_blind

    for report in reports:
        scan = report.scan
        if scan.origin is Origin.SCAN and not report.devices and is_blind(report):
            blind.append(scan.site or "no site")
        elif scan.origin is Origin.SCAN and scan.status is not ScanStatus.COMPLETE:
            partial.append(scan.site or "no site")
        yield report


def _mention(what: str, sites: Sequence[str]) -> None:
    """Say of which sites the latest scan tells less than it should: an empty part of a list does not show that."""
    from camscan.text.wording import joined

    if sites:
        mention(f"Note: the latest scans of these sites {what}: {joined(sites, _MAX_SITES)}.")


def _bare(found: Report, addresses: Sequence[str]) -> list[str]:
    """Of several addresses, networks or ranges, those at which the scan has no device at all."""
    from camscan.targets import parse, usual

    there = {address for judged in found.devices for address in judged.device.addresses}
    asked = (one for one in addresses if len(addresses) > 1 and usual(one) not in there)
    return [one for one in asked if not any(map(parse([one], whole_networks=True).__contains__, there))]


def _tell_fate(store: Store, found: Report, addresses: Sequence[str], macs: Mapping[str, str]) -> None:
    """Say of each of some addresses, at which no device is, what became of it, and what was seen there before.

    Of each MAC address that no device shows, say that.
    """
    from camscan.cli.parameters.stored import last_seen_at
    from camscan.targets import parse, usual

    for address in addresses[:_MAX_TOLD]:
        seen = last_seen_at(store, found.scan, usual(address))
        for told in filter(None, (_fate(found, parse([address], whole_networks=True), address), seen)):
            tell_note(f"{told}.")
    known = {judged.device.mac for judged in found.devices}
    for text in [text for text, mac in macs.items() if mac not in known][:_MAX_TOLD]:
        tell_note(f"no device in that scan shows the MAC address {text}.")


def _fate(found: Report, where: TargetSet, named: str) -> str:
    """What became of addresses at which no device is: as "10.0.0.0/30 in that scan: 1 silent, 1 excluded"."""
    counts = Counter(outcome for address, outcome in found.outcomes.items() if address in where)
    if not counts:
        return f"that scan knows nothing of {named}: it was not among its targets"
    several = where.count > 1
    told = ", ".join(f"{number:,} {outcome}" if several else outcome for outcome, number in counts.most_common())
    answered = "; --all shows what is no surveillance device, too" if counts[Outcome.ANSWERED] else ""
    return f"{named} in that scan: {told}{answered}"


def _check_each(named: str | None, out: Output) -> None:
    from camscan.cli.parameters.stored import check_each_site

    check_each_site(named)
    if out.format not in _SEVERAL:
        raise UsageError(f"{out.format} holds one scan only: use --each-site with {', '.join(_SEVERAL)}")


def _check_makers(makers: Sequence[str], rules: Library, found: Iterable[Judged] = ()) -> None:
    """See that names of which there is no device are makers: a misspelled one must not read as "none"."""
    from camscan.cli.parameters.naming import no_maker

    there = {(judged.device.maker or "").casefold() for judged in found}
    for name in makers:
        one = name.casefold()
        if one not in there and one not in map(str.casefold, rules.vocabulary.makers):
            raise UsageError(f"unknown maker {name!r}: {no_maker(name, rules)}")

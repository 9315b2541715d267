"""`camscan fingerprints`: look into the library, check it, and see why a device was named."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from textwrap import wrap

import click

from camscan.cli.brands import brands
from camscan.cli.evaluate import evaluate
from camscan.cli.parameters import options
from camscan.cli.parameters.groups import CommandGroup
from camscan.cli.parameters.naming import no_maker, remedy
from camscan.cli.terminal.exits import Exit
from camscan.cli.terminal.telling import tell, tell_note
from camscan.cli.terminal.writing import page, write
from camscan.errors import UsageError
from camscan.records import Judged, LedgerEntry, Observation, Outcome
from camscan.reports.columns import lines
from camscan.reports.escape import terminal
from camscan.text.wording import plural

_MAX_PLACE = 200


@click.group(cls=CommandGroup)
def fingerprints() -> None:
    """List, check and explain the fingerprints."""


fingerprints.add_command(brands)
fingerprints.add_command(evaluate)


@fingerprints.command("list")
@click.option("--maker", metavar="NAME", help="Only rules of this maker.")
@options.fingerprints
def list_rules(maker: str | None, folders: tuple[Path, ...]) -> None:
    """List the rules: id, maker, level and what they look at.

    \b
    Example:
      camscan fingerprints list --maker Axis
    """
    from camscan.app.judging.criteria import library

    whole = library(folders)
    found = [rule for rule in whole.rules if maker is None or (rule.maker or "").casefold() == maker.casefold()]
    if maker is not None and not found:
        raise UsageError(f"no rule names the maker {maker!r}: {no_maker(maker, whole)}")
    looks_at = (", ".join(dict.fromkeys(match.field for match in rule.matches)) for rule in found)
    levels = ("doubt" if rule.doubt else str(rule.level) for rule in found)
    rows = [(rule.id, rule.maker or "-", *how) for rule, *how in zip(found, levels, looks_at, strict=True)]
    write(lines(rows), None)


@fingerprints.command()
@click.option("--strict", is_flag=True, help="Fail on files that cannot be loaded, instead of skipping them.")
@options.fingerprints
def check(strict: bool, folders: tuple[Path, ...]) -> None:
    """Run every rule against its own examples and near misses, and against the other makers' examples.

    Given folders of your own rules, it runs these alone, also against the examples of the built-in ones. If a folder
    has brands too, it runs all.

    \b
    Examples:
      camscan fingerprints check
      camscan fingerprints check --fingerprints my-rules --strict
    """
    from camscan.app.judging.criteria import chosen_policies, whole_library
    from camscan.identify.check import check as faults_of
    from camscan.identify.examples import examples_of

    rules = whole_library(folders, strict=strict)
    chosen_policies((), folders)
    own = None
    if folders and not any(_stands_in(folders, brand.file) for brand in rules.brands):
        own = [rule for rule in rules.rules if _stands_in(folders, rule.file)]
    tomorrow = datetime.now(UTC) + timedelta(days=1)  # it is, somewhere
    faults = list(faults_of(rules, own, f"{tomorrow:%Y-%m}"))
    for fault in faults:
        click.echo(fault)
    tell_note(*rules.overridden)
    ran = rules.rules if own is None else own
    examples = sum(len(examples_of(rule)) for rule in ran)
    looked_at = f"{plural(len(ran), 'rule')} with {plural(examples, 'example')}"
    beside = f"{len(rules.brands)} brands" if own is None else f"beside {len(rules.rules) - len(ran):,} other rules"
    tell(f"{looked_at}, {beside}: {plural(len(faults), 'fault')}")
    sys.exit(Exit.FAILED if faults else Exit.DONE)


def _stands_in(folders: tuple[Path, ...], file: str) -> bool:
    return any(Path(file).is_relative_to(folder) for folder in folders)


@fingerprints.command()
@click.option("--maker", "makers", multiple=True, metavar="NAME", help="Only rules of this maker; repeatable.")
@options.fingerprints
def coverage(makers: tuple[str, ...], folders: tuple[Path, ...]) -> None:
    """Count each maker's rules and examples by channel: as a matrix, or as a list on a narrow terminal.

    \b
    Example:
      camscan fingerprints coverage --maker Axis
    """
    from camscan.app.judging.criteria import library
    from camscan.identify.coverage import coverage as counted

    rules = library(folders, examples=True)
    table = {maker: counts for maker, counts in counted(rules).items() if counts}
    if makers:
        known = {maker.casefold(): maker for maker in table}
        if unknown := next((maker for maker in makers if maker.casefold() not in known), None):
            raise UsageError(f"no rule names the maker {unknown!r}: {no_maker(unknown, rules)}")
        table = {known[maker.casefold()]: table[known[maker.casefold()]] for maker in makers}
    channels = list(dict.fromkeys(channel for counts in table.values() for channel in counts))
    width = max(map(len, table), default=0)
    room = page(to_file=False).width
    if sys.stdout.isatty() and width + 1 + 10 * len(channels) > room:
        for maker, counts in table.items():
            told = ", ".join(f"{name} {c.rules}/{c.examples}" for name, c in counts.items())
            click.echo("\n".join(wrap(f"{maker}: {told}", room, subsequent_indent="  ", break_on_hyphens=False)))
        return
    click.echo(f"{'rules/examples':<{width}}  " + " ".join(f"{channel:>9}" for channel in channels))
    for maker, counts in table.items():
        cells = (f"{c.rules}/{c.examples}" if (c := counts.get(channel)) else "" for channel in channels)
        click.echo(f"{maker:<{width}}  " + " ".join(f"{cell:>9}" for cell in cells).rstrip())


@fingerprints.command("try")
@click.argument("field")
@click.argument("value")
@options.fingerprints
def try_value(field: str, value: str, folders: tuple[Path, ...]) -> None:
    """Match one value against the rules.

    FIELD is one of those that `camscan fingerprints explain --answers` shows.

    \b
    Example:
      camscan fingerprints try http.server 'App-webs/'
    """
    from camscan.app.judging.criteria import library
    from camscan.identify.check import check_rule

    rules = library(folders, examples=bool(folders))
    if field not in rules.vocabulary.fields:
        raise UsageError(f"no such field: {field}: {_other_fields(field, rules.vocabulary.fields)}")
    observation = Observation(
        "", field.partition(".")[0], Outcome.ANSWERED, datetime.now(UTC), fields={field: (value,)}
    )
    found = rules.identify([observation])
    for hit in found:
        attributes = ", ".join(f"{name} {text}" for name, text in hit.attributes.items())
        brand = f", brand {hit.brand}" if hit.brand else ""
        click.echo(
            f"{hit.rule}: {hit.maker or 'no maker'} ({hit.level}){brand}{': ' if attributes else ''}{attributes}"
        )
    doubts = rules.doubts(observation.fields)
    for rule in doubts:
        click.echo(f"{rule.id}: no more than hints: {rule.doubt}")
    if not found and not doubts:
        click.echo("No rule matches.")
    hits = {hit.rule for hit in found} | {rule.id for rule in doubts}
    for rule in rules.rules:
        if rule.id in hits and _stands_in(folders, rule.file):
            for fault in check_rule(rule, rules):
                tell(f"Warning: {fault}")


def _other_fields(name: str, fields: Iterable[str]) -> str:
    """Which field may be meant by one that does not exist: those of each channel that is called so, or one like it."""
    if called := [known for known in fields if known.partition(".")[2] == name]:
        return f"did you mean {' or '.join(called)}?"
    channels = dict.fromkeys(f"{known.partition('.')[0]}." for known in fields)
    return remedy(name, fields, f"fields begin with {', '.join(channels)}")


@fingerprints.command()
@click.argument("device", metavar="ADDRESS")
@click.option("--answers", is_flag=True, help="Also show what each answer said, field by field, as the rules see it.")
@options.scan_id
@options.db
@options.judging
def explain(device: str, answers: bool, scan_id: str | None, db: str | None, judging: options.Judging) -> None:
    """Explain how one device of a stored scan was judged: every observation, rule, brand edge and policy entry.

    ADDRESS may also be its MAC address, in any notation.

    \b
    Examples:
      camscan fingerprints explain 10.20.0.15
      camscan fingerprints explain 10.20.0.15 --answers
    """
    from camscan.app.judging.switchports import SwitchPortLookup
    from camscan.app.reporting.scanreport import all_devices_in
    from camscan.cli.parameters.stored import last_seen_at, open_store, scan_of
    from camscan.codecs.registry import read_again
    from camscan.codecs.text import mac
    from camscan.identify.explain import explain as explained
    from camscan.targets import is_address, usual

    named = usual(device) if is_address(device) else mac(device)
    if named is None:
        raise UsageError(f"{device!r} is not an address: `camscan devices` lists those of a scan")
    criteria = judging.criteria()
    with open_store(db) as store:
        taken = scan_of(store, scan_id, about=named if is_address(device) else None)
        own = (entry for entry in store.ledger(taken.id, named) if entry.target == named)
        entry = next(own, None)
        every = SwitchPortLookup(store).with_ports(taken, all_devices_in(store, taken, criteria))
        found = [one for one in every if named in (*one.device.addresses, one.device.mac)]
        places = {place for one in found for place in one.device.addresses}
        answered = [read_again(one) for one in store.observations(taken.id) if one.target in places]
        seen = "" if found else last_seen_at(store, taken, named)
    for judgement in found:  # several may have one address
        own_answers = [one for one in answered if one.target in judgement.device.addresses]
        for line in (*explained(criteria.rules, own_answers, judgement.device, answers=answers), *_verdict(judgement)):
            click.echo(line)
    if found:
        return
    told = f"{device} is {_fate(entry)} in that scan" if entry else f"that scan knows nothing of {device}"
    raise UsageError(f"{told}: {seen or '`camscan devices --all` lists what answered'}")


def _fate(entry: LedgerEntry) -> str:
    """What became of an address: for one that was asked in vain, on which channels."""
    fate = entry.outcome
    asked = sorted(name for name, outcome in entry.channels.items() if outcome is fate is Outcome.SILENT)
    return f"{fate} (on {', '.join(asked)})" if asked else fate.value


def _verdict(judgement: Judged) -> Iterator[str]:
    from camscan.reports.words import switch_port_details

    yield f"verdict: {judgement.verdict}"
    for listing in judgement.listed_by:
        yield f"  {listing.policy} lists {listing.entity} since {listing.since}"
    if judgement.switch_port:
        yield f"connected to: {terminal(switch_port_details(judgement.switch_port), _MAX_PLACE)}"

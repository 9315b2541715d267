"""`camscan policy`: the lists that devices are held against."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import click

from camscan.cli.parameters import options
from camscan.cli.parameters.groups import CommandGroup
from camscan.cli.terminal.output import Output, written
from camscan.errors import UsageError
from camscan.reports.escape import terminal
from camscan.text.wording import plural

if TYPE_CHECKING:
    from camscan.policy import Policy

SCHEMA = "camscan-policies/1"
_MAX_SENTENCE = 2_000


@click.group(cls=CommandGroup)
def policy() -> None:
    """Show and check policies: the lists of legal entities and makers by which devices are judged."""


@policy.command("list")
@options.fingerprints
@written("table", "json")
def list_(folders: tuple[Path, ...], out: Output) -> None:
    """List the policies that come with camscan, and those of your own folders.

    \b
    Examples:
      camscan policy list
      camscan policy list --fingerprints my-rules --format json
    """
    from camscan.app.judging.criteria import chosen_policies

    found = chosen_policies((), folders)
    out.write(_json(found) if out.format == "json" else _lines(found, out.width))


@policy.command()
@click.argument("names", nargs=-1, required=True, metavar="ID-OR-FILE...")
@options.fingerprints
@written("table", "json")
def show(names: tuple[str, ...], folders: tuple[Path, ...], out: Output) -> None:
    """Show policies in full: entities, makers, dates, and the sentences that a listed device violates.

    \b
    Examples:
      camscan policy show uk-nil
      camscan policy show ours.yaml --format json
    """
    from camscan.app.judging.criteria import chosen_policies

    found = chosen_policies(names, folders)
    out.write(_json(found) if out.format == "json" else _pages(found))


@policy.command()
@click.argument("paths", nargs=-1, type=options.Existing(path_type=Path, exists=True), metavar="[FILE-OR-FOLDER]...")
@options.fingerprints
def check(paths: tuple[Path, ...], folders: tuple[Path, ...]) -> None:
    """Check policies of your own, and report each fault with its file, line and remedy.

    Without a path, the policies that come with camscan and those of --fingerprints are checked.

    \b
    Examples:
      camscan policy check ours.yaml
      camscan policy check my-rules/policies
    """
    from camscan.policy import check as faults_of
    from camscan.policy import files_in
    from camscan.rulefiles.folder import fingerprints_folder

    libraries = (fingerprints_folder(), *folders)
    places = paths or tuple(library / "policies" for library in libraries)
    files = [file for path in places for file in (files_in(_inner(path)) if not path.is_file() else [path])]
    if not files:
        raise UsageError(f"no policy in {', '.join(map(str, paths))}: a policy is a file that ends in .yaml")
    if faults := [fault for file in files for fault in faults_of(file, libraries)]:
        raise UsageError("\n".join(faults))
    click.echo(f"{len(files)} {'policy' if len(files) == 1 else 'policies'} checked, no faults.")


def _inner(folder: Path) -> Path:
    """Where the policies of a folder are: in one of its own, or in it."""
    inner = folder / "policies"
    return inner if inner.is_dir() else folder


def _json(found: Sequence[Policy]) -> Iterator[str]:
    def plain(value: Any) -> str:
        return str(value.isoformat())

    policies = [{**asdict(one), "makers": one.makers} for one in found]
    yield json.dumps({"schema": SCHEMA, "policies": policies}, default=plain, indent=1) + "\n"


def _lines(found: Sequence[Policy], room: int) -> Iterator[str]:
    """One policy a line; where that is too long, its title stands below."""
    width = max((len(one.id) for one in found), default=0)
    for one in found:
        entities, makers = "entity" if len(one.entities) == 1 else "entities", plural(len(one.makers), "maker")
        counts = f"{len(one.entities):3} {entities:<8}  {makers:>10}"
        head, title = f"{one.id:<{width}}  {terminal(one.jurisdiction):<4}  {one.since}  {counts}", terminal(one.title)
        if len(head) + 2 + len(title) <= room:
            yield f"{head}  {title}\n"
        else:
            yield f"{head}\n"
            yield from (f"  {line}\n" for line in wrap(title, room - 2))


def _pages(found: Sequence[Policy]) -> Iterator[str]:
    for number, one in enumerate(found):
        yield "\n" if number else ""
        yield f"{one.id}: {terminal(one.title)}\n"
        yield f"  {terminal(one.jurisdiction)}, since {one.since}; {terminal(one.citation)}\n  {terminal(one.url)}\n"
        for entity in one.entities:
            said = f" ({terminal(entity.citation)})" if entity.citation else ""
            makers = ", ".join(map(terminal, entity.makers))
            only = f", {', '.join(entity.kinds)} only" if entity.kinds else ""
            yield f"  - {terminal(entity.name)}: {makers}{only}, since {entity.since or one.since}{said}\n"
        for direction in one.directions:
            yield f"  {direction.applies}: {terminal(direction.text, _MAX_SENTENCE)}\n"
            yield f"    {terminal(direction.citation)}, {direction.since or one.since}; {terminal(direction.url)}\n"

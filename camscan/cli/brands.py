"""`camscan fingerprints brands`: who builds the devices of a brand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camscan.cli.parameters import options
from camscan.cli.parameters.naming import find, no_maker
from camscan.cli.terminal.writing import output_width, wrapped
from camscan.errors import UsageError

if TYPE_CHECKING:
    from camscan.identify.library import Library
    from camscan.identify.rules import Brand


@click.command()
@click.argument("names", nargs=-1, metavar="[BRAND]...")
@click.option("--maker", metavar="NAME", help="Only brands that this maker builds for.")
@options.fingerprints
def brands(names: tuple[str, ...], maker: str | None, folders: tuple[Path, ...]) -> None:
    """Show who builds the devices of a brand, how sure that is, and according to which source.

    Each line is a brand, one of its makers, and the confidence that the sources give: high, medium, low or
    unconfirmed. Without BRAND, all are listed.

    \b
    Examples:
      camscan fingerprints brands Amcrest Swann
      camscan fingerprints brands --maker Axis
    """
    from camscan.app.judging.criteria import library
    from camscan.identify.explain import built_by

    rules = library(folders)
    wanted = None if maker is None else maker.casefold()
    told = []
    for brand in _chosen(names, rules):
        edges = (edge for edge in brand.edges if wanted in {None, edge.maker.casefold()})
        told += [f"{brand.name}: {built_by(edge)}" for edge in edges]
        if names and not brand.edges:
            told.append(f"{brand.name}: no other maker is known to build for it")
    click.echo("".join(wrapped(told, output_width(None))), nl=False)
    if wanted is not None and wanted not in {one.casefold() for one in rules.vocabulary.makers}:
        raise UsageError(f"unknown maker {maker!r}: {no_maker(maker or '', rules)}")


def _chosen(names: Sequence[str], rules: Library) -> Sequence[Brand]:
    if not names:
        return sorted(rules.brands, key=lambda brand: brand.name.casefold())
    return [find(name, rules) for name in names]

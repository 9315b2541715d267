"""Names on the command line that are none: what to do about them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from camscan.errors import UsageError

if TYPE_CHECKING:
    from camscan.identify.library import Library
    from camscan.identify.rules import Brand


def find(name: str, rules: Library) -> Brand:
    """The brand of that name or alias. Raises UsageError if there is none."""
    if brand := rules.labels.find(name):
        return brand
    known = (brand.name for brand in rules.brands)
    raise UsageError(f"unknown brand {name!r}: {remedy(name, known, '`camscan fingerprints brands` lists the brands')}")


def no_maker(name: str, rules: Library) -> str:
    """What to do about a name that is no maker's: where it is a brand's, that is said."""
    brand = rules.labels.find(name)
    if brand and brand.edges:
        return f"that is a brand: `camscan fingerprints brands {brand.name!r}` says who builds for it"
    return remedy(name, rules.vocabulary.makers, "`camscan fingerprints coverage` lists the makers")


def remedy(name: str, known: Iterable[str], otherwise: str) -> str:
    """What to do about a name that is none: ask whether the one that it is like was meant, or `otherwise`."""
    from difflib import get_close_matches

    meant = {one.casefold(): one for one in known}
    near = get_close_matches(name.casefold(), meant, n=1, cutoff=0.75)  # among many, one is always similar
    return f"did you mean {meant[near[0]]!r}?" if near else otherwise

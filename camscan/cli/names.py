"""Names that are mistyped: what was meant."""

from __future__ import annotations

from collections.abc import Iterable


def remedy(name: str, known: Iterable[str], otherwise: str) -> str:
    """What to do about a name that is none: write the one that it is like, or `otherwise`."""
    from difflib import get_close_matches

    meant = {one.casefold(): one for one in known}
    near = get_close_matches(name.casefold(), meant, n=1)
    return f"write {meant[near[0]]!r}" if near else otherwise

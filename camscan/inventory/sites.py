"""Which site a row is of, where no column is called so: "Standort" and "emplacement" may mean the site or the room."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from camscan.inventory.reading import Inventory
from camscan.inventory.synonyms import Field
from camscan.inventory.values import key, shown

_SHARE = 0.5
"""Of the rows that name a place; where fewer name a site that is known, the place may be a room of that name."""


def by_place(inventory: Inventory, sites: Iterable[str | None]) -> tuple[Inventory, str]:
    """The inventory with the places of its rows as their sites, where they name sites; and a sentence that tells it.

    Nothing is changed, and "" told, where a column is called a site, or no place is called like one.
    """
    known = {key(site) for site in sites if site}
    places = [row.location for row in inventory.rows if row.location]
    named = sum(key(place) in known for place in places)
    if not named or any(Field.SITE in sheet.columns.of for sheet in inventory.sheets):
        return inventory, ""
    column = ", ".join(_columns(inventory))
    what = f"{named:,} of {len(places):,} rows hold a site of the store there"
    if named < len(places) * _SHARE:
        return inventory, f"Note: {what}: if {column} says of which site a row is, add --map site={column}."
    rows = tuple(replace(row, site=row.location) for row in inventory.rows)
    return replace(inventory, rows=rows), f"Taking {column} as the site of a row: {what}."


def _columns(inventory: Inventory) -> Iterable[str]:
    """The names of the columns that hold the place, each once."""
    used = ((sheet.columns.names, sheet.columns.of.get(Field.LOCATION, ())) for sheet in inventory.sheets)
    return dict.fromkeys(shown(names[at]) for names, places in used for at in places)

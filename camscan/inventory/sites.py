"""Which site a row is of, where no column is called so: "Standort" and "emplacement" may mean the site or the room."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import replace

from camscan.inventory.keys import site_key
from camscan.inventory.records import Inventory
from camscan.inventory.synonyms import Field
from camscan.inventory.values import shown
from camscan.text.wording import joined

_MAX_NAMED = 8
_SHARE = 0.5
"""Of the rows that name a place; where fewer name a site that is known, the place may be a room of that name."""


def by_place(inventory: Inventory, sites: Iterable[str | None]) -> tuple[Inventory, str]:
    """The inventory with the places or sheets of its rows as their sites, where they name sites; and what tells it.

    Nothing is changed where a column is called a site, or no place and no sheet is called like one.
    """
    known = {site_key(site): site for site in sites if site}
    if any(Field.SITE in sheet.columns.of for sheet in inventory.sheets):
        return inventory, _strange(inventory, known)
    places = [row.location for row in inventory.rows if row.location]
    named = sum(site_key(place) in known for place in places)
    if not named:
        return _by_sheet(inventory, known)
    column = ", ".join(_columns(inventory))
    what = f"{named:,} of {len(places):,} rows hold a site of the store there"
    if named < len(places) * _SHARE:
        return inventory, f"Note: {what}: if {column} says of which site a row is, add --map site={column}."
    rows = tuple(replace(row, site=row.location) for row in inventory.rows)
    return replace(inventory, rows=rows), f"Taking {column} as the site of a row: {what}."


def _by_sheet(inventory: Inventory, known: Container[str]) -> tuple[Inventory, str]:
    """Likewise, of the sheets: those that are called like a site hold its rows, and the others leave it open."""
    sheets = {sheet.sheet for sheet in inventory.sheets if sheet.rows and site_key(sheet.sheet) in known}
    if not sheets:
        return inventory, ""
    rows = tuple(replace(row, site=row.sheet) if row.sheet in sheets else row for row in inventory.rows)
    told = ", ".join(map(shown, sorted(sheets)))
    return replace(inventory, rows=rows), f"Taking the name of a sheet as the site of its rows: {told}."


def _strange(inventory: Inventory, known: Mapping[str, str]) -> str:
    """What to tell where a column is called a site, and none of its names is that of a site that is known."""
    named = [row.site for row in inventory.rows if row.site]
    if not named or not known or any(site_key(site) in known for site in named):
        return ""
    column, some = ", ".join(_columns(inventory, Field.SITE)), joined(sorted(map(shown, known.values())), _MAX_NAMED)
    return f"Note: no name in {column} is that of a site of the store ({some}): each row may be of any site."


def _columns(inventory: Inventory, field: Field = Field.LOCATION) -> Iterable[str]:
    """The names of the columns that hold the place, or another field, each once."""
    used = ((sheet.columns.names, sheet.columns.of.get(field, ())) for sheet in inventory.sheets)
    return dict.fromkeys(shown(names[at]) for names, places in used for at in places)

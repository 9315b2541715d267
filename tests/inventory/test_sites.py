"""A column of places is that of sites where it names sites, and else stays one of places."""

from __future__ import annotations

from pathlib import Path

import pytest

from camscan.inventory.reading import read_inventory
from camscan.inventory.records import Inventory
from camscan.inventory.sites import by_place

STORED = ("München", "Köln Süd", None)


def inventory(tmp_path: Path, *places: str, head: str = "Standort") -> Inventory:
    path = tmp_path / "liste.csv"
    rows = (f"10.0.0.{number};{place}" for number, place in enumerate(places, 1))
    path.write_text("\n".join((f"IP-Adresse;{head}", *rows)))
    return read_inventory(path)


def test_places_that_name_sites_are_sites(tmp_path: Path) -> None:
    found, told = by_place(inventory(tmp_path, "münchen", "KÖLN-SÜD", "Berlin", ""), STORED)
    assert [row.site for row in found.rows] == ["münchen", "KÖLN-SÜD", "Berlin", None]
    assert told == "Taking 'Standort' as the site of a row: 2 of 3 rows hold a site of the store there."


def test_a_room_that_is_called_like_a_site_is_only_told(tmp_path: Path) -> None:
    listed = inventory(tmp_path, "München", "Foyer", "Keller")
    found, told = by_place(listed, STORED)
    assert found == listed
    assert told.startswith("Note: 1 of 3 rows hold a site of the store there: ")
    assert told.endswith("add --map site='Standort'.")


@pytest.mark.parametrize("sites", [(), (None,), ("Hamburg",)])
def test_without_such_sites_nothing_is_said(tmp_path: Path, sites: tuple[str | None, ...]) -> None:
    listed = inventory(tmp_path, "München", "Köln Süd")
    assert by_place(listed, sites) == (listed, "")


def test_a_column_of_sites_goes_before_one_of_places(tmp_path: Path) -> None:
    listed = inventory(tmp_path, "Nord;München", "Nord;München", head="Liegenschaft;Standort")
    assert [row.site for row in listed.rows] == ["Nord", "Nord"]
    assert by_place(listed, ("Nord", "München")) == (listed, "")


def test_a_column_of_sites_that_names_none_of_the_store_is_told(tmp_path: Path) -> None:
    listed = inventory(tmp_path, "Adams Elem.", "Bryant Elem.", head="School")
    assert [row.site for row in listed.rows] == ["Adams Elem.", "Bryant Elem."]
    told = (
        "Note: no name in 'School' is that of a site of the store ('Köln Süd', 'München'): each row may be of any site."
    )
    assert by_place(listed, STORED) == (listed, told)
    assert by_place(listed, (None,)) == (listed, "")
    _, told = by_place(listed, [f"site {number}" for number in range(10)])
    assert "('site 0', 'site 1', 'site 2', 'site 3', 'site 4', 'site 5', 'site 6', 'site 7' and 2 more)" in told
    assert by_place(listed, (*STORED, "adams elem")) == (listed, "")
    empty = inventory(tmp_path, "", head="School")
    assert by_place(empty, STORED) == (empty, "")


def test_sheets_that_are_called_like_sites_hold_their_rows(tmp_path: Path) -> None:
    path = tmp_path / "liste.json"
    path.write_text(
        '{"Köln-Süd": [{"ip": "10.0.0.1"}], "München": [{"ip": "10.0.0.1"}], "Other": [{"ip": "10.0.0.2"}]}'
    )
    found, told = by_place(read_inventory(path), STORED)
    assert [row.site for row in found.rows] == ["Köln-Süd", "München", None]
    assert told == "Taking the name of a sheet as the site of its rows: 'Köln-Süd', 'München'."

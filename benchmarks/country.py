"""A store at the size of a country: 210,000 devices at 3,000 sites, twelve sweeps of each.

    python benchmarks/country.py make FOLDER [--sites N] [--seconds S]    go on making it, for so long at most
    python benchmarks/country.py check FOLDER                             hold some of it against what it should be
    python benchmarks/country.py stamp FOLDER                             after a change that changes no device
    python benchmarks/asked.py FOLDER                                     what the commands take on it

Each site is a /24 with 70 devices of one fleet, of which each gives two answers; in the course of the year some are
removed, replaced, moved and updated. `make` writes the rows that twelve sweeps leave, answers, devices, register and
memory, each made by the program's own functions, but without a transaction for each sweep: for `KINDS` sites that stand
nowhere, of which the others are copies with names, numbers, addresses, digests and times of their own. `check` derives
a hundred sweeps again from their answers, and makes some sites directly, and holds all rows of theirs against them.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import sqlite3
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.country_rows import ROOM, Copier, Maker, insert, numbered
from benchmarks.country_sites import KINDS, SITES, SWEEPS, Place, Unit, last_units, pattern, place
from benchmarks.inventory_made import HEAD
from camscan.app.judging.criteria import Criteria, library
from camscan.app.judging.identifying import derived
from camscan.app.judging.keptdevices import basis as derived_basis
from camscan.app.judging.keptdevices import merged
from camscan.app.reporting.registering import basis as register_basis
from camscan.app.reporting.registering import with_builtin
from camscan.store.derived import Extent, rows_of
from camscan.store.store import Store

AT_ONCE = 20
"""Sites in one transaction."""


def make(folder: Path, sites: int, seconds: float) -> None:
    """Go on with the site after the last that was written as a whole."""
    folder.mkdir(exist_ok=True)
    began, file, maker = time.monotonic(), folder / "estate.db", Maker()
    Store.open(file).close()
    copiers = [Copier(maker.rows(pattern(kind)), pattern(kind)) for kind in range(KINDS)]
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA cache_size=-400000")
    first = done = connection.execute("SELECT count(*) FROM memories").fetchone()[0]
    while done < sites and time.monotonic() - began < seconds:
        for number in range(done, min(done + AT_ONCE, sites)):
            at = place(number)
            insert(connection, numbered(copiers[at.kind].rows(at), at, maker.stamp))
            done = number + 1
        connection.commit()
    took, size = time.monotonic() - began, file.stat().st_size
    print(f"{done:,} of {sites:,} sites; {done - first} in {took:.0f} s; {size / 1e9:.2f} GB", flush=True)
    if done == sites:
        write_list(folder, sites)
        write_config(folder, sites)


def write_list(folder: Path, sites: int) -> None:
    """Write an inventory of the estate: of a hundred rows 90 are right; see `row`."""
    there = ((place(site), unit) for site in range(sites) for unit in last_units(site % KINDS))
    with (folder / "list.csv").open("w", newline="", encoding="utf-8") as file:
        rows = (row(number, at, unit) for number, (at, unit) in enumerate(there))
        csv.writer(file).writerows(((*HEAD, "Site"), *rows))


def row(number: int, at: Place, unit: Unit) -> tuple[str, ...]:
    """Of a hundred 3 have moved, 2 name another make, 3 are gone, 1 stands twice, 1 says nothing."""
    kind = number % 100
    who = replace(unit, number=unit.number + 200) if 95 <= kind < 98 else unit
    if kind == 99:
        return ("Lamp", "", "", "", "", "", "", "", at.name)
    where = f"{at.network}{240 + number % 10}" if 90 <= kind < 93 or 95 <= kind < 98 else unit.address(at)
    make = "Bosch" if kind in {93, 94} else "Hikvision"
    told = (f"Camera {number}", where, who.mac(at), who.serial(at)[-9:], make, who.model, f"Room {number % 99}")
    return (*told, "twice" if kind == 98 else "checked in May", at.name)


def write_config(folder: Path, sites: int) -> None:
    """Write the configuration by which the estate is swept."""
    places = (f'[[site]]\nname = "{at.name}"\nnetworks = ["{at.network}0/24"]\n' for at in map(place, range(sites)))
    head = f'[store]\nurl = "estate.db"\n[retention]\nsweeps = {SWEEPS}\ndays = 0\n'
    (folder / "camscan.toml").write_text(head + "".join(places))


def check(folder: Path, sweeps: int = 100, sites: int = 10) -> None:
    """Hold some sweeps against what is derived of their answers, and some sites against all that makes them."""
    maker, draw = Maker(), random.Random()
    with Store.open(folder / "estate.db") as store:
        scans = store.scans()
        for scan in draw.sample(scans, sweeps):
            if derived(store.stored(scan.id), maker.rules) != list(merged(store, scan, maker.rules)):
                sys.exit(f"scan {scan.id} of {scan.site} is not as it is derived")
    connection = sqlite3.connect(folder / "estate.db")
    connection.row_factory = sqlite3.Row
    for number in [0, *draw.sample(range(len(scans) // SWEEPS), sites)]:  # in the first, addresses are like the gateway
        at = place(number)
        for table, rows in numbered(maker.rows(at), at, maker.stamp).items():
            if (found := stored(connection, table, at)) != plain(rows):
                sys.exit(f"{at.name}: {len(plain(rows) ^ found)} rows of {table} are not as they are made")
    print(f"{sweeps} sweeps are as they are derived, {sites} sites as they are made")


def stored(connection: sqlite3.Connection, table: str, at: Place) -> set[str]:
    """The rows of a site in the store."""
    of = {"observations": "scan", "ledger": "scan", "derived": "scan", "derived_parts": "scan", "scans": "number"}
    of |= {"register": "number", "register_tracks": "entry", "register_keys": "entry"}
    of |= {"states": "number", "state_keys": "state"}
    column = of.get(table, "site")
    room = ROOM["scans" if column == "scan" or table == "scans" else "states" if "state" in table else "register"]
    low, high = at.number * room + 1, (at.number + 1) * room
    where = "site = ?" if column == "site" else f"{column} BETWEEN ? AND ?"
    values = (at.name,) if column == "site" else (low, high)
    return plain(map(dict, connection.execute(f"SELECT * FROM {table} WHERE {where}", values)))  # noqa: S608 ours


def plain(rows: Iterable[Mapping[str, Any]]) -> set[str]:
    return {repr([(name, unordered(row[name])) for name in sorted(row)]) for row in rows}


def unordered(value: Any) -> Any:
    """The same value, with what was a set in it in an order of its own."""
    if isinstance(value, str) and value.startswith("{"):
        return unordered(json.loads(value))
    if isinstance(value, dict):
        return {name: unordered(one) for name, one in value.items()}
    return sorted(map(unordered, value), key=repr) if isinstance(value, list) else value


def stamp(folder: Path) -> None:
    """Say of all that is kept that code and rules of today made it, once `check` would find no difference but that."""
    rules = library()
    now = derived_basis(rules)
    connection = sqlite3.connect(folder / "estate.db")
    connection.execute("PRAGMA synchronous=OFF")
    query = (
        "SELECT s.id, d.scan, d.extent, p.data FROM derived d JOIN scans s ON s.number = d.scan JOIN derived_parts p"
    )
    for scan, number, extent, data in connection.execute(f"{query} ON p.scan = d.scan").fetchall():
        count, last = map(int, extent.split(" to "))
        _, (part,) = rows_of(Extent(scan, number, count, last), now, [data])
        connection.execute("UPDATE derived_parts SET digest = ? WHERE scan = ?", (part["digest"], number))
    connection.execute("UPDATE derived SET basis = ?", (now,))
    connection.execute("UPDATE registered SET basis = ?", (register_basis(with_builtin(Criteria(rules))),))
    connection.commit()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("make", "check", "stamp"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sites", type=int, default=SITES)
    parser.add_argument("--seconds", type=float, default=3600)
    words = parser.parse_args()
    if words.what == "make":
        make(words.folder, words.sites, words.seconds)
    elif words.what == "check":
        check(words.folder)
    else:
        stamp(words.folder)


if __name__ == "__main__":
    main()

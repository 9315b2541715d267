"""What one row of an inventory says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest

from camscan.inventory import retired, values
from camscan.inventory.columns import Columns, letters
from camscan.inventory.synonyms import DITTO, Field
from camscan.inventory.tables import Line
from camscan.inventory.values import Read

_TEXTS = {
    which.replace("-", "_"): which
    for which in (Field.MAKE, Field.MODEL, Field.MAKE_MODEL, Field.SITE, Field.LOCATION, Field.NAME, Field.ASSET)
}
_MISTYPED = re.compile(r"\d{1,3}(?:[., ]+\d{1,3}){3}|\d{1,3}(?:-\d{1,3}){3}", re.ASCII)
_MAX_DITTO = 20
_NUMBER = re.compile(r"\d+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `number` is its line or row in the file, `names` and `cells` are what stands there, raw but cut.

    `faults` says what in it is broken or not used, and why.
    """

    number: int
    cells: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    sheet: str = ""
    addresses: tuple[str, ...] = ()
    macs: tuple[str, ...] = ()
    serial: str | None = None
    endpoint: str | None = None
    hostname: str | None = None
    make: str | None = None
    model: str | None = None
    make_model: str | None = None
    """Make and model in one text; which words are the make is known to who knows makes."""
    site: str | None = None
    location: str | None = None
    name: str | None = None
    asset: str | None = None
    """What the list itself calls the device by: the number on a tag, say."""
    retired: str | None = None
    """What says that the device is no longer in use."""
    faults: tuple[str, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether it names a device in any way that can be looked for."""
        return bool(self.addresses or self.macs or self.serial or self.endpoint or self.hostname)

    @property
    def where(self) -> str:
        """The row for a message: "row 12", "row 12 of 'Ground floor'"."""
        return f"row {self.number} of {values.shown(self.sheet)}" if self.sheet else f"row {self.number}"

    @property
    def named_cells(self) -> Mapping[str, str]:
        """What stands in the row, by the name of the column, or by its letter where it has none."""
        named: dict[str, str] = {}
        for at, (title, cell) in enumerate(zip_longest(self.names[: len(self.cells)], self.cells, fillvalue="")):
            name = title.strip()
            if name in named:
                name = f"{name} ({letters(at)})"
            if name or cell:
                named[name or letters(at)] = cell
        return named


def read_row(line: Line, columns: Columns, sheet: str, above: Row | None = None) -> Row:
    """A row under its columns, and below another one: what it says of it by ditto marks holds for it, too."""
    faults = [line.fault] if line.fault else []

    def all_of(which: Field, read: Callable[[str], Read]) -> tuple[str, ...]:
        if which not in columns.of:
            return ()
        found: dict[str, None] = {}
        is_shared = which is Field.MAC and columns.of[which] == columns.of.get(Field.IP)
        for cell in columns.cells(line.cells, which):
            values_, fault = read(cell)
            found.update(dict.fromkeys(values_))
            if fault and not is_shared:  # beside an address, a MAC may be missing
                faults.append(f"{which}: {fault}")
        return tuple(found)

    at = all_of(Field.IP, _address_or_full_name)
    addresses = tuple(one for one in at if not values.full_names(one))
    names = all_of(Field.HOSTNAME, _host_or_address) + tuple(one for one in at if one not in addresses)
    if names:
        addresses += tuple(a for name in names if (a := _as_address(name)) and a not in addresses)
    return Row(
        number=line.number,
        cells=line.cells,
        names=columns.names,
        sheet=sheet,
        addresses=addresses,
        macs=all_of(Field.MAC, values.macs),
        serial=_first(all_of(Field.SERIAL, values.serial)),
        endpoint=_first(all_of(Field.ENDPOINT, values.endpoint)),
        hostname=next((name for name in names if not _as_address(name)), None),
        **dict(_texts(line, columns, above)),
        retired=_retired(line, columns, sheet, above),
        faults=tuple(faults),
    )


def _texts(line: Line, columns: Columns, above: Row | None) -> Iterator[tuple[str, str | None]]:
    """What a row says that names no device by itself; where there are ditto marks, what the one above says."""
    for name, which in _TEXTS.items():
        told = _text(line, columns, which)
        yield name, getattr(above, name, None) if told and _is_ditto(told) else told


def _text(line: Line, columns: Columns, which: Field) -> str | None:
    if which not in columns.of:
        return None
    return next(filter(None, map(values.words, columns.cells(line.cells, which))), None)


def _retired(line: Line, columns: Columns, sheet: str, above: Row | None) -> str | None:
    status, mark = _text(line, columns, Field.STATUS), _text(line, columns, Field.RETIRED)
    if any(map(_is_ditto, filter(None, (status, mark)))):
        return above.retired if above else None
    if status and retired.is_retired_status(status):
        return values.shown(status)
    if mark and retired.is_yes(mark):
        return f"{columns.names[columns.of[Field.RETIRED][0]].strip()} {values.shown(mark)}"
    return f"sheet {values.shown(sheet)}" if retired.is_retired_sheet(sheet) else None


def _is_ditto(text: str) -> bool:
    return len(text) <= _MAX_DITTO and "".join(text.casefold().split()) in DITTO


def _first(found: tuple[str, ...]) -> str | None:
    return found[0] if found else None


def _as_address(name: str) -> str:
    return _first(values.addresses(name).values) or ""


def _address_or_full_name(cell: str) -> Read:
    """Addresses, also a mistyped one, and the host name that stands in their place."""
    names = values.full_names(cell)
    found = Read(names) if names else values.addresses(cell)
    return found if found.values else _mistyped(cell) or found


def _mistyped(cell: str) -> Read | None:
    """The one address that a cell holds if other marks than points divide its numbers: "10,0,0,5", "10.0.0. 5"."""
    said = values.clean(cell)
    numbers = _NUMBER.findall(said) if _MISTYPED.fullmatch(said) else []
    (address,) = values.addresses(".".join(numbers)).values or ("",)
    return Read((address,), f"{values.shown(said)} is taken for {address}") if address else None


def _host_or_address(cell: str) -> Read:
    """Host names, and the addresses that stand in their place."""
    found = values.addresses(cell)
    return found if found.values else values.host_name(cell)

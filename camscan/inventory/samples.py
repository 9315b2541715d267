"""What stands below the name of a column, where the name leaves open, or gets wrong, what the column holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from camscan.inventory import values
from camscan.inventory.keys import has_number
from camscan.inventory.synonyms import Field

_SAMPLE = 50
"""Rows that are looked at."""
_FLAGS = 2
_MAX_COUNTED = 5
"""Digits of the number of a row."""
_READERS = {Field.IP: values.addresses, Field.MAC: values.macs}


def holds(rows: Sequence[Sequence[str]], at: int, read: Callable[[str], values.Read]) -> bool:
    """Whether most of the cells of a column that are not blank can be read so."""
    cells = _cells(rows, at)
    return bool(cells) and sum(bool(read(cell).values) for cell in cells) * 2 > len(cells)


def holds_none(rows: Sequence[Sequence[str]], at: int, read: Callable[[str], values.Read]) -> bool:
    """Whether none of the cells of a column can be read so, of which some are not blank."""
    cells = _cells(rows, at)
    return bool(cells) and not any(read(cell).values for cell in cells)


def are_of_each(rows: Sequence[Sequence[str]], at: int, read: Callable[[str], values.Read]) -> bool:
    """Whether what can be read so in a column is mostly another in each row: what several share is of a server."""
    found = [read(cell).values for cell in _cells(rows, at)]
    return len(found) > 1 and len({*found}) * 2 > len(found)


def are_kinds(rows: Sequence[Sequence[str]], at: int) -> bool:
    """Whether most of the cells of a column say what kind of thing a row is, as "IP camera".

    Taken for models they would contradict every device; but models hold a number that is no measure.
    """
    cells = _cells(rows, at)
    models = list(map(has_number, cells))
    return bool(cells) and sum(models) * 2 <= len(cells)


def swapped(which: Field, rows: Sequence[Sequence[str]], at: int) -> Field:
    """The field of a column, where addresses stand under the name of MACs ("HardwareAddress") the one of these."""
    own = _READERS.get(which)
    if own is None or holds(rows, at, own):
        return which
    return next((other for other, read in _READERS.items() if holds(rows, at, read)), which)


def are_flags(rows: Sequence[Sequence[str]], at: int) -> bool:
    """Whether a column holds one word or two alone, as "IPv4 DHCP" does: on and off, and no host names."""
    words = {cell.strip().casefold() for cell in _cells(rows, at)}
    is_other = any(any(map(str.isdigit, word)) or values.full_names(word) for word in words)
    return 0 < len(words) <= _FLAGS and not is_other


def are_counted(rows: Sequence[Sequence[str]], at: int) -> bool:
    """Whether a column counts the rows: in many countries, "Serial No." is what a row is called by."""
    cells = [cell.strip().removesuffix(".").removesuffix(".0") for cell in _cells(rows, at)]
    numbers = [int(cell) for cell in cells if cell.isascii() and cell.isdecimal() and len(cell) <= _MAX_COUNTED]
    breaks = [(one, other) for one, other in pairwise(numbers) if other not in (one + 1, 1)]
    return 1 < len(numbers) > len(cells) / 2 and not breaks


def are_links(rows: Sequence[Sequence[str]], at: int) -> bool:
    """Whether a column leads to one server from several rows, as to the database that a list is from."""
    cells = _cells(rows, at)
    hosts = {values.full_names(cell) if "://" in cell else () for cell in cells}
    return len(set(cells)) > 1 and len(hosts) == 1 and () not in hosts


def is_other(which: Field, rows: Sequence[Sequence[str]], at: int) -> bool:
    """Whether what stands in a column is something else than its name says."""
    return (which is Field.SERIAL and are_counted(rows, at)) or (which is Field.IP and are_links(rows, at))


def _cells(rows: Sequence[Sequence[str]], at: int) -> list[str]:
    """The first cells of a column that are not blank."""
    return [row[at] for row in rows[:_SAMPLE] if at < len(row) and values.words(row[at])]

"""Damaged rows, which hold what camscan does not write: a bit has flipped on the disk, or somebody has edited them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from typing import Any, TypeVar

from sqlalchemy import Row, Table

from camscan.errors import DamageError
from camscan.store.schema import metadata

FAULTS = (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError)
"""What making a record of such a row may raise."""
_MOST_SAID = 120

T = TypeVar("T")


class OnDamage(Enum):
    """What becomes of a damaged row."""

    RAISE = "raise"
    DEFAULT = "default"  # it is left out, but raises where it is of a scan, or of what follows from one
    SKIP = "skip"


def opened(where: str, table: Table, row: Row[Any], make: Callable[[Any], T]) -> T:
    """The record that `make` makes of a row of the store `where`. Raises DamageError if it makes none of it."""
    try:
        for value in row:
            if isinstance(value, str) and not value.isascii():
                value.encode()  # fails where the text was none: see `sqlite`
        return make(row)
    except FAULTS as error:
        key = {column.name: getattr(row, column.name) for column in table.primary_key}
        raise damage(where, table, key, f"{type(error).__name__}: {error}") from error


def damage(where: str, table: Table, key: Mapping[str, object], why: str) -> DamageError:
    """The error for the row that has this primary key."""
    row = " ".join(map(str, key.values()))
    remedy = f"restore a backup, or leave the row out by this SQL: {'; '.join(_deletions(table, key))}"
    return DamageError(
        f"{where}: row {row} of {table.name} holds what this camscan does not write ({why[:_MOST_SAID]}): {remedy}"
    )


def _deletions(table: Table, key: Mapping[str, object]) -> Iterator[str]:
    """The statements that delete a row, and before it those that belong to it."""
    value = next(iter(key.values()))
    for column in (column for other in metadata.sorted_tables for column in other.columns):
        if any(foreign.column.table is table for foreign in column.foreign_keys):
            yield from _deletions(column.table, {column.name: value})
    this = " AND ".join(f"{name} = {_literal(one)}" for name, one in key.items())
    yield f"DELETE FROM {table.name} WHERE {this}"  # noqa: S608 - it is shown, not run


def _literal(value: object) -> str:
    return str(value) if isinstance(value, int) else "'{}'".format(str(value).replace("'", "''"))

"""Whether two texts are the serial number of one device.

Some makers tell a serial in two forms: the long one is model, date, region, the number of the unit and, on recorders,
letters for what it supports ("DS-7608NI-E2/8P 08 20160211 AAWR 123456789 WCVU"); the short one, which labels and some
protocols have, is the number alone, of nine characters: digits, or one or two letters and digits.
"""

from __future__ import annotations

import re

SHORT_SERIAL = 9
"""Characters of the short form: with fewer, nothing is taken for the same device, and no login is sent to it."""

LISTED_SERIAL = 8
"""Those that do for a row of a list: who copies a label may leave out its letter, and a reader is shown each match."""

_FEATURES = re.compile(r"(?<=\d)(?=[a-z]{2})w?c?v?l?u?\Z")
"""What stands behind the number of a recorder: letters for web, VT, VGA, LCD and USB."""

_LONGEST, _LAST = 6, ("c", "v", "l", "u")  # characters of these letters with the digit before them; the last of them

_UNIT = re.compile(r"\d{6}")  # what every number of a unit has, and a model has not
_NO_UNIT = re.compile(r"[a-z]*0+|(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")  # zeros, or a date


def same_serial(one: str, other: str, shortest: int = SHORT_SERIAL) -> bool:
    """Whether both are certainly of one device: equal but for case, or one is the short form of the other."""
    if one == other:
        return True
    short, long = sorted((one.casefold(), other.casefold()), key=len)
    if short == long:
        return True
    before = _before(short, long)
    return bool(before) and _is_unit(_bare(short), shortest) and not _are_counts(before, short)


def differ(one: str, other: str) -> bool:
    """Whether both are certainly of two devices: neither is the end of the other, however short.

    This is for one address, at which one device is the rule, and a second one has to be proved.
    """
    short, long = sorted((one.casefold(), other.casefold()), key=len)
    return not (long.endswith(short) or _bare(long).endswith(short))


def end_of(serial: str, length: int = SHORT_SERIAL) -> str:
    """What all forms of one serial have in common, as a key by which to find those that may be the same."""
    return _bare(serial.casefold())[-length:]


def _bare(folded: str) -> str:
    """A serial without the letters behind the number, which few have."""
    found = _FEATURES.search(folded, len(folded) - _LONGEST) if folded[-1:] in _LAST else None
    return folded[: found.start()] if found else folded


def _before(short: str, long: str) -> str:
    """What stands before the short form in the long one; "" if nothing does, or it is not in there."""
    whole = long if long.endswith(short) else _bare(long)
    return whole.removesuffix(short) if whole.endswith(short) else ""


def _is_unit(number: str, shortest: int) -> bool:
    return len(number) >= shortest and bool(_UNIT.search(number)) and not _NO_UNIT.fullmatch(number)


def _are_counts(before: str, short: str) -> bool:
    """Whether these are two plain numbers, as 1000000001 and 000000001, of which one merely ends like the other.

    Zeros before a number are no part of it: spreadsheets leave them out.
    """
    return short.isdigit() and before.strip("0").isdigit()

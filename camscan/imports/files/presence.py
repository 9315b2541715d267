"""Whether a row of a table says that its device was there, and when."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache

from camscan.imports.files.base import Summary
from camscan.imports.files.seentimes import end_time, is_past, seen_time
from camscan.text.folding import compact

COLUMNS: Mapping[str, str] = {
    "state": "addressstate state status leasestate leasestatus leaseexpiration expirationdubail leaseablauf binding"
    " bindingstate",
    "seen": "lastseen lastseenat lastseentime lastseenon lastseendate cltt",
    "begun": "starts start leasestart leasestarts",
    "ends": "ends end leaseend leaseends leaseexpires leaseexpirytime expires expirestime expirytime expiretime",
    "lifetime": "validlft validlifetime",
}
"""Names of columns without accents, blanks and punctuation."""
KIND = "kind"
"""The cell, beside those of the columns, that says of which `kind_of` table a row is."""
_LEASES, _NEIGHBOURS = "leases", "neighbours"
_OF_LEASES = re.compile(
    r"(?<!re)(?<!p)lease|\Aexpir(?:es|etime)|expirationdubail"
    r"|\A(?:valid(?:lft|lifetime)|cltt|ends\Z|scopeid|binding|addressstate)"
    r"|\Adhcp(?:option|server|scope|pool)"
)
_OF_NEIGHBOURS = re.compile(r"linklayeraddress|lladdr|\A(?:ifindex|policystore|arp)")
"""What names of columns have that only tables of leases, or of neighbours, have."""
_OVER = {
    _LEASES: frozenset(
        (
            *("inactivereservation", "reservationinactive", "reservierunginaktiv", "declined", "expired", "released"),
            *("waiting", "free", "backup", "abandoned", "reset", "removed", "release"),
        )
    ),
    _NEIGHBOURS: frozenset(("unreachable", "incomplete", "failed")),
}
"""States that say in a table of such a kind alone that no device is there: a camera may be called "Expired", too."""
_HELD = frozenset(("active", "activereservation", "bound", "committed", "used"))
"""States of a lease that a device has."""
_OFFLINE, _NEVER = "offline", "never"
_ONLINE = frozenset(("online", "activeonline", "reachable"))
"""States by which a table of leases says that a device answers, and not only that an address was given to it."""
_ACTIVE = "0"
"""The state of a lease in Kea's answers, which number them, that a device has."""


def kind_of(names: Iterable[str]) -> str:
    """What kind of table has columns of these names, as far as states mean something else in it; "" for any other."""
    return _kind_of(tuple(name[:64] for name in names))


@lru_cache(maxsize=64)
def _kind_of(names: tuple[str, ...]) -> str:
    """The same; in JSON, each row brings its names with it."""
    known = list(map(compact, names))
    kinds = ((_LEASES, _OF_LEASES), (_NEIGHBOURS, _OF_NEIGHBOURS))
    return next((kind for kind, marks in kinds if any(map(marks.search, known))), "")


def states(told: Iterable[str]) -> str:
    """The states in the cells of a row, as one cell: a table may say of a lease what it is, and if somebody has it."""
    return "\n".join(filter(None, told))


def is_over(cell: Mapping[str, str]) -> bool:
    """Whether a row is of a lease or an entry that no device has, such as a reservation for one that was removed."""
    kind, found = cell.get(KIND, ""), {compact(one) for one in cell.get("state", "").split("\n")}
    if not _OVER.get(kind, frozenset()).isdisjoint(found) or compact(cell.get("seen", "")) == _NEVER:
        return True
    if kind == _LEASES and _OFFLINE in found and not (cell.get("seen") or cell.get("begun")):  # it was never asked for
        return True
    return "lifetime" in cell and any(one.isdecimal() and one != _ACTIVE for one in found)


def is_lease(cell: Mapping[str, str]) -> bool:
    """Whether a row is of a table of leases: the name in it is one by which a device has asked for an address."""
    return cell.get(KIND) == _LEASES


def channel_of(cell: Mapping[str, str]) -> str:
    """The channel of a row: a lease outlives its use, unless its table says that the device answers."""
    is_there = any(compact(one) in _ONLINE for one in cell.get("state", "").split("\n"))
    return "dhcp" if is_lease(cell) and not is_there else "arp"


def is_over_lease(words: Iterable[str]) -> bool:
    """Whether one of some words is the state of a lease that no device has; a host may be called "free", too."""
    told = set(map(compact, words))
    return _HELD.isdisjoint(told) and not _OVER[_LEASES].isdisjoint(told)


def running(ends: Iterable[str], otherwise: datetime) -> datetime:
    """The last moment by `otherwise` at which a lease ran, of which some cells tell when it ends, or ended."""
    told = (end_time(one, otherwise) for one in ends)
    end = max(filter(None, told), default=otherwise)
    return end if is_past(end, otherwise) else otherwise


def seen_at(cell: Mapping[str, str], otherwise: datetime, summary: Summary) -> datetime:
    """When a row says that its device was last seen; `otherwise` where it does not, or in words of a language.

    A device that is offline was last seen, as far as is told, when it was given its lease; and none had a lease that
    has ended since then.
    """
    is_offline = _OFFLINE in map(compact, cell.get("state", "").split("\n"))
    told = cell.get("seen", "") or (cell.get("begun", "") if is_offline else "")
    found = seen_time(told, otherwise)
    summary.undated += found is None and bool(told)
    ends = (
        (cell.get("ends", ""), *cell.get("state", "").split("\n")) if channel_of(cell) == "dhcp" and not found else ()
    )
    return found or running(ends, otherwise)

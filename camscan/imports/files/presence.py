"""Whether a row of a table says that its device was there, and when."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from camscan.folding import compact
from camscan.imports.files.base import moment
from camscan.imports.files.jsonlines import time

COLUMNS: Mapping[str, str] = {
    "state": "addressstate state status leasestate leasestatus leaseexpiration expirationdubail",
    "seen": "lastseen lastseenat lastseentime cltt",
    "lifetime": "validlft validlifetime",
}
"""Names of columns without accents, blanks and punctuation."""
_OVER = frozenset(("inactivereservation", "reservationinactive", "declined", "expired", "released", "waiting"))
"""States of leases that no device has: of Windows' DHCP server and of RouterOS."""
_ACTIVE = "0"
"""The state of a lease in Kea's answers, which number them, that a device has."""
_SECONDS = re.compile(r"(1[0-9]{9})(?:[0-9]{3}|\.[0-9]{1,9})?")
"""Since 1970, perhaps with milliseconds; a smaller number may count from now."""
_FIRST_YEAR = 2000
"""What is dated before it was never seen: programs write their first day then."""


def is_over(cell: Mapping[str, str]) -> bool:
    """Whether a row is of a lease that no device has, such as a reservation for one that was removed."""
    state = compact(cell.get("state", ""))
    return state in _OVER or ("lifetime" in cell and state.isdecimal() and state != _ACTIVE)


def seen_at(cell: Mapping[str, str], otherwise: datetime) -> datetime:
    """When a row says that its device was last seen; `otherwise` where it does not, or in words of a language."""
    told = cell.get("seen", "").strip()
    seconds = _SECONDS.fullmatch(told)
    found = moment(seconds[1], otherwise) if seconds else time(told, otherwise)
    return found if found.year >= _FIRST_YEAR else otherwise

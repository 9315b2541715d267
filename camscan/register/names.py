"""The names by which a device is recognised in any scan and at any site: its serials and MACs.

A device that tells neither is known by its place alone, and only as long as the same make and model stands there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from camscan.sweeps.memory import Track
from camscan.sweeps.sightings import Sighting
from camscan.text.serials import end_of, same_serial

PLACE = "place "  # how the name of a device begins that tells neither a serial nor a MAC


def names(one: Track | Sighting) -> tuple[str, ...]:
    """The names of a device, as "serial ds-2cd...", "mac 02:00:..." or "place 10.0.0.5 acme c-100"; sorted."""
    own = [*(f"serial {serial}" for serial in one.serials), *(f"mac {mac}" for mac in one.macs)]
    return tuple(sorted(own)) or at_place(place(one))


def place(one: Track | Sighting) -> str:
    """Where a device is and what it is, as "10.0.0.5 Acme C-100"."""
    return " ".join(filter(None, (one.device.address, one.device.maker, one.device.model)))


def at_place(text: str) -> tuple[str, ...]:
    """The name that a user may mean by what `place` gave."""
    return (PLACE + text.strip().casefold(),)


def here(one: Track | Sighting) -> tuple[str, ...]:
    """The names of a device with where it is, as "place 10.0.0.5 serial ds-2cd...": they tell clones apart."""
    return tuple(f"{PLACE}{one.device.address} {name}".casefold() for name in lasting(names(one)))


def names_there(one: Track | Sighting) -> tuple[str, ...]:
    """All names by which something may be said of a device that is seen somewhere."""
    return (*names(one), *here(one))


def known_as(one: Track) -> tuple[str, ...]:
    """All names by which something may have been said of a device: also its places, from before it told a serial."""
    return (*names_there(one), *one.aliases)


def key(name: str) -> str:
    """An index key that all names of one device share: of a serial, what its forms have in common."""
    kind, _, value = name.partition(" ")
    return f"{kind} {end_of(value)}" if kind == "serial" else name


def shared(some: Iterable[str], others: Collection[str]) -> tuple[str, ...]:
    """Of some names, those that are among the others."""
    return tuple(name for name in some if any(_same(name, other) for other in others))


def lasting(some: Iterable[str]) -> tuple[str, ...]:
    """Of some names, those that stay with the device when it moves."""
    return tuple(name for name in some if not name.startswith(PLACE))


def asked(text: str) -> tuple[str, ...]:
    """The names that a user may mean by a serial or a MAC in any notation."""
    return tuple(_asked(text.strip().casefold()))


def _asked(text: str) -> Iterator[str]:
    yield f"serial {text}"
    digits = "".join(character for character in text if character not in ":-. ")
    if len(digits) == 12 and all(character in "0123456789abcdef" for character in digits):
        yield f"mac {':'.join(digits[at : at + 2] for at in range(0, 12, 2))}"


def _same(one: str, other: str) -> bool:
    if one == other:
        return True
    kinds = one.partition(" "), other.partition(" ")
    return kinds[0][0] == kinds[1][0] == "serial" and same_serial(kinds[0][2], kinds[1][2])

"""Devices behind one address, to each of which a router hands on ports of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, starmap
from typing import TypeAlias

from camscan.answers import Answer, answer_in, answer_of
from camscan.devices.identity import FIELDS_OF, IdentifierKind, to_serial
from camscan.records import Identification, Level, Observation
from camscan.text.serials import differ

_FIELDS = tuple(
    name for name in FIELDS_OF[IdentifierKind.SERIAL] if name not in {"upnp.serial_number", "behind.serial"}
)
"""Fields in which a device says the same at each of its ports; to UPnP, one box may be several devices."""
_NAMES = frozenset(_FIELDS)
_MOST = 32  # ports that are told apart by one field: what no port tells of is judged once for each device


def serials_by_port(observations: Iterable[Observation]) -> Mapping[int, str]:
    """The serial of the device at each port where one is told; nothing unless there are several devices.

    That is so where one field has another serial at another port: two protocols may word one serial differently.
    """
    told: defaultdict[str, dict[int, str]] = defaultdict(dict)
    for observation in observations:
        for name in _NAMES.intersection(observation.fields):
            serial = to_serial(next(iter(observation.fields[name]), ""))
            if serial and observation.port and len(told[name]) < _MOST:
                told[name].setdefault(observation.port, serial)
    ordered = [told[name] for name in _FIELDS if name in told]
    apart = next((ports for ports in ordered if any(starmap(differ, combinations(ports.values(), 2)))), None)
    if apart is None:
        return {}
    serials = _distinct(apart.values())
    every = (item for ports in (apart, *ordered) for item in ports.items())
    named = ((port, next((one for one in serials if not differ(one, serial)), None)) for port, serial in every)
    found = {port: serial for port, serial in reversed([*named]) if serial}  # what the field says goes first
    return dict(sorted(found.items()))


def _distinct(serials: Iterable[str]) -> list[str]:
    found: list[str] = []
    for serial in serials:
        if all(differ(serial, one) for one in found):
            found.append(serial)
    return found


SerialMakers: TypeAlias = Mapping[str, frozenset[str]]
"""Serial -> the makers that the answers with it name; none if one of them makes no maker likely."""

_SERIAL_FIELDS = FIELDS_OF[IdentifierKind.SERIAL]


def serial_makers(observations: Iterable[Observation], found: Sequence[Identification]) -> SerialMakers:
    """The makers by the serials of one address; nothing where no more than one maker is likely there."""
    likely = [one for one in found if one.maker and one.level >= Level.LIKELY]
    if len({one.maker for one in likely}) < 2:
        return {}
    named: defaultdict[Answer, set[str]] = defaultdict(set)
    for maker, proof in ((one.maker, proof) for one in found for proof in one.evidence):
        if maker:
            named[answer_of(proof)].add(maker)
    telling = {answer_of(proof) for one in likely for proof in one.evidence}
    by_serial: defaultdict[str, list[set[str]]] = defaultdict(list)
    for observation in observations:
        texts = [text for name in _SERIAL_FIELDS for text in observation.fields.get(name, ())]
        if serials := set(filter(None, map(to_serial, texts))):
            answer = answer_in(observation)
            for serial in serials:
                by_serial[serial].append(named[answer] if answer in telling else set())
    return {serial: frozenset().union(*every) for serial, every in by_serial.items() if all(every)}

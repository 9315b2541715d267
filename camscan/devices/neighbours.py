"""Serials in the answers of neighbours: a router may hand on ports of its one address to devices of several makers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from camscan.answers import Answer, answer_in, answer_of
from camscan.devices.identity import FIELDS_OF, IdentifierKind, to_serial
from camscan.records import Identification, Level, Observation

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

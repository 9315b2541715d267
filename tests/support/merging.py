"""Answers, and rules as simple as they can be, for the merging of devices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from camscan.answers import Resolution
from camscan.identify.evidence import evidence_of
from camscan.records import Identification, Level, Observation, Outcome

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)


def identify(observations: Sequence[Observation]) -> tuple[Identification, ...]:
    """One identification for every field `say.<attribute>`, and for `say.maker` and `say.brand`."""
    found = []
    for observation in observations:
        said = {name[4:]: texts[0] for name, texts in observation.fields.items() if name.startswith("say.")}
        maker, brand = said.pop("maker", None), said.pop("brand", None)
        if maker or brand or said:
            seen = evidence_of(observation, "say.maker", maker or "")
            found.append(Identification("rule", Level.LIKELY, maker, brand, said, (seen,)))
    return tuple(found)


def resolve(identifications: Sequence[Identification]) -> Resolution:
    """The first of everything, and a conflict where there are two makers."""
    makers = list(dict.fromkeys(found.maker for found in identifications if found.maker))
    brand = next((found.brand for found in identifications if found.brand), None)
    attributes: dict[str, str] = {}
    for found in identifications:
        attributes = {**found.attributes, **attributes}
    conflicts = (f"makers {' or '.join(makers)}",) if len(makers) > 1 else ()
    agreeing = tuple(found for found in identifications if found.maker in (*makers[:1], None))
    level = Level.LIKELY if makers else None
    return Resolution(makers[0] if makers else None, brand, level, attributes, conflicts, agreeing)


def answer(
    target: str, channel: str, port: int | None = None, outcome: Outcome = Outcome.ANSWERED, /, **fields: Any
) -> Observation:
    """An answer, its fields as keywords with "__" for the dot."""
    values = {
        name.replace("__", "."): tuple(texts) if isinstance(texts, list) else (texts,) for name, texts in fields.items()
    }
    return Observation(target, channel, outcome, NOON, port, fields=values)

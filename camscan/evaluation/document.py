"""The report on accuracy for programs (docs/schema/camscan-evaluation-1.json)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from camscan.evaluation.figures import Figures, Tally
from camscan.evaluation.score import Mark, Scored
from camscan.records import Verdict

SCHEMA = "camscan-evaluation/1"


def document(found: Figures) -> Iterator[str]:
    """The figures of the tables, each miss, each false claim and each attribute that differs, as JSON."""
    told = {
        "schema": SCHEMA,
        "answers": found.answers,
        "unknown": found.unknown,
        "ambiguous": found.ambiguous,
        "targets": sorted(found.targets),
        "overall": _tally(found.overall),
        "without_ambiguous": _tally(found.clear),
        "targets_against_others": _tally(found.target),
        "by_channel": {name: _tally(tally) for name, tally in found.by_channel.items()},
        "by_maker": {name: _tally(tally) for name, tally in found.by_maker.items()},
        "attributes": _marks(found.marks),
        "attributes_of_targets": _marks(found.target_marks),
        "verdicts": [
            {"expected": expected.value, "given": given.value, "answers": count}
            for (expected, given), count in sorted(found.verdicts.items())
        ],
        "verdicts_of_unknown": {given.value: found.unknown_verdicts.get(given, 0) for given in Verdict},
        "misses": list(map(_claim, found.misses)),
        "false_claims": list(map(_claim, found.false_claims)),
        "differences": list(_differences(found)),
    }
    yield json.dumps(told, indent=1) + "\n"


def _tally(tally: Tally) -> dict[str, Any]:
    return {
        "answers": tally.answers,
        "claims": tally.claims,
        "claims_likely": tally.claims_likely,
        "right": tally.right,
        "right_likely": tally.right_likely,
        "recall": tally.recall,
        "recall_likely": tally.recall_likely,
        "precision": tally.precision,
        "precision_likely": tally.precision_likely,
    }


def _marks(marks: Mapping[str, Mapping[Mark, int]]) -> dict[str, dict[str, int]]:
    return {name: {mark.value: counts.get(mark, 0) for mark in Mark} for name, counts in marks.items()}


def _claim(one: Scored) -> dict[str, Any]:
    return {
        "id": one.entry.id,
        "channel": one.entry.channel,
        "ambiguous": one.entry.ambiguous,
        "maker": one.maker,
        "named": one.named,
        "level": None if one.level is None else str(one.level),
        "rules": list(one.rules),
    }


def _differences(found: Figures) -> Iterator[dict[str, Any]]:
    for one in found.scored:
        for name, mark, wanted, given in one.compared():
            if mark is not Mark.RIGHT:
                yield {"id": one.entry.id, "attribute": name, "mark": mark.value, "label": wanted, "found": given}

from __future__ import annotations

import json

from support.entries import entry
from support.schemas import validator

from camscan.evaluation.document import document
from camscan.evaluation.figures import figures
from camscan.evaluation.score import score
from camscan.identify.library import Library
from camscan.policy import Policy


def test_the_document(library: Library, policies: tuple[Policy, ...]) -> None:
    entries = [
        entry("http", "Server: App-webs/", vendor="Hikvision", is_target=True, device_class="nvr", model="X", id_="i"),
        entry("http", "Server: none", vendor="Axis", device_class="camera", id_="m"),
        entry("http", "Server: DNVRS-Webs", vendor=None, ambiguous=True, id_="f"),
    ]
    found = json.loads("".join(document(figures(tuple(score(entries, library, policies))))))
    validator("camscan-evaluation-1").validate(found)
    assert (found["answers"], found["unknown"], found["ambiguous"], found["targets"]) == (3, 1, 1, ["Hikvision"])
    assert found["by_maker"]["Hikvision"] == {
        "answers": 1,
        "claims": 2,
        "claims_likely": 2,
        "right": 1,
        "right_likely": 1,
        "recall": 1.0,
        "recall_likely": 1.0,
        "precision": 0.5,
        "precision_likely": 0.5,
    }
    assert found["by_channel"]["http"]["recall"] == 0.5
    assert found["attributes"]["kind"] == {"right": 0, "wrong": 1, "missing": 1}
    assert found["attributes_of_targets"]["kind"] == {"right": 0, "wrong": 1, "missing": 0}
    assert {"expected": "listed", "given": "listed", "answers": 1} in found["verdicts"]
    assert sum(found["verdicts_of_unknown"].values()) == found["unknown"] == 1
    (miss,) = found["misses"]
    assert (miss["id"], miss["maker"], miss["named"], miss["level"], miss["rules"]) == ("m", "Axis", None, None, [])
    (claim,) = found["false_claims"]
    assert (claim["id"], claim["maker"], claim["named"], claim["ambiguous"]) == ("f", None, "Hikvision", True)
    assert claim["rules"]
    assert {"id": "i", "attribute": "kind", "mark": "wrong", "label": "nvr", "found": "camera"} in found["differences"]
    assert {"id": "i", "attribute": "model", "mark": "missing", "label": "X", "found": None} in found["differences"]


def test_the_document_of_no_answer() -> None:
    found = json.loads("".join(document(figures(()))))
    validator("camscan-evaluation-1").validate(found)
    assert found["overall"]["recall"] is None

"""The manifest has one form."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from support.bundles import bundle, parts_of

from camscan.errors import EvidenceError
from camscan.evidence import manifest

DATA = parts_of(bundle())[manifest.MANIFEST]


def test_it_is_the_same_again() -> None:
    assert manifest.dump(manifest.load(DATA)) == DATA
    assert json.loads(DATA)["about"]["operator"] == "J. Doe"


def test_it_lists_one_part_a_line_for_sed() -> None:
    lines = [line for line in DATA.decode().splitlines() if line.startswith('  {"name": "')]
    assert len(lines) == len(manifest.load(DATA).parts)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[" * 10_000,
        DATA + b" ",
        DATA.replace(b'"records": 13', b'"records": "13"'),
        DATA.replace(b'"records": 13', b'"records": 13.0'),
        DATA.replace(b'"records": 13', b'"records": 13, "more": 1'),
        DATA.replace(b'"records": 13', b'"records": 13, "records": 13'),
        DATA.replace(b'"operator"', b'"Operator"'),
        DATA.replace(b"camscan-evidence/1", b"camscan-evidence/2"),
        DATA.replace(b"\n", b"\r\n"),
        DATA.replace(b"J. Doe", b"J.\xff"),
    ],
)
def test_no_other_form_is_read(data: bytes) -> None:
    with pytest.raises(EvidenceError, match=r"^manifest\.json: "):
        manifest.load(data)


def test_a_later_version_is_named() -> None:
    later = manifest.dump(replace(manifest.load(DATA), schema="camscan-evidence/2"))
    with pytest.raises(
        EvidenceError, match=r"has schema 'camscan-evidence/2', but this camscan reads camscan-evidence/1"
    ):
        manifest.load(later)

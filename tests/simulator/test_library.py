from __future__ import annotations

from pathlib import Path

import pytest

from camscan.errors import UsageError
from camscan.simulator import library

SMALL = """
personas:
  - {name: one, truth: {maker: null, kind: other}, mac: "02:00:00:00:00:00"}
"""


def written(folder: Path, text: str, name: str = "personas.yaml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_a_file_gives_its_personas(tmp_path: Path) -> None:
    (one,) = library.load([written(tmp_path, SMALL)])
    assert one.name == "one"


def test_each_variant_is_a_persona_with_a_mac_of_its_own(tmp_path: Path) -> None:
    text = SMALL.replace(
        'kind: other}, mac: "02:00:00:00:00:00"', 'kind: other}, mac: "02:00:00:00:00:00", variants: {a: "=1", b: "<"}'
    )
    found = library.load([written(tmp_path, text)])
    assert [(p.name, p.mac, p.values) for p in found] == [
        ("one-a", "02:00:00:00:00:01", {"variant": "=1"}),
        ("one-b", "02:00:00:00:00:02", {"variant": "<"}),
    ]


def test_a_variant_may_have_further_values_and_an_end_of_its_own(tmp_path: Path) -> None:
    text = SMALL.replace(
        'kind: other}, mac: "02:00:00:00:00:00"',
        'kind: other}, mac: "02:00:00:00:00:00", ends: {http: answered}, variants: '
        "{a: {variant: x, again: y, ends: {http: garbled}}, b: {variant: z}}",
    )
    first, second = library.load([written(tmp_path, text)])
    assert (first.values, first.ends) == ({"variant": "x", "again": "y"}, {"http": "garbled"})
    assert (second.values, second.ends) == ({"variant": "z"}, {"http": "answered"})


@pytest.mark.parametrize("text", ["", "personas", "personas: 3", "personas: [3]", "other: []", "personas: [", "\t"])
def test_a_file_without_personas_is_refused_by_name(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match=r"personas\.yaml: no list of personas"):
        library.load([written(tmp_path, text)])


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"absent\.yaml"):
        library.load([tmp_path / "absent.yaml"])


def test_a_fault_names_file_persona_and_place(tmp_path: Path) -> None:
    text = SMALL.replace("kind: other", "kind: toaster")
    with pytest.raises(UsageError, match=r"personas\.yaml: persona one: truth\.kind: "):
        library.load([written(tmp_path, text)])


def test_a_name_is_given_once_over_all_files(tmp_path: Path) -> None:
    files = [written(tmp_path, SMALL, "a.yaml"), written(tmp_path, SMALL, "b.yaml")]
    with pytest.raises(UsageError, match=r"b\.yaml: persona one is there twice"):
        library.load(files)

from __future__ import annotations

import pytest

from camscan.imports.forms.base import MAX_PAIRS, named, pairs


@pytest.mark.parametrize(
    "text",
    [
        "Info(model='A 1', fw=\"2\")",
        '{"model": "A 1", "fw": 2}',
        "{'model': 'A 1', 'fw': '2'}",
        '{"model"=>"A 1", "fw"=>2}',
        "{'model': A 1, 'fw': 2}",
        "({ model: 'A 1', fw: \"2\" })",
        "model: A 1\nfw: 2",
        "| model: A 1\n|_fw: 2",
        "<x:model>A 1</x:model><fw>2</fw>",
        "model: A 1, fw: 2",
        "model: A 1; fw: 2",
        "model: A 1\tfw: 2",
        "- **model:** `A 1`\n- **fw:** 2",
        "**model**: A 1\n**fw: 2**",
        "| **model** | `A 1` |\n|---|---|\n| fw | 2 |",
    ],
)
def test_names_and_values_in_any_notation(text: str) -> None:
    assert pairs(text) == (("model", "A 1"), ("fw", "2"))


def test_names_are_compared_without_case_and_punctuation() -> None:
    assert named([("FW_Version", "1"), ("x", "2")], {"fwversion": "onvif.firmware"}) == [("onvif.firmware", "1")]


def test_addresses_and_queries_are_no_pairs() -> None:
    assert pairs("http://192.0.2.1/a?channel=1&subtype=0") == ()


def test_pairs_are_bounded() -> None:
    assert len(pairs("a='b' " * 10_000)) == MAX_PAIRS


def test_a_comma_inside_a_value_ends_it_only_before_a_name() -> None:
    assert pairs("Firmware: 2.8.R, Build Date 2022-06-17, Serial Number: 7, Note: a, b") == (
        ("Firmware", "2.8.R, Build Date 2022-06-17"),
        ("Serial Number", "7"),
        ("Note", "a, b"),
    )

"""Any text goes through the store unchanged, in a form that every database takes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.store.text import (
    dump_fields,
    dump_list,
    dump_map,
    escape,
    load_fields,
    load_list,
    load_map,
    unescape,
)

any_text = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("", ""),
        ("Zürich 摄像机 😀", "Zürich 摄像机 😀"),
        ("a\x00b", "a\\u0000b"),
        ("\udcff", "\\udcff"),
        ("\ud83d\ude00", "\\ud83d\\ude00"),
        ("C:\\u0000", "C:\\u005cu0000"),
    ],
)
def test_escape(text: str, stored: str) -> None:
    assert escape(text) == stored
    assert unescape(stored) == text


@given(any_text)
def test_any_text_comes_back(text: str) -> None:
    stored = escape(text)
    assert "\x00" not in stored
    assert stored.encode("utf-8").decode("utf-8") == stored
    assert unescape(stored) == text


@given(st.dictionaries(any_text, st.lists(any_text).map(tuple)))
def test_any_fields_come_back(fields: dict[str, tuple[str, ...]]) -> None:
    stored = dump_fields(fields)
    assert "\x00" not in stored
    assert stored.encode("utf-8")
    assert load_fields(stored) == fields


def test_structures_are_json() -> None:
    assert json.loads(dump_list(("a", 'q"'))) == ["a", 'q"']
    assert load_list(dump_list(("a", "\x00"))) == ("a", "\x00")
    assert json.loads(dump_map({"k": "v"})) == {"k": "v"}
    assert load_map(dump_map({"\udc80": "\\"})) == {"\udc80": "\\"}

from __future__ import annotations

from collections.abc import Mapping

import pytest

from camscan.codecs.jsontext import MAX_CONTAINERS, MAX_SIZE, inner, objects, text
from camscan.errors import DecodeError


def _objects(data: bytes) -> list[Mapping[str, object]]:
    return list(objects(data))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", []),
        (b"no object [1, 2]", []),
        (b'{"a":"b"}', [{"a": "b"}]),
        (b'\x01\x02{"a":"b"}\n\0', [{"a": "b"}]),
        (b'{ {"a":"b"} junk {"c":null}', [{"a": "b"}, {"c": None}]),
        (b'{"a":1,"b":-2.50,"c":1e9,"d":NaN}', [{"a": "1", "b": "-2.50", "c": "1e9", "d": "NaN"}]),
        (b'{"a":"line\r\nend","b":"\\/0"}', [{"a": "line\r\nend", "b": "/0"}]),
        (b'{"a":1,"a":2}', [{"a": "2"}]),
        ('{"a":"摄像机"}'.encode("gb18030"), [{"a": "摄像机"}]),
        (b'{"a":"cut', []),
    ],
)
def test_objects(data: bytes, expected: list[Mapping[str, object]]) -> None:
    assert _objects(data) == expected


def test_numbers_of_any_length_stay_text() -> None:
    digits = "9" * 20_000
    assert _objects(f'{{"a":{digits}}}'.encode()) == [{"a": digits}]


def test_only_so_many_braces_are_tried() -> None:
    assert _objects(b"{" * 15 + b'{"a":"b"}') == [{"a": "b"}]
    assert _objects(b"{" * 16 + b'{"a":"b"}') == []


@pytest.mark.parametrize("data", [b"{" * (MAX_CONTAINERS + 1) + b"}", b'{"a":' + b"[" * MAX_CONTAINERS + b"]}"])
def test_nesting_is_bounded(data: bytes) -> None:
    with pytest.raises(DecodeError, match="more than 64"):
        _objects(data)


def test_size_is_bounded() -> None:
    assert _objects(b" " * MAX_SIZE) == []
    with pytest.raises(DecodeError, match="larger than"):
        _objects(b" " * (MAX_SIZE + 1))


def test_inner() -> None:
    parent = {"a": {"b": {"c": "d"}}, "n": None, "t": "text"}
    assert inner(parent, "a", "b") == {"c": "d"}
    assert inner(parent) == parent
    assert inner(parent, "a", "x") == inner(parent, "n") == inner(parent, "t", "u") == {}


def test_text() -> None:
    parent = {"s": "text", "t": True, "f": False, "n": None, "o": {}, "a": ["x"]}
    assert [text(parent, name) for name in "stfnoax"] == ["text", "true", "false", "", "", "", ""]

"""The shortest form of a body in JSON, and that rules are searched in it."""

import json

import pytest

from camscan.identify.bodies import MAX_BODY, compact


@pytest.mark.parametrize(
    ("body", "short"),
    [
        ('{\n  "id": 1,\n  "ok": [ true ]\n}', '{"id":1,"ok":[true]}'),
        ('{"url":"http:\\/\\/192.0.2.7\\/"}', '{"url":"http://192.0.2.7/"}'),
        ('[{"name": "Tür"}]', '[{"name":"Tür"}]'),
    ],
)
def test_json_as_short_as_it_can_be(body: str, short: str) -> None:
    assert compact(body) == (short,)
    assert compact(short) == ()


@pytest.mark.parametrize(
    "body",
    ["", "<html>", '"a b"', '{"id": 1', "{'id': 1}", "[" * 50_000, '{"n": ' + "9" * 5000 + "}", " " * MAX_BODY + "{ }"],
)
def test_what_is_no_json_or_hostile(body: str) -> None:
    assert compact(body) == ()


def test_names_keep_their_order() -> None:
    assert compact(json.dumps({"b": 1, "a": 2})) == ('{"b":1,"a":2}',)

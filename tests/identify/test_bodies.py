"""The shortest form of a body in JSON, and that rules are searched in it."""

import json

import pytest

from camscan.identify.bodies import MAX_BODY, compact, names_of


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


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (b'<Color version="2.0"><hueLevel>5</hueLevel><none/></Color>', {b"Color", b"hueLevel", b"none"}),
        (b"Level>5</hueLevel>", {b"hueLevel"}),
        (b'{"a1": {"b2" : 1}, \'c3\': "d4"}', {b"a1", b"b2", b"c3"}),
        (rb'"{\"a1\": \"b2\"}"', {b"a1"}),
        (b"a.b=1\r\n cc=2\nd e=3", {b"a.b", b"cc"}),
        (
            b"table.Encode[0].MainFormat[1].Video.FPS=25",
            {b"Encode.MainFormat", b"Encode.MainFormat.Video", b"Encode.MainFormat.Video.FPS"},
        ),
        (b"{'table.General.LocalNo': '8'}", {b"General.LocalNo"}),
        (b'<tt:Name>a</tt:Name> <a href="b">', set()),
        (b'a < b, c: d, "e" f, g==h', set()),
        (b"", set()),
    ],
)
def test_names_are_found_in_every_notation(text: bytes, names: set[bytes]) -> None:
    assert names_of(text) == names


def test_a_hostile_text_takes_no_more_time_than_it_is_long() -> None:
    assert names_of(b"<" * 16384) == set()
    assert names_of(b'"' + b"a" * 16384) == set()

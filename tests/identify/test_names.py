"""Names in texts: what counts as one, in whole answers, in pieces of them, and in what programs print."""

import pytest

from camscan.identify.names import names_of


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

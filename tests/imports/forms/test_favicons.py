from __future__ import annotations

import pytest

from camscan.imports.forms.favicons import icon, is_icon, noted_icons


def test_hashes_of_icons() -> None:
    (one,) = icon("md5:89b932fcc47cf4ca3faadb0cfdef89cf mmh3:-1616143106")
    assert one.fields == {
        "http.favicon.md5": ("89b932fcc47cf4ca3faadb0cfdef89cf",),
        "http.favicon.mmh3": ("-1616143106",),
    }
    assert list(icon("none")) == []


@pytest.mark.parametrize(
    "text",
    [
        "http.favicon.hash:-1466785234",
        'icon_hash="-1466785234"',
        'iconhash:"-1466785234"',
        "mmh3:2828182062",
        "0xA892A22E",
        "services.http.response.favicons.shodan_hash: -1466785234",
        "-1466785234",
        "\u22121466785234",
        "hash: \u20131466785234",
    ],
)
def test_one_hash_under_its_names(text: str) -> None:
    (one,) = icon(text)
    assert one.fields == {"http.favicon.mmh3": ("-1466785234",)}


@pytest.mark.parametrize(
    "text",
    [
        "http.favicon.hash:999357577",
        'web.icon=="89b932fcc47cf4ca3faadb0cfdef89cf"',
        'favicon:"89b932fcc47cf4ca3faadb0cfdef89cf"',
        "md5 89b932fcc47cf4ca3faadb0cfdef89cf",
        "999357577",
    ],
)
def test_a_hash_is_known_by_its_name(text: str) -> None:
    assert is_icon(text)


@pytest.mark.parametrize("text", ["favicon.ico", "md5sum of a file", "icons: 12", "<link rel='icon'>", "8000"])
def test_other_words_are_no_query(text: str) -> None:
    assert not is_icon(text)


def test_a_number_too_large_for_a_hash_is_none() -> None:
    assert not list(icon("mmh3:9999999999"))


def test_hashes_of_icons_beside_other_things() -> None:
    for noted in (
        '"favicon": {"hash": -1234567}',
        '"favicons":[{"hashes":["mmh3:-1234567"]}]',
        '"favicons": [\n                {\n                  "hashes": [\n                    "mmh3:-1234567"\n',
        '"icon_hash":"-1234567"',
    ):
        (one,) = noted_icons(f'{{"port": 80, {noted}}}')
        assert one.fields == {"http.favicon.mmh3": ("-1234567",)}
    assert not list(noted_icons('{"favicon": "http://192.0.2.4/1234567.ico", "hash": -1234567}'))
    assert not list(noted_icons('favicon: {"hash": -1234567}'))


def test_hashes_of_icons_in_lines_of_notes() -> None:
    (one,) = noted_icons("Server: a\n  favicon_mmhash: -1234567\n  favicon_md5: 89b932fcc47cf4ca3faadb0cfdef89cf\n")
    assert one.fields == {
        "http.favicon.mmh3": ("-1234567",),
        "http.favicon.md5": ("89b932fcc47cf4ca3faadb0cfdef89cf",),
    }
    assert not list(noted_icons("favicon_file: 1234567\nthe favicon_hash: 1234567 of it"))


def test_a_minus_that_an_editor_has_made_a_dash() -> None:
    assert is_icon("\u20131466785234")
    assert is_icon("mmh3: \u22121466785234")

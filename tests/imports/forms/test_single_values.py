from __future__ import annotations

import pytest

from camscan.imports.forms.single_values import challenge, is_setting, path, server


def test_lone_values() -> None:
    assert [one.fields["rtsp.server"] for one in server("rtsp", "a/1")] == [("a/1",)]
    assert [one.fields["http.realm"] for one in server("http", 'Digest realm="x", nonce="1"')] == [("x",)]
    assert [one.fields["rtsp.realm"] for one in server("rtsp", 'Digest username="", realm="x", uri="/"')] == [("x",)]
    assert list(server("http", "two\nlines")) == []
    for label in ("HTTP Server: ", "http-server-header: ", "HTTP: "):
        assert [one.fields["http.server"] for one in server("http", f"{label}a/1")] == [("a/1",)]


def test_a_setting_is_no_server() -> None:
    assert is_setting("a.b[0].c=12\r\n")
    assert is_setting("ab=")
    for other in ("a/1", 'realm="x"', "ab==c", "ab=1\ncd=2", "Boa/0.94 a=b"):
        assert not is_setting(other)
    assert list(server("http", "abc=12")) == []
    assert [one.fields["http.server"] for one in server("http", "Server=a/1")] == [("a/1",)]


@pytest.mark.parametrize("text", ["Realm: A b", "realm:A b", '{"realm": "A b"}', '"auth_realm": "A b"'])
def test_a_realm_under_its_name(text: str) -> None:
    (one,) = challenge("http", text)
    assert one.fields["http.realm"] == ("A b",)


@pytest.mark.parametrize("mark", [" ", ", ", "; "])
def test_settings_in_one_line_are_no_server(mark: str) -> None:
    assert list(server("http", mark.join(["deviceType=A-1", "serialNumber=2", "processor=b"]))) == []
    (one,) = server("http", f"A/1 b=c{mark}d=e")
    assert one.fields["http.server"] == (f"A/1 b=c{mark}d=e",)


def test_a_challenge_anywhere() -> None:
    text = 'c = \'Digest qop="auth", realm="A (1)", \' +\n  \'nonce="b=", \' + \'domain="::"\'\nmore = 1'
    (one,) = challenge("http", text)
    assert one.fields["http.www_authenticate"] == ('Digest qop="auth", realm="A (1)", nonce="b=", domain="::"',)
    (one,) = challenge("rtsp", "WWW-Authenticate:\n    Basic realm=A\n")
    assert one.fields["rtsp.realm"] == ("A",)
    (one,) = challenge("rtsp", '// realm="A", nonce="1"')
    assert (one.fields["rtsp.realm"], one.fields["rtsp.auth"]) == (("A",), ("digest",))
    assert not list(challenge("http", 'Digest username="a", nonce="b"'))
    assert not list(challenge("http", 'the realm="A" of a Digest'))


@pytest.mark.parametrize(
    "line",
    [
        'return header["server"] == "a/1"',
        "2024-01-01 10:00:00 a/1 is there",
        "Found a camera at 192.0.2.4",
        "the camera answers from the hall",
        "~ab=b,cd=d",
        'x = "a", "b"',
        '"Items": [{"a": 1}]',
        "192.0.2.4 | some server detected",
        'get :9000/a name="b"  maker=C',
        'fields come like "a" \u2014 keep them',
    ],
)
def test_code_and_sentences_are_no_server(line: str) -> None:
    assert not list(server("http", line))


def test_labels_of_a_server() -> None:
    for line in ("server = a/1", '"Server": "a/1"', "Server header: a/1", "http-server-header: a/1"):
        [found] = server("http", line)
        assert found.fields["http.server"] == ("a/1",)


@pytest.mark.parametrize(
    "text", ["/doc/page/login.asp?_169", "http://192.0.2.1/index.html", "https://cam/a/b.cgi?x=1#y"]
)
def test_the_path_of_a_page_alone(text: str) -> None:
    (one,) = path(f" {text}\n")
    assert one.fields == {"http.location": (text,)}


@pytest.mark.parametrize("text", ["/", "/etc/passwd", "a.html", "/a b.html", "/a.html\n/b.html", "rtsp://cam/a.html"])
def test_other_text_is_no_path(text: str) -> None:
    assert list(path(text)) == []

from __future__ import annotations

import gzip
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.decoders import assert_survives

from camscan.codecs import http
from camscan.errors import DecodeError, UsageError

# Shapes from nmap's service probes and from device reports; addresses, serial numbers and nonces are made up.
RECORDER = (
    b"HTTP/1.0 302 Redirect\r\nServer: Hikvision-Webs\r\nDate: Mon Jan  2 10:00:00 2012\r\nPragma: no-cache\r\n"
    b"Content-Type: text/html\r\nLocation: http://192.168.1.64:80/index.asp\r\n\r\n"
    b"<html><head></head><body>This document has moved to a new <a href='/index.asp'>location</a>.</body></html>\r\n"
)
UPPER_CASE = (
    b"HTTP/1.1 200 OK\r\nCONNECTION: close\r\nDate: Mon, 02 Jan 2012 10:00:00 GMT\r\nLast-Modified: Tue\r\n"
    b'Etag: "1325498400:5ad"\r\nCONTENT-LENGTH: 118\r\nP3P: CP=CAO PSA OUR\r\nCACHE-CONTROL: max-age=0\r\n'
    b"CONTENT-TYPE: text/html\r\n\r\n"
    b'\xef\xbb\xbf<!DOCTYPE html><html><head><title>WEB SERVICE</title><script src="jsCore/rpcCore.js"></script>'
    b"</head></html>"
)
CHALLENGED = (
    b"HTTP/1.1 401 Unauthorized\r\nContent-Type: application/xml; charset=utf-8\r\n"
    b'WWW-Authenticate: Digest qop="auth", realm="IP Camera(K7151)", nonce="6131", stale="FALSE"\r\n'
    b'WWW-Authenticate: Basic realm="IP Camera(K7151)"\r\nSet-Cookie: WebSession_1a2b=abc; path=/\r\n'
    b"Set-Cookie: lang=en\r\nSet-Cookie: lang=de\r\nConnection: close\r\n\r\n"
    b'<?xml version="1.0" encoding="UTF-8" ?>\n<userCheck>\n<statusValue>401</statusValue>\n</userCheck>\n'
)
ENVELOPE = (
    b"HTTP/1.1 200 Ok\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    b'15\r\n{"Response":{"Respons\r\n0d;x=y\r\neCode":0,"Dat\r\n1C\r\na":{"DeviceModel":"IPC21"}}}\r\n0\r\n\r\n'
)
ICON = b"\x00\x00\x01\x00\x01\x00\x10\x10\x10\x00\x01\x00\x04\x00" + bytes(range(48, 112))


def decode_short(data: bytes) -> dict[str, tuple[str, ...]]:
    """The fields without those that repeat the headers and the body."""
    left_out = ("http.path", "http.header", "http.header_order", "http.body", "http.content_type")
    return {name: values for name, values in http.decode(data).items() if name not in left_out}


def test_a_request_is_plain() -> None:
    assert http.encode_get("192.168.1.64") == (
        b"GET / HTTP/1.1\r\nHost: 192.168.1.64\r\nUser-Agent: camscan\r\nAccept: */*\r\n"
        b"Accept-Encoding: identity\r\nConnection: close\r\n\r\n"
    )


@pytest.mark.parametrize(
    ("host", "header"),
    [
        ("192.168.1.64:8080", b"192.168.1.64:8080"),
        ("nvr-1.example.org", b"nvr-1.example.org"),
        ("[fd00::1]", b"[fd00::1]"),
        ("[fd00::1]:8443", b"[fd00::1]:8443"),
        ("a" * 255, b"a" * 255),
    ],
)
def test_host_header(host: str, header: bytes) -> None:
    assert http.encode_get(host, "/a?b=c&d=%20").startswith(b"GET /a?b=c&d=%20 HTTP/1.1\r\nHost: " + header + b"\r\n")


@pytest.mark.parametrize(
    "host",
    [
        "",
        "a b",
        "a\r\nX: y",
        "a\n",
        "user@a",
        "a" * 256,
        "host/path",
        "ä",
        "x:y:z",
        "fd00::1",
        "a:123456",
        "[fd00::1",
        "a\0",
    ],
)
def test_a_host_that_cannot_stand_in_a_header_is_refused(host: str) -> None:
    with pytest.raises(UsageError, match="host"):
        http.encode_get(host)


@pytest.mark.parametrize(
    "path", ["", "index.html", "/a b", "/a\r\nX: y", "/\n", "/\x7f", "/ä", "*", "http://b/", "/" + "a" * 1024]
)
def test_a_path_that_cannot_stand_in_a_request_line_is_refused(path: str) -> None:
    with pytest.raises(UsageError, match="path"):
        http.encode_get("192.0.2.1", path)


def test_a_redirect_of_an_old_recorder() -> None:
    assert http.decode(RECORDER) == {
        "http.path": ("/",),
        "http.status": ("302",),
        "http.server": ("Hikvision-Webs",),
        "http.location": ("http://192.168.1.64:80/index.asp",),
        "http.content_type": ("text/html",),
        "http.header": (
            "server: Hikvision-Webs",
            "date: Mon Jan  2 10:00:00 2012",
            "pragma: no-cache",
            "content-type: text/html",
            "location: http://192.168.1.64:80/index.asp",
        ),
        "http.header_order": ("Server,Date,Pragma,Content-Type,Location",),
        "http.body": (RECORDER.partition(b"\r\n\r\n")[2].decode().strip(),),
    }


def test_headers_in_upper_case() -> None:
    fields = http.decode(UPPER_CASE, "/index.html")
    assert fields["http.path"] == ("/index.html",)
    assert fields["http.header_order"] == (
        "CONNECTION,Date,Last-Modified,Etag,CONTENT-LENGTH,P3P,CACHE-CONTROL,CONTENT-TYPE",
    )
    assert "cache-control: max-age=0" in fields["http.header"]
    assert fields["http.body"][0].startswith("<!DOCTYPE html>")
    assert decode_short(UPPER_CASE) == {
        "http.status": ("200",),
        "http.title": ("WEB SERVICE",),
        "http.resource": ("jsCore/rpcCore.js",),
    }


def test_a_challenge_with_an_xml_envelope() -> None:
    assert decode_short(CHALLENGED) == {
        "http.status": ("401",),
        "http.realm": ("IP Camera(K7151)",),
        "http.auth": ("digest", "basic"),
        "http.www_authenticate": (
            'Digest qop="auth", realm="IP Camera(K7151)", nonce="6131", stale="FALSE"',
            'Basic realm="IP Camera(K7151)"',
        ),
        "http.cookie": ("WebSession_1a2b", "lang"),
        "isapi.root": ("userCheck",),
        "isapi.status_code": ("401",),
    }


def test_an_xml_envelope_in_another_charset() -> None:
    body = '<?xml version="1.0" encoding="utf-16"?><userCheck><statusValue>401</statusValue></userCheck>'
    found = http.decode(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n" + body.encode("utf-16"))
    assert (found["isapi.root"], found["isapi.status_code"]) == (("userCheck",), ("401",))


def test_a_chunked_json_envelope() -> None:
    assert http.body(ENVELOPE) == b'{"Response":{"ResponseCode":0,"Data":{"DeviceModel":"IPC21"}}}'
    assert decode_short(ENVELOPE) == {
        "http.status": ("200",),
        "lapi.response_code": ("0",),
        "lapi.model": ("IPC21",),
    }


def test_an_icon_is_hashed_and_its_bytes_are_no_text() -> None:
    fields = http.decode(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + ICON, "/favicon.ico")
    assert fields.keys() == {
        *("http.path", "http.status", "http.content_type", "http.header", "http.header_order"),
        *("http.favicon.mmh3", "http.favicon.md5"),
    }
    trailed = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(ICON) + ICON + b"\r\n\r\n"
    assert http.decode(trailed)["http.favicon.md5"] == fields["http.favicon.md5"]


@pytest.mark.parametrize(
    ("data", "status"),
    [(b"HTTP/1.1 204 No Content\r\n\r\n", "204"), (b"HTTP/1.1 40", "40"), (b"HTTP/1.1 100 Continue\r\n\r\n", "100")],
)
def test_answers_without_a_body(data: bytes, status: str) -> None:
    assert http.decode(data) == {"http.path": ("/",), "http.status": (status,)}


def test_a_head_that_breaks_off_keeps_what_came() -> None:
    assert decode_short(b"HTTP/1.1 401 Un\r\nServer: x\r\nWWW-Auth") == {"http.status": ("401",), "http.server": ("x",)}
    assert http.decode(b"HTTP/1.") == {"http.path": ("/",)}


def test_a_body_without_any_head() -> None:
    page = b"\xef\xbb\xbf\r\n<html><title>DVR</title></html>"
    assert http.decode(page) == {
        "http.path": ("/",),
        "http.body": ("<html><title>DVR</title></html>",),
        "http.title": ("DVR",),
    }
    assert http.body(page) == page.removeprefix(b"\0")
    assert http.decode(b'{"Response":{"ResponseCode":1}}')["lapi.response_code"] == ("1",)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (b"text/html; charset=gb2312", "<title>录像机</title>".encode("gb2312")),
        (b"text/html", "<title>录像机</title>".encode("gb2312")),
        (b"text/html", '<meta charset="gb2312"><title>录像机</title>'.encode("gb18030")),
        (b"text/html; charset=gb2312", "<title>录像机</title>".encode()),
        (b"text/html; charset=iso-8859-1", "<title>录像机</title>".encode()),
    ],
)
def test_charsets(content_type: bytes, body: bytes) -> None:
    data = b"HTTP/1.0 200 OK\r\nContent-Type: " + content_type + b"\r\n\r\n" + body
    assert http.decode(data)["http.title"] == ("录像机",)


@pytest.mark.parametrize("by_habit", [b"iso-8859-1", b"utf-8", b"us-ascii", b""])
@pytest.mark.parametrize(
    ("charset", "title"), [("windows-1251", "Камера"), ("euc-kr", "네트워크 카메라"), ("Big5", "網路攝影機")]
)
def test_a_charset_that_a_page_names_goes_before_one_that_its_server_names_by_habit(
    by_habit: bytes, charset: str, title: str
) -> None:
    page = f'<meta charset="{charset}"><title>{title}</title>'.encode(charset)
    head = b"HTTP/1.0 200 OK\r\nContent-Type: text/html; charset=" + by_habit + b"\r\n\r\n"
    assert http.decode(head + page)["http.title"] == (title,)


@pytest.mark.parametrize(
    ("realm", "text"),
    [("网络摄像机".encode("gb2312"), "网络摄像机"), (b"Cam\xe9ra", "Cam\xe9ra"), ("Kamera ü".encode(), "Kamera ü")],
)
def test_realms_in_other_charsets(realm: bytes, text: str) -> None:
    data = b'HTTP/1.0 401 Unauthorized\r\nWWW-Authenticate: Basic realm="' + realm + b'"\r\n\r\n'
    assert http.decode(data)["http.realm"] == (text,)


def test_a_refresh_header_and_a_meta_refresh() -> None:
    data = b'HTTP/1.1 200 OK\r\nRefresh: 0; url=/a\r\n\r\n<meta http-equiv="refresh" content="0;url=/b">'
    assert http.decode(data)["http.refresh"] == ("/a", "/b")


def test_a_body_in_another_encoding_is_no_text() -> None:
    data = b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n\x8b\x07\x80<title>t</title>\x03"
    assert decode_short(data) == {"http.status": ("200",)}
    assert "http.body" not in http.decode(b"HTTP/1.1 200 OK\r\n\r\n\x01\x02\x03\x04" * 50)


def test_bodies_are_bounded() -> None:
    assert len(http.decode(b"HTTP/1.1 200 OK\r\n\r\n" + b"a" * 10**6)["http.body"][0]) == http.MAX_BODY


def test_lone_headers() -> None:
    assert http.decode_headers("Server: DNVRS-Webs\r\n") == {
        "http.server": ("DNVRS-Webs",),
        "http.header": ("server: DNVRS-Webs",),
        "http.header_order": ("Server",),
    }
    assert http.decode_headers(b'WWW-Authenticate: Digest realm="Login to ND0118", nonce="e"')["http.realm"] == (
        "Login to ND0118",
    )
    assert http.decode_headers("X-Ad-Hoc: 1")["http.header"] == ("x-ad-hoc: 1",)
    assert http.decode_headers("HTTP/1.0 302 Redirect\r\nServer: x\r\n\r\n")["http.status"] == ("302",)
    assert http.decode_headers("Server: \ud800")["http.server"] == ("?",)


@pytest.mark.parametrize("head", ["", "no header", "<a href='b:c'>", b"\x00\x01", ": "])
def test_no_headers_at_all(head: str | bytes) -> None:
    with pytest.raises(DecodeError, match="no HTTP headers"):
        http.decode_headers(head)


@pytest.mark.parametrize(
    ("data", "required"),
    [
        (b"HTTP/1.1 401 Unauthorized\r\n\r\n", True),
        (b'HTTP/1.1 403 Forbidden\r\nWWW-Authenticate: Basic realm="x"\r\n\r\n', True),
        (b"HTTP/1.1 403 Forbidden\r\n\r\n", False),
        (b'HTTP/1.1 200 OK\r\nWWW-Authenticate: Basic realm="x"\r\n\r\n', False),
        (b"<html>401</html>", False),
    ],
)
def test_auth_required(data: bytes, required: bool) -> None:
    assert http.auth_required(http.decode(data)) is required


HOSTILE = [
    *(b"\n", b"\r", b" ", b"\0", b"<", b"a:", b"X: y\r\n", b" folded\r\n", b"Set-Cookie: a=b\r\n"),
    *(b"\xb0\xa1", b"\xff", b"1\r\na\r\n", b"0", b"charset=", b"&#", b'{"a":', b'{"'),
    *(b"<title>", b"<img src=", b"<!--", b"<a>", b"<?xml "),
    *(b'WWW-Authenticate: Digest realm="', b"WWW-Authenticate: a b c ", b"HTTP/1.1 100 C\r\n\r\n"),
]
STARTS = [
    b"",
    b"HTTP/1.1 200 OK\r\n",
    b"HTTP/1.1 200 OK\r\nWWW-Authenticate: ",
    b"HTTP/1.1 200 OK\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    b'HTTP/1.1 200 OK\r\n\r\n<a xmlns="http://www.isapi.org/">',
]


@pytest.mark.parametrize("start", STARTS)
def test_hostile_answers_cost_little_time(start: bytes) -> None:
    for unit in HOSTILE:
        data = (start + unit * 65536)[:65536]
        began = time.process_time()
        with suppress(DecodeError):
            http.decode(data)
        assert time.process_time() - began < 1, unit


@pytest.mark.parametrize("sample", [RECORDER, UPPER_CASE, CHALLENGED, ENVELOPE])
def test_damaged_answers(sample: bytes) -> None:
    assert_survives(http.decode, sample)
    assert_survives(http.decode_headers, sample)
    assert_survives(http.body, sample)


FRAGMENTS = st.sampled_from([*HOSTILE, *STARTS, b"\r\n\r\n", RECORDER, ENVELOPE, gzip.compress(b"<a>")])


@given(st.binary(max_size=300) | st.lists(FRAGMENTS | st.binary(max_size=20), max_size=8).map(b"".join))
def test_any_bytes(data: bytes) -> None:
    with suppress(DecodeError):
        fields = http.decode(data)
        assert set(fields) <= set(http.FIELDS)
        assert all(value for values in fields.values() for value in values)
        assert str(fields).encode()

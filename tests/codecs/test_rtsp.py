from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.decoders import assert_survives

from camscan.codecs import headers, rtsp
from camscan.errors import DecodeError, UsageError


def _lines(*lines: str) -> bytes:
    return "\r\n".join(lines).encode()


# Layouts of retina's src/client/testdata (hikvision_describe, ipcam_describe, longse_unauthorized, macrovideo_describe)
# and of public reports; addresses and serials changed.
SDP = (
    "v=0",
    "o=- 1620251477190769 1620251477190769 IN IP4 192.168.5.106",
    "s=Media Presentation",
    "e=NONE",
    "t=0 0",
    "a=control:*",
    "m=video 0 RTP/AVP 96\t ",
    "a=recvonly",
    "a=rtpmap:96 H264/90000 ",
    "m=application 0 RTP/AVP 107",
    "a=recvonly",
    "a=Media_header:MEDIAINFO=494D4B480101;",
    "a=appversion:1.0",
    "",
)
DESCRIBE = _lines(
    "RTSP/1.0 200 OK",
    "CSeq: 1",
    "Content-Type: application/sdp",
    "Content-Base: rtsp://192.168.5.106:554/Streaming/Channels/101/",
    f"Content-Length: {len(_lines(*SDP))}",
    "",
    *SDP,
)
SDP_FIELDS = {
    "rtsp.sdp": (_lines(*SDP).decode().strip(),),
    "rtsp.sdp.origin": ("- 1620251477190769 1620251477190769 IN IP4 192.168.5.106",),
    "rtsp.sdp.session": ("Media Presentation",),
    "rtsp.sdp.attribute": (
        "control:*",
        "recvonly",
        "rtpmap:96 H264/90000",
        "Media_header:MEDIAINFO=494D4B480101;",
        "appversion:1.0",
    ),
}
REFUSED = _lines(
    "RTSP/1.0 401 Unauthorized",
    "CSeq: 1 ",
    "Server: Rtsp Server 1920*1080*20*2048",
    'WWW-Authenticate: Digest realm="IP Camera(C1214)", nonce="0191a41d87c28cd5", stale="FALSE"',
    'WWW-Authenticate: Basic realm="IP Camera(C1214)"',
    "",
    "",
)


def test_describe() -> None:
    assert rtsp.decode(DESCRIBE, "DESCRIBE") == {
        "rtsp.method": ("DESCRIBE",),
        "rtsp.status": ("200",),
        "rtsp.content_base": ("rtsp://192.168.5.106:554/Streaming/Channels/101/",),
        "rtsp.header": (
            "cseq: 1",
            "content-type: application/sdp",
            "content-base: rtsp://192.168.5.106:554/Streaming/Channels/101/",
            "content-length: 275",
        ),
        **SDP_FIELDS,
    }


def test_refusal() -> None:
    fields = rtsp.decode(REFUSED)
    assert fields == {
        "rtsp.method": ("OPTIONS",),
        "rtsp.status": ("401",),
        "rtsp.server": ("Rtsp Server 1920*1080*20*2048",),
        "rtsp.header": (
            "cseq: 1",
            "server: Rtsp Server 1920*1080*20*2048",
            'www-authenticate: Digest realm="IP Camera(C1214)", nonce="0191a41d87c28cd5", stale="FALSE"',
            'www-authenticate: Basic realm="IP Camera(C1214)"',
        ),
        "rtsp.realm": ("IP Camera(C1214)",),
        "rtsp.auth": ("digest", "basic"),
        "rtsp.www_authenticate": (
            'Digest realm="IP Camera(C1214)", nonce="0191a41d87c28cd5", stale="FALSE"',
            'Basic realm="IP Camera(C1214)"',
        ),
    }
    assert rtsp.auth_required(fields)
    assert not rtsp.auth_required(rtsp.decode(DESCRIBE))


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"RTSP/1.0 401", {"rtsp.status": ("401",)}),
        (b"RTSP/1.0", {}),
        (b"\r\n rtsp/1.0\t405  Method Not Allowed\n\n", {"rtsp.status": ("405",)}),
        (b"RTSP/1.0 200 OK\nCseq: 42 OPTIONS\n\n", {"rtsp.status": ("200",), "rtsp.header": ("cseq: 42 OPTIONS",)}),
        (
            b"RTSP/1.0 200 OK\r\nPUBLIC: OPTIONS, DESCRIBE\r\n\r\n",
            {
                "rtsp.status": ("200",),
                "rtsp.public": ("OPTIONS, DESCRIBE",),
                "rtsp.header": ("public: OPTIONS, DESCRIBE",),
            },
        ),
        (
            b'RTSP/1.0 401 \r\nWww-authenticate: Basic realm="\xcd\xf8\xc2\xe7\xc9\xe3\xcf\xf1\xbb\xfa"\r\n',
            {
                "rtsp.status": ("401",),
                "rtsp.header": ('www-authenticate: Basic realm="网络摄像机"',),
                "rtsp.realm": ("网络摄像机",),
                "rtsp.auth": ("basic",),
                "rtsp.www_authenticate": ('Basic realm="网络摄像机"',),
            },
        ),
        (
            b"RTSP/1.0 200 OK\n\nv=0\ns=streamed by the macro-video rtsp server\nt=0 0\nRTSP/1.0 200 OK\n\n",
            {
                "rtsp.status": ("200",),
                "rtsp.sdp": ("v=0\ns=streamed by the macro-video rtsp server\nt=0 0",),
                "rtsp.sdp.session": ("streamed by the macro-video rtsp server",),
            },
        ),
        (
            b"RTSP/1.0 200 OK\r\nContent-Type: application/SDP\r\nContent-Length: 0\r\n\r\n\r\ns=Cut\r\na=tool:LIVE5",
            {
                "rtsp.status": ("200",),
                "rtsp.header": ("content-type: application/SDP", "content-length: 0"),
                "rtsp.sdp": ("s=Cut\r\na=tool:LIVE5",),
                "rtsp.sdp.session": ("Cut",),
                "rtsp.sdp.tool": ("LIVE5",),
            },
        ),
        (
            b"RTSP/1.0 404 Not Found\r\nContent-Type: application/sdp\r\n\r\n<html>no stream</html>",
            {"rtsp.status": ("404",), "rtsp.header": ("content-type: application/sdp",)},
        ),
        (
            b"RTSP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\ns=no description",
            {"rtsp.status": ("200",), "rtsp.header": ("content-type: text/html",)},
        ),
    ],
)
def test_careless_answers(answer: bytes, expected: dict[str, tuple[str, ...]]) -> None:
    assert rtsp.decode(answer) == {"rtsp.method": ("OPTIONS",), **expected}


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\r\n\r\n",
        b"HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n",
        b"SSH-2.0-dropbear\r\n",
        b"\x16\x03\x01\x02\x00",
        b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n",
        b"Server: Dahua Rtsp Server\r\n",
        b"RTSP 200 OK\r\n",
    ],
)
def test_no_rtsp(answer: bytes) -> None:
    with pytest.raises(DecodeError, match="no RTSP"):
        rtsp.decode(answer)


def test_headers_alone() -> None:
    assert rtsp.decode_headers("Server: Dahua Rtsp Server") == {
        "rtsp.server": ("Dahua Rtsp Server",),
        "rtsp.header": ("server: Dahua Rtsp Server",),
    }
    assert rtsp.decode_headers(REFUSED) == {
        name: values for name, values in rtsp.decode(REFUSED).items() if name != "rtsp.method"
    }
    assert rtsp.decode_headers(b"RTSP/1.0 454") == {"rtsp.status": ("454",)}
    for head in (b"", b"Login", "\ud800"):
        with pytest.raises(DecodeError, match="no RTSP headers"):
            rtsp.decode_headers(head)


def test_headers_behind_more_than_one_space_are_named() -> None:
    answer = b"RTSP/1.0 200 OK\r\nCSeq: 7\r\nSession:       123456\r\nDate:  Tue, Mar 05 2019 08:11 GMT\r\n\r\na:  b"
    found = rtsp.decode(answer)
    assert found["rtsp.padded"] == ("session", "date")
    assert found["rtsp.header"][1:] == ("session: 123456", "date: Tue, Mar 05 2019 08:11 GMT")
    assert rtsp.decode_headers(" Date:  x\nDate:  y\nServer:\t z\nPublic:  ")["rtsp.padded"] == ("date",)
    assert "rtsp.padded" not in rtsp.decode(b"RTSP/1.0 200 OK\r\nCSeq: 7\r\nDate: Tue  \r\n\r\n")


def test_description_alone() -> None:
    assert rtsp.decode_sdp(_lines(*SDP)) == SDP_FIELDS
    assert rtsp.decode_sdp("v=0\ni=videoMain\n\ta=tool: VLC \na=\ni=videoMain\ni=sub") == {
        "rtsp.sdp": ("v=0\ni=videoMain\n\ta=tool: VLC \na=\ni=videoMain\ni=sub",),
        "rtsp.sdp.info": ("videoMain", "sub"),
        "rtsp.sdp.tool": ("VLC",),
    }
    for text in ("", "a=control:*", "<html>s=x</html>", "V=0\r\nS=x"):
        with pytest.raises(DecodeError, match="no session description"):
            rtsp.decode_sdp(text)


def test_floods_are_cut() -> None:
    many = "".join(f"a={number}\n" for number in range(5000))
    found = rtsp.decode_sdp("v=0\n" + many)
    assert len(found["rtsp.sdp"][0]) == rtsp.MAX_SDP
    assert len(found["rtsp.sdp.attribute"]) == rtsp.MAX_SDP_LINES - 1
    assert rtsp.decode_sdp("s=" + "x" * 5000)["rtsp.sdp.session"] == ("x" * rtsp.MAX_SDP_VALUE,)
    assert len(rtsp.decode(b"RTSP/1.0 200 OK\r\n" + b"A: b\r\n" * 5000)["rtsp.header"]) == headers.MAX_HEADERS


@pytest.mark.parametrize("sample", [DESCRIBE, REFUSED])
def test_damaged_answers(sample: bytes) -> None:
    assert_survives(rtsp.decode, sample)
    assert_survives(rtsp.decode_headers, sample)
    assert_survives(rtsp.is_complete, sample)


def test_damaged_description() -> None:
    assert_survives(rtsp.decode_sdp, _lines(*SDP))


@given(st.binary(max_size=200), st.integers(0, len(DESCRIBE)), st.integers(0, 100))
def test_mutated_answers(junk: bytes, position: int, gap: int) -> None:
    data = DESCRIBE[:position] + junk + DESCRIBE[position + gap :]
    assert isinstance(rtsp.is_complete(data), bool)
    try:
        found = rtsp.decode(data)
    except DecodeError:
        return
    assert set(found) <= set(rtsp.FIELDS)
    assert all(values and all(values) for values in found.values())


def test_answers_are_complete_at_their_last_byte_only() -> None:
    for answer in (DESCRIBE, REFUSED):
        assert [end for end in range(1, len(answer) + 1) if rtsp.is_complete(answer[:end])] == [len(answer)]
    assert not rtsp.is_complete(b"")
    assert not rtsp.is_complete(b"\r\n\r\nRTSP/1.0 200 OK\r\n")


@pytest.mark.parametrize(
    ("answer", "complete"),
    [
        (b"RTSP/1.0 401 Unauthorized\n\n", True),
        (b"RTSP/1.0 200 OK\r\nContent-Type: application/sdp\r\n\r\n", False),
        (b"RTSP/1.0 200 OK\r\nContent-Type: application/sdp\r\n\r\nv=0\r\ns=x\r\n", True),
        (b"RTSP/1.0 200 OK\r\nContent-Type: application/sdp\r\n\r\nv=0\r\ns=x", False),
        (b"RTSP/1.0 200 OK\r\nContent-length: 9999999999999\r\n\r\nv=0", False),
        (b"RTSP/1.0 200 OK\r\nContent-Length: -1\r\n\r\n", True),
        (b"RTSP/1.0 200 OK\r\nContent-Length: 3\r\nContent-Length: 9\r\n\r\nv=0", True),
        (b"RTSP/1.0 200 OK\r\n" + b"x" * headers.MAX_HEAD, False),
        (b"HTTP/1.1 400 Bad Request\r\n", True),
        (b"RTS", False),
        (b"SSH-2.0", True),
        (b"\x16\x03", True),
    ],
)
def test_is_complete(answer: bytes, complete: bool) -> None:
    assert rtsp.is_complete(answer) is complete


def test_requests_are_exact() -> None:
    assert rtsp.encode_options("rtsp://10.0.0.5:554/", 1) == (
        b"OPTIONS rtsp://10.0.0.5:554/ RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: camscan\r\n\r\n"
    )
    assert rtsp.encode_describe("rtsp://[fe80::1%eth0]/cam/realmonitor?channel=1&subtype=0", 2) == (
        b"DESCRIBE rtsp://[fe80::1]/cam/realmonitor?channel=1&subtype=0 RTSP/1.0\r\n"
        b"CSeq: 2\r\nUser-Agent: camscan\r\nAccept: application/sdp\r\n\r\n"
    )
    assert rtsp.encode_options("rtsp://10.0.0.5?proto=Onvif", 3).startswith(b"OPTIONS rtsp://10.0.0.5?proto=Onvif RTSP")


@pytest.mark.parametrize(
    "url",
    [
        "rtsp://admin:secret@10.0.0.5/",
        "rtsp://secret@10.0.0.5/",
        "rtsp://10.0.0.5/@secret",
        "rtsp://10.0.0.5/user=admin&password=secret&channel=1&stream=0.sdp",
        "rtsp://10.0.0.5/live?USERNAME=secret",
        "rtsp://10.0.0.5/live?auth=secret",
    ],
)
def test_logins_are_neither_sent_nor_shown(url: str) -> None:
    for encode in (rtsp.encode_options, rtsp.encode_describe):
        with pytest.raises(UsageError, match="carries a login") as raised:
            encode(url, 1)
        assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "*",
        "http://10.0.0.5/",
        "rtsp://10.0.0.5/a b",
        "rtsp://10.0.0.5/\r\nAuthorization: Basic Og==",
        "rtsp://10.0.0.5/\n",
        "rtsp://10.0.0.5/é",
        "rtsp://10.0.0.5/" + "a" * rtsp.MAX_URL,
    ],
)
def test_urls_that_cannot_be_asked(url: str) -> None:
    for encode in (rtsp.encode_options, rtsp.encode_describe):
        with pytest.raises(UsageError, match="cannot be asked over RTSP"):
            encode(url, 1)


@given(st.text() | st.text("/?@:=&\r\n a").map("rtsp://10.0.0.5{}".format), st.integers(0, 2**31))
def test_a_request_is_four_or_five_plain_lines(url: str, cseq: int) -> None:
    try:
        request = rtsp.encode_describe(url, cseq)
    except UsageError:
        return
    assert request.count(b"\n") == request.count(b"\r\n") == 5
    assert b"@" not in request
    assert b"uthorization" not in request

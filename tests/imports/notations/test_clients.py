"""Answers as programs show them."""

from __future__ import annotations

from camscan.imports.notations.registry import unwrap


def test_packets_as_ngrep_prints_them() -> None:
    text = (
        "T 192.0.2.8:5 -> 192.0.2.9:554 [AP]\n  OPTIONS rtsp://a/ RTSP/1.0..CSeq: 1....\n##\n"
        "T 192.0.2.9:554 -> 192.0.2.8:5 [AP]\n"
        '  RTSP/1.0 401 Unauthorized..CSeq: 1..WWW-Authenticate: Digest realm="Login t\n  o A1", nonce="5a", ....\n##'
    )
    assert 'WWW-Authenticate: Digest realm="Login to A1", nonce="5a"' in unwrap(text)
    assert "\r\nCSeq: 1\r\n" in unwrap(text)


def test_what_a_dissector_shows() -> None:
    text = (
        "Real Time Streaming Protocol\n    Response: RTSP/1.0 200 OK\\r\\n\n"
        "        [Expert Info: RTSP/1.0 200 OK\\r\\n]\n"
        "        Status: 200\n    CSeq: 2\\r\\n\n    \\r\\n\n    Session Description Protocol\n"
        "        Session Description Protocol Version (v): 0\n        Session Name (s): A\n"
    )
    assert unwrap(text) == "RTSP/1.0 200 OK\r\nCSeq: 2\r\n\r\nv=0\r\ns=A"


def test_a_session_description_of_a_dissector_alone() -> None:
    shown = "Session Description Protocol Version (v): 0\nOwner/Creator, Session Id (o): - 1 1 IN IP4 192.0.2.1\n"
    assert unwrap(f"{shown}Session Name (s): A\nSession Attribute (a): control:*") == (
        "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=A\r\na=control:*"
    )
    assert unwrap("Session Name (s): A\nText (x): b") == "Session Name (s): A\nText (x): b"


def test_a_line_of_a_dissector_that_mail_has_folded() -> None:
    text = "    Response: RTSP/1.0 200 OK\\r\\n\n    CSeq: 2\\r\\n\n    Public: OPTIONS, DESCRIBE,\nSETUP\\r\\n\n"
    assert unwrap(text) == "RTSP/1.0 200 OK\r\nCSeq: 2\r\nPublic: OPTIONS, DESCRIBE, SETUP"


def test_a_session_description_that_json_holds() -> None:
    assert unwrap('{"id": 1, "sdp": "v=0\\r\\ns=a \\"b\\"\\r\\nt=0 0\\r\\n"}') == 'v=0\r\ns=a "b"\r\nt=0 0'
    assert unwrap('{"v": "v=0"}') == '{"v": "v=0"}'


def test_what_a_player_says_of_its_output() -> None:
    text = "Output #0, alsa, to 'hw:4':\n  Metadata:\n    title           : Session of \"a\"\n"
    assert unwrap(text) == 'v=0\r\ns=Session of "a"'


def test_lines_that_show_their_ends() -> None:
    assert unwrap("    v=0\\r\n    s=a\\r\n    t=0 0\\r") == "v=0\r\ns=a\r\nt=0 0"


def test_an_empty_header_takes_no_other_for_its_value() -> None:
    text = 'Server:\nWWW-Authenticate: Basic realm="a"\nDate: b'
    assert "Server: WWW" not in unwrap(text)


def test_packets_that_ngrep_did_not_fold() -> None:
    text = "T 192.0.2.4:80 -> 192.0.2.5:40000 [AP]\nHTTP/1.1 200 OK..Server: a/1....<p>"
    assert unwrap(text) == "HTTP/1.1 200 OK\r\nServer: a/1\r\n\r\n<p>"


def test_a_string_that_a_program_printed() -> None:
    text = "  stream chunk +2s 'RTSP/1.0 200 OK\\r\\nServer: \"a\" 1\\r\\n\\r\\n'\n  stream end +0ms"
    assert unwrap(text) == 'RTSP/1.0 200 OK\r\nServer: "a" 1'


def test_packets_as_tcpdump_prints_them() -> None:
    text = (
        "12:00:01.12 IP 192.0.2.1.554 > 192.0.2.2.5: Flags [P.], length 129: RTSP: RTSP/1.0 401 Unauthorized\n"
        "E..h..@.@...P.......RTSP/1.0 401 Unauthorized\nCSeq: 1\nServer: a\n"
    )
    assert unwrap(text) == "RTSP/1.0 401 Unauthorized\nCSeq: 1\nServer: a"


def test_attributes_among_the_capabilities_of_a_stream() -> None:
    text = (
        '0:00:01.2 pad0: caps = application/x-rtp, media=(string)video, payload=(int)96, a-tool=(string)"A\\ B\\,1", '
        'x-dimensions=(string)"16\\,9", a-note=(string)C, a-recvonly=(string)"", ssrc=(uint)1\n'
    )
    description = "v=0\r\nm=video 0 RTP/AVP 96\r\na=tool:A B,1\r\na=x-dimensions:16,9\r\na=note:C\r\na=recvonly"
    assert unwrap(text + text) == description
    escaped = r'caps="application/x-rtp\,\ media\=\(string\)video\,\ a-tool\=\(string\)\"A\\ B\"\,\ a-nb\=\(string\)C"'
    assert unwrap(escaped) == "v=0\r\nm=video 0 RTP/AVP 96\r\na=tool:A B\r\na=nb:C"
    bare = "application/x-rtp, media=(string)video, clock-rate=(int)90000"
    assert unwrap(bare) == bare


def test_what_curl_says_around_an_answer() -> None:
    assert (
        unwrap("* Trying\n> GET / HTTP/1.1\n>\n< HTTP/1.1 200 OK\n< Server: a\n<\n<html>{}")
        == "HTTP/1.1 200 OK\nServer: a\n\n<html>{}"
    )


def test_what_a_client_of_onvif_lists_of_one_device() -> None:
    one = "- urn:uuid:00030050-0000-1000-8000-000000000000\n  - Canon VB-S30D\n  - http://192.0.2.7/onvif/device_service\n"
    assert unwrap(one) == (
        "urn:uuid:00030050-0000-1000-8000-000000000000\n"
        "onvif://www.onvif.org/name/Canon%20VB-S30D\n"
        "http://192.0.2.7/onvif/device_service"
    )
    assert "onvif.org" not in unwrap(one + one)  # a name is of one of them


def test_a_list_that_is_not_of_devices() -> None:
    text = "- urn:uuid:00030050-0000-1000-8000-000000000000\n  - Canon VB-S30D\n  - to be sold"
    assert unwrap(text) == text


def test_packets_without_their_captions() -> None:
    assert unwrap("HTTP/1.1 200 OK..Server: a/1....<p>") == "HTTP/1.1 200 OK\r\nServer: a/1\r\n\r\n<p>"


def test_a_description_that_zoneminder_logs_line_by_line() -> None:
    lines = ("v=0", "s=b's", "t=0 0")
    log = "".join(
        f"06/27/15 17:16:2{at}.1 zmc[7].DB3-a.cpp/1 [Processing SDP line '{one}']\n" for at, one in enumerate(lines)
    )
    assert unwrap(log).splitlines() == list(lines)

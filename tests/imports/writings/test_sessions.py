"""Session descriptions as programs hold and show them."""

from __future__ import annotations

import pytest

from camscan.imports import pasted

DISSECTED = (
    "Session Description Protocol\n"
    "    Session Description Protocol Version (v): 0\n"
    "    Owner/Creator, Session Id (o): - 2251938191 2251938191 IN IP4 0.0.0.0\n"
    "    Session Name (s): Media Server\n"
    "    Session Attribute (a): packetization-supported:DH\n"
)


@pytest.mark.parametrize(
    "text",
    [
        DISSECTED,
        "Session Name (s): Media Server",
        "[Pair{v 0}, \nPair{o - 2251938191 1 IN IP4 0.0.0.0}, \nPair{s Media Server}, Pair{i }]",
        '{"v":"0","o":"- 2251938191 1 IN IP4 0.0.0.0","s":"Media Server","t":"0 0"}',
        '{"version":0,"origin":{"username":"-","sessionId":1},"name":"Media Server","media":[]}',
        "SessionDescription(version=0, origin=- 1 1 IN IP4 0.0.0.0, sessionName=Media Server, email=NONE)",
        "{Version:0 Origin:{Username:- SessionID:2251938191} SessionName:Media Server URI:<nil>}",
        "assert sdp.session_name == 'Media Server'",
    ],
)
def test_the_fields_of_a_description(text: str) -> None:
    assert pasted.read(text, "rtsp")[0].fields["rtsp.sdp.session"] == ("Media Server",)


def test_a_dissected_description_keeps_its_head() -> None:
    fields = pasted.read(f"RTSP/1.0 200 OK\nServer: Rtsp Server/2.0\n{DISSECTED}", "rtsp")[0].fields
    assert fields["rtsp.server"] == ("Rtsp Server/2.0",)
    assert fields["rtsp.sdp.session"] == ("Media Server",)
    assert fields["rtsp.sdp.attribute"] == ("packetization-supported:DH",)


def test_the_tool_that_a_parser_found() -> None:
    text = '{"origin":{"username":"-"},"name":"x","tool":"LIVE555 Streaming Media v2013.04.08"}'
    assert pasted.read(text, "rtsp")[0].fields["rtsp.sdp.tool"] == ("LIVE555 Streaming Media v2013.04.08",)


@pytest.mark.parametrize(
    "text",
    [
        "session_name = Media Server",
        '{"name":"Media Server","media":[]}',
        '{"origin":{"username":"-"},"name":',
        "[Pair{v 0}, Pair{s Media Server}]",
        "Server: Rtsp Server/2.0\nsdp: sessionName=Media Server",
    ],
)
def test_other_names_are_none(text: str) -> None:
    assert all("rtsp.sdp.session" not in part.fields for part in pasted.read(text, "rtsp"))

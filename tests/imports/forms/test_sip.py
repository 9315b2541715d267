"""Tests for messages of SIP."""

from __future__ import annotations

import pytest

from camscan.imports.pasted import read

ANSWER = (
    "SIP/2.0 200 OK\r\nVia: SIP/2.0/TCP 192.0.2.1;branch=foo\r\nFrom: <sip:a@192.0.2.1>;tag=root\r\n"
    "User-Agent: DoorBird D2101V\r\nAllow: INVITE, ACK\r\nContent-Length: 0\r\n\r\n"
)
CATALOGUE = (
    "MESSAGE sip:34020000002000000001@192.0.2.1:5060 SIP/2.0\nUser-Agent: SIP UAS V3.0\n"
    "Content-Type: Application/MANSCDP+xml\n\n<Response>\n<Item>\n<Manufacturer>Uniview</Manufacturer>\n"
    "<Model>IPC2324SR5</Model>\n</Item>\n</Response>"
)


def values(raw: str, field: str, channel: str = "") -> list[str]:
    found = (value for one in read(raw, channel) for value in one.fields.get(field, ()))
    return list(dict.fromkeys(found))


@pytest.mark.parametrize("channel", ["", "banner", "http"])
def test_an_agent_that_answers_names_itself_as_a_server_does(channel: str) -> None:
    assert values(ANSWER, "http.server", channel) == ["DoorBird D2101V"]
    assert "user-agent: DoorBird D2101V" in values(ANSWER, "http.header", channel)


def test_what_calls_itself_a_server_keeps_that_name() -> None:
    assert values(ANSWER.replace("User-Agent", "Server"), "http.server") == ["DoorBird D2101V"]
    both = ANSWER.replace("Allow:", "Server: Asterisk PBX 13\r\nAllow:")
    assert values(both, "http.server") == ["Asterisk PBX 13"]


def test_the_message_is_a_banner_too() -> None:
    assert len(values(ANSWER, "banner.text")) == 1


def test_the_one_that_answers_is_told_from_the_one_that_asked() -> None:
    asked = "OPTIONS sip:nm@192.0.2.9 SIP/2.0\r\nUser-Agent: friendly-scanner\r\nContent-Length: 0\r\n\r\n"
    assert values(asked + ANSWER, "http.server") == ["DoorBird D2101V"]
    assert values(asked, "http.server") == ["friendly-scanner"]


def test_a_body_tells_what_it_tells_without_its_head() -> None:
    assert values(CATALOGUE, "onvif.manufacturer") == ["Uniview"]
    assert values(CATALOGUE, "onvif.model") == ["IPC2324SR5"]
    assert values(CATALOGUE, "http.server") == ["SIP UAS V3.0"]


def test_the_session_that_a_body_describes() -> None:
    accepted = ANSWER.replace("Content-Length: 0", "Content-Type: application/SDP") + "v=0\r\ns=EZVIZ X5S\r\n"
    assert values(accepted, "rtsp.sdp.session") == ["EZVIZ X5S"]
    assert values(ANSWER, "rtsp.sdp.session") == []


def test_words_about_sip_are_no_message() -> None:
    assert values("it said\nSIP/2.0 200 OK", "http.server") == []
    assert values("SIP/2.0 is\nUser-Agent: spoken", "http.server") == []

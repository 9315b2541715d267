from __future__ import annotations

import pytest

from camscan.imports.nmap.servicefp import probe_answers

PRINT = (
    r'SF-Port80-TCP:V=7.95%I=7%D=1/1%r(NULL,5,"hi\x20\0\r\n")'
    r'%r(GetRequest,2A,"HTTP/1\.0\x20200\x20OK\r\nServer:\x20a\"b\r\n\r\n")'
    r'%r(RTSPRequest,10,"RTSP/1\.0\x20200\x20OK\r\n\r\n")%r(Help,3,"abc");'
)


def test_bytes_are_taken_out_of_a_fingerprint() -> None:
    assert [(one.channel, one.asked, one.raw) for one in probe_answers(PRINT)] == [
        ("banner", "", b"hi \0\r\n"),
        ("http", "GET /", b'HTTP/1.0 200 OK\r\nServer: a"b\r\n\r\n'),
        ("rtsp", "OPTIONS", b"RTSP/1.0 200 OK\r\n\r\n"),
    ]


def test_an_answer_in_a_protocol_without_a_codec_gives_its_bytes() -> None:
    status = r"\0\0\0\x10\0\0\0\r\0\0\0\r\0\0\0\0"
    (one,) = probe_answers(f'SF-Port8000-TCP:V=7.95%I=7%r(SMBProgNeg,10,"{status}");')
    assert (one.channel, one.fields) == ("banner", {"bytes.hex": ("000000100000000d0000000d00000000",)})


def test_lines_of_text_output_are_joined() -> None:
    folded = PRINT[:60] + "\nSF:" + PRINT[60:120] + "\nSF:" + PRINT[120:]
    assert [one.raw for one in probe_answers(folded)] == [one.raw for one in probe_answers(PRINT)]


@pytest.mark.parametrize("text", ["", "SF-Port", '%r(GetRequest,1,"', PRINT[:70], '%r(NULL,1,"' + "\\x4" * 9000 + '")'])
def test_broken_fingerprints_give_what_is_whole(text: str) -> None:
    assert all(one.fields for one in probe_answers(text))

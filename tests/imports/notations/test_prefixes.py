"""What stands before the lines of an answer in logs, comments and the output of packet printers."""

from __future__ import annotations

import pytest
from support.costs import costs_less_than

from camscan.imports.notations.prefixes import unmarked
from camscan.imports.notations.registry import unwrap

ANSWER = 'RTSP/1.0 401 Unauthorized\nCSeq: 1\nWWW-Authenticate: Basic realm="A(1)"'


@pytest.mark.parametrize(
    "prefix",
    [
        "// ",
        "        // ",
        "# ",
        "2023-12-18 21:19:41.0257  [2023-12-18 21:19:41] ffmpeg.a   ERROR   : ",
        "lab  | 2023-12-18 21:19:41.12 [x] W: ",
        "[rtsp @ 0x5581] ",
        "[2024-04-09 21:25:40.493][DBG] ",
    ],
)
def test_prefixes_are_taken_off(prefix: str) -> None:
    lines = [prefix + line for line in ANSWER.split("\n")]
    assert unwrap("\n".join(lines)) == ANSWER
    assert unwrap("\n".join(["12:00:01 starting", *lines])) == ANSWER
    assert unwrap("\n".join([f"{prefix}OPTIONS rtsp://a/ RTSP/1.0", *lines])).endswith(f"RTSP/1.0\n{ANSWER}")


def test_times_may_differ_from_line_to_line() -> None:
    text = "\n".join(f"21:19:4{place}.{place * 7} a: {line}" for place, line in enumerate(ANSWER.split("\n")))
    assert unwrap(text) == ANSWER


def test_each_answer_of_a_log_is_kept() -> None:
    text = "10:00:01 DEB [s->c] RTSP/1.0 200 OK\nCSeq: 1\n\n10:00:02 DEB [s->c] RTSP/1.0 401 Unauthorized\nCSeq: 2"
    assert unwrap(text) == "RTSP/1.0 200 OK\nCSeq: 1\n\nRTSP/1.0 401 Unauthorized\nCSeq: 2"


@pytest.mark.parametrize(
    "lead", ["Sep 02 16:29:14 host app[4888]: ", "2026-09-02T16:29:14+02:00 host app[1]: ", "frigate_1  | "]
)
def test_the_journal_of_a_system_is_taken_off(lead: str) -> None:
    lines = ["2026/09/02 16:29:14 DEB [s->c] RTSP/1.0 200 OK", "CSeq: 1", "Server: a"]
    assert unwrap("\n".join(lead + line for line in lines)) == "RTSP/1.0 200 OK\nCSeq: 1\nServer: a"
    assert unwrap(f"{lead}a\nb") == f"{lead}a\nb"


@pytest.mark.parametrize("lead", ["10:00:01 DEBUG (MainThread) [a.b] ", "got: ", "2024-01-01 10:00:01 data:\n"])
def test_a_record_behind_the_lead_of_a_log(lead: str) -> None:
    assert unwrap(f"{lead}[{{'cmd': 'Login'}}]") == '[{"cmd": "Login"}]'
    assert unwrap(f'{lead}{{"cmd": 1}}') == '{"cmd": 1}'
    assert unwrap(f'{lead}{{"cmd": 1}} x') == f'{lead}{{"cmd": 1}} x'


@pytest.mark.parametrize("lead", ["2026-09-02 16:29:14 INFO: ", "// "])
def test_a_description_behind_the_lead_of_a_log(lead: str) -> None:
    described = "v=0\no=- 1 1 IN IP4 192.0.2.1\ns=A"
    assert (
        unwrap("\n".join(lead.replace("12", str(9 + at)) + line for at, line in enumerate(described.splitlines())))
        == described
    )


def test_a_commented_description_is_kept_from_its_first_line() -> None:
    described = "v=0\no=- 1 1 IN IP4 192.0.2.1\ns=Media Presentation\nt=0 0\na=control:*\nm=video 0 RTP/AVP 96"
    assert unwrap("\n".join(f"//{line}" for line in described.splitlines())) == described


def test_an_empty_comment_parts_head_and_body() -> None:
    assert unwrap("// RTSP/1.0 200 OK\n// CSeq: 2\n//\n// v=0") == "RTSP/1.0 200 OK\nCSeq: 2\n\nv=0"


@pytest.mark.parametrize(
    "text",
    [
        ANSWER,
        '{"Server": "a"}',
        "they said Server: a",
        "",
        "<!-- 10:00:00 --> Server: a",
    ],
)
def test_other_text_stays(text: str) -> None:
    assert unwrap(text) == text


def test_an_answer_that_stands_deeper_than_what_a_report_says_of_it() -> None:
    text = "192.0.2.4:85/tcp\n\n  GetRequest:\n    HTTP/1.1 200 OK\n    Server: a\n"
    assert unwrap(text) == "192.0.2.4:85/tcp\n\nGetRequest:\nHTTP/1.1 200 OK\nServer: a"


def test_headers_that_are_indented() -> None:
    assert unwrap("RTSP/1.0 200 OK\n    CSeq: 1\n\n    v=0") == "RTSP/1.0 200 OK\nCSeq: 1\n\nv=0"
    assert unwrap("SIP/2.0 200 OK\n    Via: SIP/2.0/UDP a\n    To: b") == "SIP/2.0 200 OK\nVia: SIP/2.0/UDP a\nTo: b"
    assert (
        unwrap('Server: a\nWWW-Authenticate: Digest\n  realm="b"') == 'Server: a\nWWW-Authenticate: Digest\n  realm="b"'
    )


def test_a_session_description_in_a_comment() -> None:
    assert unwrap("/* Attributes:\n * a=control:b\n * a=rtpmap:96 H264/90000") == "a=control:b\na=rtpmap:96 H264/90000"


def test_a_head_in_one_line_of_a_table() -> None:
    text = "ip,port,banner\n192.0.2.1,80,HTTP/1.1 401 Unauthorized Server: a/1 WWW-Authenticate: Basic realm=x"
    head = "HTTP/1.1 401 Unauthorized\r\nServer: a/1\r\nWWW-Authenticate: Basic realm=x"
    assert unwrap(text) == f"ip,port,banner\n{head}"
    assert unwrap(f"{head}\r\nX-Note: Server: b") == f"{head}\r\nX-Note: Server: b"


HEAD = "HTTP/1.1 200 OK\nServer: A/1\nContent-Type: text/html"


@pytest.mark.parametrize("mark", ["//", "#", "*", "+", "--", ";", "<", "   #"])
def test_remarks_of_programs_and_marks_of_a_direction(mark: str) -> None:
    assert unmarked("\n".join(f"{mark} {line}" for line in HEAD.splitlines())) == HEAD
    assert unmarked(f"{mark} Server: A/1") == "Server: A/1"
    assert unmarked("//Server: A/1\n//Date: b") == "Server: A/1\nDate: b"


@pytest.mark.parametrize(
    "text",
    [
        "# a\nb",
        "<html>\n<body>",
        "<a>\n<b>",
        "#!/bin/sh",
        "--boundary\n--",
        "*bold*",
        "",
        "\n",
        " ; AXIS A; Camera; 8.4; ",
    ],
)
def test_lines_without_a_mark_stay(text: str) -> None:
    assert unmarked(text) == text


@pytest.mark.parametrize(
    "part", ["// a\n", "HTTP/1.1 200 OK A: ", " a=b", "RTSP/1.0 200 OK  ", "a:\n", "< ", "/*\n", " v=0 o="]
)
def test_hostile_marks_take_no_time(part: str) -> None:
    with costs_less_than(1.0):
        unmarked("HTTP/1.1 200 OK A: b" + part * (200_000 // len(part)))
        unmarked(part * (200_000 // len(part)))


def test_an_indent_of_all_lines() -> None:
    assert unwrap("    a=1\n    b=2\n") == "a=1\nb=2"
    assert unwrap("\n\ta\n\t\tb") == "a\n\tb"
    assert unwrap("a\n    b") == "a\n    b"


@pytest.mark.parametrize("lead", ["D/RtspServer: ", "INFO: ", "S->C: ", "01-02 12:00:00.000 1 2 D RtspServer: "])
def test_a_word_before_the_status_of_a_head_that_stands_deeper(lead: str) -> None:
    lines = ["RTSP/1.0 200 OK", "Server: a", "Cseq: 2"]
    assert unwrap(lead + "\n    ".join(lines)) == "\n".join(lines)


@pytest.mark.parametrize("prefix", ["<<< ", "<- ", "a  | 2024-05-07 18:49:55.471343350  ", "Nov 28 18:01:02 a b[8]: "])
def test_prefixes_of_other_lines_than_an_answer_has(prefix: str) -> None:
    lines = ["Manufacturer: A", "Model: B", "Firmware: C"]
    assert unwrap("\n".join(prefix + line for line in lines)).splitlines() == lines


@pytest.mark.parametrize("lines", ["table.a[0].B=1\nname=C", '{"a":\n1}', "Server: a\nVary: b"])
def test_settings_json_and_headers_with_bars(lines: str) -> None:
    assert unmarked("\n".join(f"|   {line}" for line in lines.splitlines())).split() == lines.split()


def test_bars_of_nmap_stay() -> None:
    assert unmarked("| http-title: a\n|_b=c") == "| http-title: a\n|_b=c"


def test_marks_are_looked_for_at_the_beginning_of_a_line_alone() -> None:
    blanks = 256 * 1024 * " "
    with costs_less_than(2):
        assert unmarked(f"< HTTP/1.1 200 OK\n< Server: a < b\n{blanks}") == f"HTTP/1.1 200 OK\nServer: a < b\n{blanks}"

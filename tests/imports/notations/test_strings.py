"""Answers that stand in code as several strings."""

from __future__ import annotations

import pytest
from support.costs import costs_less_than

from camscan.imports.notations.registry import unwrap
from camscan.imports.notations.strings import joined

ANSWER = 'RTSP/1.0 401 Unauthorized\r\nServer: a\r\nWWW-Authenticate: Basic realm="b"'


@pytest.mark.parametrize(
    "text",
    [
        '"RTSP/1.0 401 Unauthorized\\r\\n"\n"Server: a\\r\\n"\n"WWW-Authenticate: Basic realm=\\"b\\"\\r\\n"',
        '"RTSP/1.0 401 Unauthorized\\r\\n"+"Server: a\\r\\n"+\n\'WWW-Authenticate: Basic realm="b"\\r\\n\'+"\\r\\n";',
        'char *a =\n  "RTSP/1.0 401 Unauthorized\\r\\n"  "Server: a\\r\\n" "WWW-Authenticate: Basic realm=\\"b\\"";',
        '(b"RTSP/1.0 401 Unauthorized\\r\\n"\n b"Server: a\\r\\n" b\'WWW-Authenticate: Basic \' b\'realm="b"\')',
        r"""['RTSP/1.0 401 Unauthorized', 'Server: a', 'WWW-Authenticate: Basic realm="b"'].join('\r\n');""",
        r"""x = ["RTSP/1.0 401 Unauthorized", "Server: a", 'WWW-Authenticate: Basic realm="b"'].joined(by: "\r\n")""",
        r""""\r\n".join(["RTSP/1.0 401 Unauthorized", "Server: a", 'WWW-Authenticate: Basic realm="b"', ""])""",
        r"""String.join("\r\n", "RTSP/1.0 401 Unauthorized", "Server: a", "WWW-Authenticate: Basic realm=\"b\"")""",
        r"""implode("\r\n", ['RTSP/1.0 401 Unauthorized', 'Server: a', 'WWW-Authenticate: Basic realm="b"']);""",
    ],
)
def test_strings_that_are_one_answer(text: str) -> None:
    assert unwrap(text) == ANSWER


@pytest.mark.parametrize(
    "text",
    [
        '"Server: a" "b"',
        '["a", "b", "c"]',
        '{"a\\n": "b\\n"}',
        r'"Server: a\r\n" is what "b\r\n" says',
        r'"\r\n".join(names)',
        "['a', 'b'].join(', ')",
        r'print("a\n"); print("b\n")',
    ],
)
def test_other_strings_stay_as_they_are(text: str) -> None:
    assert joined(text) == text


@pytest.mark.parametrize("part", ['"a\\n"', '"a\\n" + ', "'a', ", '["a", ', '"\\r\\n".join(', "join(", '"', "\\"])
def test_hostile_text_takes_no_time(part: str) -> None:
    with costs_less_than(1.0):
        joined(part * (60_000 // len(part)))

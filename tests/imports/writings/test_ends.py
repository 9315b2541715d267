"""Answers as terminals, web pages and programs write them down."""

from __future__ import annotations

import base64
import html
import json
import quopri

import pytest

from camscan.imports.writings.ends import replaced, single
from camscan.imports.writings.registry import sent

HEAD = 'RTSP/1.0 401 Unauthorized\nCSeq: 2\nWWW-Authenticate: Digest realm="A b", nonce="1"\n'
SENT = HEAD.replace("\n", "\r\n")
DESCRIBED = "v=0\no=- 1 1 IN IP4 0.0.0.0\ns=Media Server\na=control:*\n"


def lines(text: str) -> list[str]:
    return [line for line in sent(text).splitlines() if line.strip()]


@pytest.mark.parametrize("answer", [HEAD, DESCRIBED])
@pytest.mark.parametrize(
    "written",
    [
        lambda text: text.replace("\n", "\r\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: text.replace("\n", "^M\n"),
        lambda text: text.replace("\n", "␍␊\n"),
        lambda text: text.replace("\n", "↵"),
        lambda text: text.replace(" ", "\xa0"),
        lambda text: "\n".join(f"\x1b[32m{line}\x1b[0m" for line in text.splitlines()),
        lambda text: "\n".join(f"- `{line}`" for line in text.splitlines()),
        lambda text: "\n".join(f">> {line}" for line in text.splitlines()),
        lambda text: "\n".join(f"| {line}" for line in text.splitlines()),
        lambda text: 'val r = """\n' + "".join(f"    |{line}\n" for line in text.splitlines()) + '""".trimMargin()',
        lambda text: "response: |\n" + "".join(f"  {line}\n" for line in text.splitlines()),
        lambda text: f"<pre><code>{html.escape(text)}</code></pre>",
        lambda text: "<p>" + html.escape(text).replace("\n", "<br>\n") + "</p>",
        lambda text: text.replace("\n", "<br/>"),
        lambda text: f'<a b="{html.escape(text)}"/>'.replace("\n", "&#13;&#10;"),
        lambda text: text.replace("\n", "\\x0d\\x0a"),
        lambda text: text.replace("\n", "\\015\\012"),
        lambda text: text.replace("\n", "\\u000d\\u000a"),
        lambda text: text.replace(" ", "%20").replace("\n", "%0D%0A").replace("%20", " "),
        lambda text: text.strip().replace("\n", " | "),
        lambda text: text.replace("\n", ".."),
        lambda text: "\n".join(json.dumps({"log": f"{line}\n", "time": "2026"}) for line in text.splitlines()),
        lambda text: json.dumps({"ip": "192.0.2.1", "data": base64.b64encode(text.encode()).decode()}),
        lambda text: json.dumps({"data": text.encode().hex()}),
        lambda text: "char d[] = {" + ", ".join(f"0x{byte:02x}" for byte in text.encode()) + "};",
    ],
)
def test_lines_of_an_answer(written: object, answer: str) -> None:
    assert callable(written)
    assert lines(written(answer)) == answer.splitlines()


@pytest.mark.parametrize(
    "text",
    [
        HEAD.replace('="A b"', "=“A b”"),
        HEAD.replace('="A b"', '=""A b""'),
        quopri.encodestring(HEAD.encode()).decode(),
        f"<item><banner>{html.escape(HEAD)}</banner></item>",
        HEAD.strip().replace("\n", "; "),
    ],
)
def test_a_head(text: str) -> None:
    assert lines(text)[:2] == HEAD.splitlines()[:2]
    assert 'realm="A b"' in sent(text)


NOTED = "Manufacturer: A\nModel: B-1\nFirmwareVersion: 1.2"


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(f"{place}:{line}" for place, line in enumerate(NOTED.splitlines(), 9)),
        "\n".join(f"{place}. {line}" for place, line in enumerate(NOTED.splitlines(), 1)),
        "\n".join(f"- {line}" for line in NOTED.splitlines()),
        "\n".join(f"+{line}" for line in NOTED.splitlines()),
        "\n".join(f">> {line}" for line in NOTED.splitlines()),
        "\n".join(f"2026-01-01 10:00:0{place},123 DEBUG a.b: {line}" for place, line in enumerate(NOTED.splitlines())),
        "\n".join(f"0:00:01.2 12 0x5a DEBUG a b.c:{place}:d: {line}" for place, line in enumerate(NOTED.splitlines())),
        f"<pre>\n{NOTED}\n</pre>",
        f"~~~\n{NOTED}\n~~~",
        f"{{code:title=a|b=c}}\n{NOTED}\n{{code}}",
        f"[source,text]\n----\n{NOTED}\n----",
        f"cat <<'EOF'\n{NOTED}\nEOF",
        NOTED.replace(" ", "\xa0"),
        f">>> print(a)\n{NOTED}",
        "answer: >-\n" + "".join(f"  {line}\n" for line in NOTED.splitlines()),
        repr({"port": 80, "banner": NOTED}),
        json.dumps({"port": 80, "data": NOTED}),
        json.dumps({"port": 80, "banner": base64.b64encode(NOTED.encode()).decode()}),
        json.dumps({"port": 80, "banner": NOTED.encode().hex()}),
    ],
)
def test_lines_that_somebody_noted(text: str) -> None:
    assert sent(text).strip() == NOTED


@pytest.mark.parametrize(
    "document", ['<?xml version="1.0"?>\n<ProbeMatch><MAC>1</MAC></ProbeMatch>', '{"params": {"type": "IPC-A"}}']
)
def test_a_document(document: str) -> None:
    assert sent(f"<pre>{html.escape(document)}</pre>") == document
    assert sent(f"<a><b>{html.escape(document)}</b></a>") == document
    assert sent(f'<a b="{html.escape(document)}"/>') == document
    assert sent(json.dumps({"a": base64.b64encode(document.encode()).decode()})) == document


@pytest.mark.parametrize("said", ["Server: A/1", "<A>1</A>", "onvif://www.onvif.org/name/A", "vendor=A", "a: 1\nb: 2"])
def test_a_line_of_an_answer_that_json_holds(said: str) -> None:
    assert sent(json.dumps({"ip": "192.0.2.1", "data": said})) == said
    assert sent(json.dumps({"data": "a sentence, no answer"})) == '{"data": "a sentence, no answer"}'


def test_octets_that_json_holds() -> None:
    assert sent(json.dumps({"banner": HEAD.replace("\n", "\\x0d\\x0a")})) == SENT.strip()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "¶ a paragraph",
        '{"server": "a", "date": "b"}',
        "| http-headers:\n|   Server: a",
        "<p>HTTP/1.1 in a sentence</p>",
        "x=3D",
        "a | b; c, d",
        '{"a": 1}\n{"b": 2}',
        "+   eth0 IPv4 a _http._tcp local\n+   eth0 IPv4 b _http._tcp local\n+   eth0 IPv4 c _http._tcp local",
        "Server: a\nServer: b\nServer: c",
        "3. a\n2. b\n1. c",
        "10.0.0.1: a\n10.0.0.2: b\n10.0.0.3: c",
    ],
)
def test_other_text_stays(text: str) -> None:
    assert sent(text) == text


@pytest.mark.parametrize(
    "text",
    [
        '#if 0\nchar held[2048]="v=0\\n\\\ns=Acme\\n\\\nt=0 0\\n\\',
        '"v=0\\r\\n\\\n  s=Acme\\r\\n\\\n  t=0 0\\r\\n";',
    ],
)
def test_lines_of_a_string_that_is_continued(text: str) -> None:
    assert replaced(text) == "v=0\r\ns=Acme\r\nt=0 0"


def test_the_end_of_such_a_string_and_a_single_line_of_it() -> None:
    assert replaced('s=Acme\\r\\n\\\nt=0 0\\r\\n\\\na=tool:1\\r\\n"') == "s=Acme\r\nt=0 0\r\na=tool:1"
    assert replaced("s=Acme\\n\\\nt=0 0") == "s=Acme\\n\\\nt=0 0"


def test_values_of_a_challenge_in_single_quotes() -> None:
    assert single("Digest realm='Login to 4KS2', nonce='a'") == 'Digest realm="Login to 4KS2", nonce="a"'
    for text in ("realm='it\"s'", "name='a'", 'realm="a"', "the realm is 'a'"):
        assert single(text) == text

from __future__ import annotations

from urllib.parse import quote, quote_plus

import pytest

from camscan.imports.writings.encodings import decoded, percent_encoded
from camscan.imports.writings.registry import unwrap

DATA = b"\x20\x00\x00\x00DHIP" + bytes(range(24))


@pytest.mark.parametrize(
    "text",
    [
        "IAAAAERISVAAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhc=",
        "base64: IAAAAERISVAAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhc",
        DATA.hex(),
        DATA.hex(" "),
        DATA.hex(":").upper(),
        "0x" + DATA.hex(),
        ", ".join(f"0x{byte:02x}" for byte in DATA),
        "".join(f"\\x{byte:02x}" for byte in DATA),
        repr(DATA),
        f"0000   {DATA[:16].hex(' ')}   ...\n0010   {DATA[16:].hex(' ')}   ...",
        f"00000000: {DATA[:16].hex(' ', 2)}  ...\n00000010: {DATA[16:].hex(' ', 2)}  ...",
        "\n".join(f"{at:08x}  {DATA[at : at + 8].hex(' ')}  {DATA[at + 8 : at + 16].hex(' ')}  |..|" for at in (0, 16))
        + "\n00000020",
        "Length: 32 bytes\n"
        + "\n".join(
            f"{at:04x}:   {'  '.join(DATA[at + n : at + n + 4].hex(' ') for n in (0, 4, 8, 12))}   ......."
            for at in (0, 16)
        ),
        "12:00:01.2 IP 192.0.2.1.80 > 192.0.2.2.5: Flags [P.], length 32\n"
        + "\n".join(f"\t0x{at:04x}:  {DATA[at : at + 16].hex(' ', 2)}  ........" for at in (0, 16)),
        (
            f"000000A0  {DATA[:8].hex(' ')}  {DATA[8:16].hex(' ')}   ........ ........\n"
            f"000000B0  {DATA[16:24].hex(' ')}  {DATA[24:].hex(' ')}   ........ ........"
        ),
    ],
)
def test_bytes_in_any_notation(text: str) -> None:
    assert decoded(text) == DATA


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Server: App-webs/",
        "44:19:b6:01:02:03",
        "0010  20 00 is no dump",
        "a'b",
        "'open",
        "abc" * 4,
        "__import__('os')",
    ],
)
def test_other_text_is_no_wrapping(text: str) -> None:
    assert decoded(text) == b""


def test_a_dump_of_two_sides() -> None:
    def rows(data: bytes, indent: str) -> str:
        return "\n".join(f"{indent}{at:08X}  {data[at : at + 16].hex(' ')}   .." for at in range(0, len(data), 16))

    asked, told = b"GET /a HTTP/1.1\r\n\r\n", b"HTTP/1.1 200 OK\r\nServer: a\r\n\r\n"
    assert decoded(rows(asked, "") + "\n" + rows(told, "    ")) == asked + told
    assert decoded(rows(told, "") + "\n00000010  61 62 has been there") == b""


HEAD = 'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm="Login to A&B", nonce="5c:1"\r\n\r\n<p>100%</p>'


@pytest.mark.parametrize("text", [quote(HEAD), quote(HEAD, safe=""), quote_plus(HEAD), quote(HEAD, safe=":/,=&")])
def test_escapes_of_addresses_and_forms(text: str) -> None:
    assert unwrap(text) == HEAD


def test_letters_beyond_ascii_as_escapes() -> None:
    assert unwrap(r"<title>\u6d77\u5eb7 Web \ud83d\ude00</title>") == "<title>\u6d77\u5eb7 Web \U0001f600</title>"
    assert unwrap(r"C:\users\u12 \ud83d\ud83d") == r"C:\users\u12 \ud83d\ud83d"
    assert unwrap(r"Basic realm=\"A b\"") == 'Basic realm="A b"'


def test_a_value_with_escapes() -> None:
    assert unwrap("CN%3Dcam-1%2CO%3DExample") == "CN=cam-1,O=Example"
    assert unwrap("24%3A52%3A6a%3A4d%3A5e%3A6f") == "24:52:6a:4d:5e:6f"


@pytest.mark.parametrize(
    "text",
    [
        "onvif://www.onvif.org/name/Example%20One",
        "/nice%20ports%2C/Tri%6Eity.txt%2ebak",
        "name%20of a camera",
        "100%",
        "50%25",
        '{"name":"a%20b"}',
    ],
)
def test_addresses_and_other_text_keep_their_escapes(text: str) -> None:
    assert percent_encoded(text) == text

from __future__ import annotations

import pytest

from camscan.imports.notations.encodings import decoded, literal

DATA = b"\x20\x00\x00\x00DHIP" + bytes(range(24))


@pytest.mark.parametrize(
    "text",
    [
        "IAAAAERISVAAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhc=",
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
        "http://a/b%0d%0ac%20d",
        "a%20b%20c%20d",
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


def test_the_value_of_a_string() -> None:
    assert literal(' "a\\u00e9" ') == "a\u00e9"
    assert literal("b'a\\x00'") == b"a\x00"
    for text in ("a", "'a' + 'b'", "f'a'", '"', "'it's'"):
        assert literal(text) is None

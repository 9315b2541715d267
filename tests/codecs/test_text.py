from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.codecs.text import clip, mac, to_text


@pytest.mark.parametrize(
    ("data", "charset", "text"),
    [
        (b"plain", "", "plain"),
        ("录像机 é".encode(), "", "录像机 é"),
        ("录像机".encode(), "gb2312", "录像机"),  # UTF-8 wrongly named
        ("录像机".encode("gb2312"), "gb2312", "录像机"),
        ("录像机".encode("gb2312"), "", "录像机"),
        ("网络摄像机 IPC".encode("gb2312"), "iso-8859-1", "网络摄像机 IPC"),
        ("監視器".encode("big5"), "Big5", "監視器"),
        ("Камера".encode("cp1251"), "windows-1251", "Камера"),
        ("Caméra à l'entrée".encode("latin-1"), "", "Caméra à l'entrée"),
        ("Kamera für Tür".encode("latin-1"), "no-such-charset", "Kamera für Tür"),
        ("Kamera für Tür".encode("latin-1"), "punycode", "Kamera für Tür"),
        (b"\xef\xbb\xbf<a/>", "", "<a/>"),
        ("Kamera ü".encode("utf-16"), "", "Kamera ü"),
        (b"\xfe\xff" + "ü".encode("utf-16-be"), "", "ü"),
        ("Kamera ü".encode("utf-16-le"), "utf-16le", "Kamera ü"),
        ("<title>录像机</title>".encode("gb2312"), "utf-16", "<title>录像机</title>"),  # no UTF-16: it has no NUL
        ("Caméra IP".encode("latin-1"), "UTF-16LE", "Caméra IP"),
        (b"name\0\0\0", "", "name"),
        ("录像机".encode()[:-1], "", "录像"),  # cut in the middle of a character
        (b"Caf\xe9", "", "Caf\xe9"),  # not a cut UTF-8 character: nothing before shows that it is UTF-8
        ("录像机".encode("gb2312")[:-1], "", "录像\ufffd"),
        (b"", "gb2312", ""),
        ("网络摄像机 ".encode() + b"\xff IPC", "", "网络摄像机 \ufffd IPC"),
        ("摄像机".encode() + b"\xa3\xff" + "录像".encode("gb2312"), "UTF-8", "摄像机\ufffd\ufffd¼\ufffd\ufffd"),
        ("摄像机".encode() + b"\xa3\xff" + "录像".encode("gb2312"), "", "æ\x91\x84å\x83\x8fæ\x9cº£ÿÂ¼Ïñ"),
        ("ネットワーク設定".encode("euc-jp") + b"\xff", "", "¥Í¥Ã¥È¥ï¡¼¥¯ÀßÄêÿ"),
    ],
)
def test_text_is_read_in_the_charset_that_fits(data: bytes, charset: str, text: str) -> None:
    assert to_text(data, charset) == text


@given(st.binary(max_size=200), st.text(max_size=40))
def test_any_bytes_become_text_that_can_be_stored(data: bytes, charset: str) -> None:
    text = to_text(data, charset)
    assert "\0" not in text
    text.encode()


@given(st.text(max_size=100))
def test_utf8_comes_back_as_it_was(text: str) -> None:
    assert to_text(text.encode()) == text.replace("\0", "").removeprefix("\ufeff")


@pytest.mark.parametrize(
    ("text", "limit", "clipped"),
    [("  a b \r\n", 10, "a b"), ("abcdef", 3, "abc"), ("ab cd", 3, "ab"), ("a\ud800b", 9, "a\ufffdb"), ("", 5, "")],
)
def test_clip(text: str, limit: int, clipped: str) -> None:
    assert clip(text, limit) == clipped


@pytest.mark.parametrize(
    "text",
    [
        "58-50-ed-1f-e3-85",
        "58:50:ED:1f:e3:85",
        "58 50 ed 1f e3 85",
        "5850.ed1f.e385",
        "5850ed1fe385",
        "5850ed-1fe385",
        " 58:50:ed:1f:e3:85\n",
    ],
)
def test_a_mac_address_is_read_in_every_notation(text: str) -> None:
    assert mac(text) == "58:50:ED:1F:E3:85"


def test_a_mac_address_may_lack_leading_zeros() -> None:
    assert mac("0:1f:54:a:b:c") == "00:1F:54:0A:0B:0C"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "00:00:00:00:00:00",
        "ff-ff-ff-ff-ff-ff",
        "58-50-ed-1f-e3",
        "58-50:ed-1f-e3-85",
        "58-50-ed-1f-e3-85-00",
        "58:50:ed:1f:e3:8g",
        "DS-2CD2385G1",
        "\u0660\u0660:11:22:33:44:55",
    ],
)
def test_anything_else_is_no_mac_address(text: str) -> None:
    assert mac(text) is None

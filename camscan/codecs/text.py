"""Text as devices send it: charset unnamed, wrongly named or mixed, NUL padded, cut in the middle of a character."""

from __future__ import annotations

import codecs
import re
from types import MappingProxyType

MAX_HINT = 32  # characters of a charset name; the longest registered ones that are still in use are shorter

_CHARSETS = MappingProxyType(
    {
        "gb2312": "gb18030",
        "gbk": "gb18030",
        "x-gbk": "gb18030",
        "cp936": "gb18030",
        "gb18030": "gb18030",
        "big5": "big5",
        "shift_jis": "cp932",
        "shift-jis": "cp932",
        "sjis": "cp932",
        "x-sjis": "cp932",
        "euc-jp": "euc_jp",
        "euc-kr": "cp949",
        "ks_c_5601-1987": "cp949",
        "koi8-r": "koi8_r",
        "utf-16": "utf_16",
        "utf-16le": "utf_16_le",
        "utf-16be": "utf_16_be",
        "windows-1250": "cp1250",
        "windows-1251": "cp1251",
        "windows-1252": "cp1252",
        "windows-1254": "cp1254",
        "iso-8859-2": "iso8859_2",
        "iso-8859-5": "iso8859_5",
        "iso-8859-9": "iso8859_9",
    }
)
"""Charsets that are believed. No other name is looked up: Python also knows codecs that are slow or no text at all.

ISO 8859-1 is missing on purpose: servers name it by habit, whatever they send; it is the last resort anyway.
"""

_NAMED_CHARSET = re.compile(rb"charset\s{0,4}=\s{0,4}[\"']?([A-Za-z0-9._-]{1,32})", re.IGNORECASE)
_BOMS = ((codecs.BOM_UTF8, "utf_8"), (codecs.BOM_UTF16_LE, "utf_16_le"), (codecs.BOM_UTF16_BE, "utf_16_be"))

_GB2312 = re.compile(rb"(?:[\x00-\x7f]++|[\xa1-\xf7][\xa1-\xfe])*+[\xa1-\xf7]?", re.DOTALL)
_GB2312_PAIR = re.compile(rb"[\xa1-\xf7][\xa1-\xfe]", re.DOTALL)
_GB2312_COMMON = re.compile(rb"[\xa1-\xa9\xb0-\xd7][\xa1-\xfe]", re.DOTALL)
_COMMON_SHARE = 2 / 3  # of all pairs; running Chinese has over 0.9, Cyrillic words read as pairs less than a half

_UTF8_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}", re.DOTALL)
_HIGH = bytes(range(0x80, 0x100))
_UTF8_SHARE = 3 / 4  # of all high bytes; other charsets stay below a half
_SAID_SHARE = 1 / 2  # the same, where the peer says that it is UTF-8

_SURROGATE = re.compile("[\ud800-\udfff]")

_OCTET = "[0-9A-Fa-f]{1,2}"
_MAC = re.compile(
    rf"{_OCTET}(?P<byte>[-: ])(?:{_OCTET}(?P=byte)){{4}}{_OCTET}"  # 58-50-ed-1f-e3-85, 58:50:ed:1f:e3:85, 58 50 ed ...
    r"|[0-9A-Fa-f]{4}(?P<word>[-.:])[0-9A-Fa-f]{4}(?P=word)[0-9A-Fa-f]{4}"  # 5850.ed1f.e385
    r"|[0-9A-Fa-f]{6}[-.:]?[0-9A-Fa-f]{6}"  # 5850ed1fe385, 5850ed-1fe385
)
_NO_MAC = frozenset({"000000000000", "FFFFFFFFFFFF"})


def to_text(data: bytes, charset: str = "") -> str:
    """Bytes of a peer as text: UTF-8 where it fits, else `charset`, else GB 18030 where plausible, else Latin-1.

    `charset` is what the peer claims ("gb2312"); unknown names are ignored. What is UTF-8 but for a few bytes, such as
    a comment by somebody else, is read so. NUL is taken out. Never raises.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data[len(bom) :].decode(encoding, "replace").replace("\0", "")
    text = _utf8(data)
    if text is None:
        text = data.decode(_charset_of(data, charset), "replace")
    return text.replace("\0", "")


def charset_named_in(*texts: bytes) -> str:
    """The first charset that content types or pages name, as in "text/html; charset=gb2312"; "" for none.

    One that is believed goes before others, which servers and pages name by habit.
    """
    named = [match[1].decode() for data in texts if (match := _NAMED_CHARSET.search(data))]
    return next((name for name in named if name.lower() in _CHARSETS), named[0] if named else "")


def clip(text: str, limit: int) -> str:
    """Text stripped and cut at `limit` characters; lone surrogates, which cannot be stored, are replaced."""
    kept = text.strip()[:limit]
    return (kept if kept.isascii() else _SURROGATE.sub("\ufffd", kept)).rstrip()


def mac(text: str) -> str | None:
    """A MAC address in any usual notation as "AA:BB:CC:DD:EE:FF"; None for all-zero, broadcast and anything else.

    >>> mac("58-50-ed-1f-e3-85")
    '58:50:ED:1F:E3:85'
    """
    text = text.strip()
    match = _MAC.fullmatch(text)
    if match is None:
        return None
    separator = match["byte"]
    digits = "".join(part.zfill(2) for part in text.split(separator)) if separator else re.sub("[-.:]", "", text)
    digits = digits.upper()
    return None if digits in _NO_MAC else ":".join(digits[at : at + 2] for at in range(0, 12, 2))


def _utf8(data: bytes) -> str | None:
    """The bytes as UTF-8. A character cut off at the end is dropped where the rest shows that it is UTF-8 indeed."""
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        cut = error.reason == "unexpected end of data" and not data[: error.start].isascii()
        return data[: error.start].decode() if cut else None


def _charset_of(data: bytes, hint: str) -> str:
    encoding = _CHARSETS.get(hint[:MAX_HINT].strip("\"' ").lower())
    if encoding is not None and not (encoding.startswith("utf_16") and b"\0" not in data):  # as half of its ASCII is
        return encoding
    if _looks_like_gb2312(data):
        return "gb18030"
    least = _SAID_SHARE if hint.strip("\"' ").lower() in ("utf-8", "utf8") else _UTF8_SHARE
    return "utf_8" if _share_of_utf8(data) >= least else "latin_1"


def _share_of_utf8(data: bytes) -> float:
    """How many of the high bytes are in characters of UTF-8; there are some."""
    rest = _UTF8_SEQUENCE.sub(b"", data)
    left, all_ = (len(part) - len(part.translate(None, _HIGH)) for part in (rest, data))
    return 1 - left / all_


def _looks_like_gb2312(data: bytes) -> bool:
    """Whether all high bytes come in pairs that GB 2312 assigns, and most of those are its common characters."""
    if not _GB2312.fullmatch(data):
        return False
    pairs = sum(1 for _ in _GB2312_PAIR.finditer(data))
    common = sum(1 for _ in _GB2312_COMMON.finditer(data))
    return pairs > 0 and common >= pairs * _COMMON_SHARE

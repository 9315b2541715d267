"""Distinguished names (X.501) as certificates hold them and as other tools print them.

They are written as RFC 4514 text, most specific part first: "CN=www.example.com,OU=Cameras,O=Example,C=CN".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeAlias

from camscan.codecs.text import clip, to_text

MAX_PARTS = 32  # parts of a subject or issuer; seven are usual
MAX_VALUE = 256  # characters of one part
MAX_NAME_TEXT = 4096  # characters of a name in text

Name: TypeAlias = Sequence[Sequence[tuple[str, str]]]
"""Relative distinguished names, most specific first; each is one attribute and its value, seldom several."""

SHORT = {
    "2.5.4.3": "CN",
    "2.5.4.5": "serialNumber",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "STREET",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "0.9.2342.19200300.100.1.1": "UID",
    "0.9.2342.19200300.100.1.25": "DC",
    "1.2.840.113549.1.9.1": "emailAddress",
}
_WORDS = {
    "CN": "commonname",
    "C": "countryname country",
    "L": "localityname locality",
    "ST": "stateorprovincename state s sp province",
    "STREET": "streetaddress",
    "O": "organizationname organization organisation org",
    "OU": "organizationalunitname organizationalunit organisationalunit",
    "UID": "userid",
    "DC": "domaincomponent",
    "emailAddress": "e email",
}
_LONG = {name: short for short, names in _WORDS.items() for name in names.split()} | {
    short.lower(): short for short in SHORT.values()
}

_SPECIAL = re.compile(r'[\\,+"<>;]|^[# ]| $')

_TYPE_AHEAD = r"(?=\s*+(?:[A-Za-z][A-Za-z0-9]*+|[0-9]++(?:\.[0-9]++)++)\s*+=)"
_COMMA = re.compile(r"(?<!\\)([,;+])" + _TYPE_AHEAD)
_SLASH = re.compile(r"(/)" + _TYPE_AHEAD)
_AS_ENCODED = re.compile(r"/|C\s*+=|(?i:country(?:Name)?)\s*+=|[A-Za-z]++ =")
_ESCAPED = re.compile(r"((?:\\x?[0-9A-Fa-f]{2})++)|\\(.)", re.DOTALL)


def name_fields(field: str, name: Name) -> dict[str, list[str]]:
    """The whole name under a field, and its common names, organizations and units under those below it."""
    clipped = [[(kind, clip(value, MAX_VALUE)) for kind, value in rdn] for rdn in name]
    text = ",".join("+".join(f"{kind}={_escaped(value)}" for kind, value in rdn) for rdn in clipped)
    wanted = {f"{field}.{kind.lower()}": kind for kind in ("CN", "O", "OU")}
    values = {part: [value for rdn in clipped for kind, value in rdn if kind == own] for part, own in wanted.items()}
    return {field: [text], **values}


def _escaped(value: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", value)


def read_name(text: str) -> Name:
    """A name in any of the shapes that `tls.decode_names` reads."""
    text = clip(text, MAX_NAME_TEXT)
    is_slashed = text.startswith("/") or not _COMMA.search(text)
    pieces = (_SLASH if is_slashed else _COMMA).split(text.removeprefix("/"))
    name: list[list[tuple[str, str]]] = []
    for separator, piece in zip([",", *pieces[1::2]], pieces[::2], strict=True):
        if separator != "+" or not name:
            name.append([])
        name[-1].append(_read_part(piece))
    name = name[:MAX_PARTS] if text else []
    return name[::-1] if _AS_ENCODED.match(text) or _is_general_first(name) else name


def _is_general_first(name: Name) -> bool:
    """Whether a name without a country begins with an organisation or a place and ends with the common name."""
    kinds = [rdn[0][0] for rdn in name]
    begins = (kinds[:1] == ["OU"] and "O" not in kinds) or kinds[:1] in (["O"], ["ST"], ["L"])
    return begins and kinds[-1] == "CN" and "C" not in kinds


def _read_part(piece: str) -> tuple[str, str]:
    """Attribute and value of "OU = a"; a piece without "=" is a common name."""
    kind, equals, value = piece.partition("=")
    if not equals:
        kind, value = "CN", piece
    value = value.strip()
    if len(value) > 1 and value.startswith('"') and value.endswith('"'):
        value = value[1:-1]
    return _LONG.get(kind.strip().lower(), kind.strip()), _ESCAPED.sub(_unescape, value)


def _unescape(match: re.Match[str]) -> str:
    if match[1] is None:
        return match[2]
    return to_text(bytes.fromhex(match[1].replace("\\x", "").replace("\\", "")))

"""Certificates: PEM, DER, and the subject and issuer lines that other tools print."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from itertools import zip_longest

from camscan.codecs import tls
from camscan.imports.forms.base import Answer, answer, fields_of

_PEM = re.compile(r"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]{64,131072})-----END")
_NAMED = re.compile(
    r"(?:^|[\s|_\"'{,])(subject|issuer|s|i)(?:[ _]?(?:dn|name))?[\"']?[ \t]{0,8}[:=][ \t]{0,8}(?=\S)", re.IGNORECASE
)
_END = re.compile(r"\r|\n")
_SAN = re.compile(
    r"(?:subject ?alt(?:ernative)? ?names?|\bsan)\b[\"']?[ \t]*[:=]\s{0,32}([^\r\n]{1,2048})", re.IGNORECASE
)
_SAN_KIND = re.compile(r"^(?:DNS|IP(?: Address)?|URI|email)[ \t]*:[ \t]*", re.IGNORECASE)
_TUPLE = re.compile(r"""\(\s*["']([A-Za-z]\w{0,63})["']\s*,\s*["']((?:[^"'\\]|\\.){1,256})["']\s*\)""")
_KIND = re.compile(r"(?:^|[,/\s])(?:CN|O|OU|commonName|organizationName|organizationalUnitName)[ \t]*=", re.IGNORECASE)


_MARGIN = re.compile(r"^[ \t]{0,8}\|_?", re.MULTILINE)
"""What nmap prints before each line of a script's output."""
_HEAD = re.compile(r"([ \t]{0,32})(subject|issuer)[ \t]{0,8}:?[ \t]{0,8}", re.IGNORECASE)
_BELOW = re.compile(r"([ \t]{1,32})([A-Za-z]\w{0,63})[ \t]{0,8}[:=][ \t]{0,8}(\S.{0,255})")


def names(text: str) -> Iterator[Answer]:
    """Certificates in PEM, else the subject and issuer that the text names; a lone name is a subject."""
    text = _MARGIN.sub("", text)
    blocks = list(_PEM.finditer(text))
    for match in blocks[:4]:
        yield from encoded(match[1])
    if blocks:
        return
    found = _of_json(text) or _of_lists(text) or _of_lines(text)
    subject, issuer = found.get("subject", ""), found.get("issuer", "")
    if not found and (_KIND.search(text) or "\n" not in text.strip()):
        subject = text.strip()
    fields = dict(tls.decode_names(subject, issuer))
    if alternatives := _alternatives(text):
        fields["tls.san"] = alternatives
    yield from answer("tls", fields)


def der(data: bytes) -> Iterator[Answer]:
    """A certificate in its own encoding: a sequence whose length takes more than one octet."""
    if data[:2] in (b"\x30\x81", b"\x30\x82"):
        yield from answer("tls", fields_of(tls.decode, data), raw=data)


def encoded(text: str) -> Iterator[Answer]:
    """The same in base64, on any number of lines."""
    try:
        data = base64.b64decode("".join(text.split()))
    except ValueError:
        return
    yield from der(data)


def is_named(text: str) -> bool:
    """Whether a text names the parts of a distinguished name, or holds a PEM block."""
    text = _MARGIN.sub("", text)
    named = _PEM.search(text) or _KIND.search(text) or _of_lists(text) or _of_json(text)
    return bool(named) or len(_of_lines(text)) > 1


def _of_lists(text: str) -> dict[str, str]:
    """The name below each "subject:" or "issuer:", of which every part has a line of its own, further in."""
    found: dict[str, str] = {}
    name, margin = "", 0
    for line in text.splitlines():
        if head := _HEAD.fullmatch(line):
            name, margin = head[2].lower(), len(head[1])
        elif name and (part := _BELOW.fullmatch(line)) and len(part[1]) > margin:
            before = f"{found[name]}," if name in found else ""
            found[name] = f"{before}{part[2]}={part[3].strip()}"
        else:
            name = ""
    return found


def _of_lines(text: str) -> dict[str, str]:
    """The name behind each "subject:", "issuer=", "s:" or "i:", up to the end of its line."""
    marks = [mark for mark in _NAMED.finditer(text) if len(mark[1]) > 1 or text[mark.end() - 1] == ":"]
    found: dict[str, str] = {}
    for mark, following in zip_longest(marks, marks[1:]):
        rest = text[mark.end() : following.start() if following else None]
        words = _TUPLE.findall(rest)
        value = ",".join(f"{kind}={part}" for kind, part in words) if words else _END.split(rest, maxsplit=1)[0]
        name = {"s": "subject", "i": "issuer"}.get(mark[1].lower(), mark[1].lower())
        found.setdefault(name, value.strip().rstrip(","))
    return found


def _of_json(text: str) -> dict[str, str]:
    """The same from JSON whose "subject" and "issuer" are text, or objects of parts."""
    try:
        parsed = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return {}
    members = parsed.items() if isinstance(parsed, dict) else ()
    wanted = {name.lower(): value for name, value in members if name.lower() in ("subject", "issuer")}
    return {name: _joined(value) for name, value in wanted.items()}


def _joined(value: object) -> str:
    if isinstance(value, dict):
        return ",".join(f"{kind}={part}" for kind, part in value.items() if isinstance(part, str))
    return value if isinstance(value, str) else ""


def _alternatives(text: str) -> tuple[str, ...]:
    match = _SAN.search(text)
    listed = re.split(r"[,\s]+(?=(?:DNS|IP|URI|email)\b)|,\s*", match[1]) if match else []
    return tuple(filter(None, (_SAN_KIND.sub("", item.strip(" \"'[]")) for item in listed)))[:64]

"""Certificates: PEM, DER, and the subject and issuer lines that other tools print."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from itertools import zip_longest

from camscan.codecs import tls
from camscan.imports.forms.base import Answer, answer, fields_of
from camscan.imports.forms.tables import of_table

_PEM = re.compile(r"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]{64,131072})-----END")
_NAMED = re.compile(
    r"(?:^|[\s|_\"'{,])(?:cert(?:ificate\.)?)?(subject|issuer|owner(?=: \w{1,24}=)|s|i)(?:[ _]?(?:dn|name))?[\"']?"
    r"(?:[ \t]{0,8}[:=][ \t]{0,8}(?=\S)|[ \t]{1,8}(?=[`'\"]?(?:CN|OU?|C)[ \t]?=))",
    re.IGNORECASE,
)
_END = re.compile(
    r"\r|\n|\s(?=(?:Validity|Not Before|Subject Public Key|Valid From)\b)|[ \t]{0,8}[;|][ \t]{1,8}"
    r"(?=(?i:SANs?|Subject ?Alt(?:ernative)?|Not[ _]?(?:Before|After)|Valid|Expires|Serial|Finger)[\w ]{0,24}[:=])"
)
_SAN = re.compile(
    r"(?:subject ?alt(?:ernative)? ?names?|\bsan)\b[\"']?[ \t]*[:=]\s{0,32}([^\r\n]{1,2048})", re.IGNORECASE
)
_SAN_KIND = re.compile(r"^(?:DNS|IP(?: Address)?|URI|email)[ \t]*:[ \t]*", re.IGNORECASE)
_KIND = re.compile(r"(?:^|[,/:\s])(?:CN|O|OU|commonName|organizationName|organizationalUnitName)[ \t]*=", re.IGNORECASE)
_STARTS = re.compile(r"(?:CN|OU?|C|ST|L)[ \t]?=")
_USUAL = re.compile(r"/?\w{1,24}[ \t]?=[^\r\n]*[,/+][ \t]?\w{1,24}[ \t]?=[^\r\n]*")
"""One line with a name in its usual form."""
_QUOTED = re.compile(r"[`'\"](.+?)['\"](?=[\s,;|]|$)")
_COMMA = re.compile(r"\\?,")
_DEPTH = re.compile(r"^depth=(\d) ", re.MULTILINE)
"""What openssl prints before each name of a chain; the device's own is the first."""
_MARGIN = re.compile(r"^[ \t]{0,8}\|[_-]?", re.MULTILINE)
"""What nmap prints before each line of a script's output, and Nessus before each name."""
_SHOWN = re.compile(r"^\* {1,4}subject: ([^\r\n]{3,512})\r?$", re.MULTILINE)
_SPELLED = (
    r"common[ _]?name|org"
    r"|(?:organi[sz]ation(?:(?:al)?[ _]?unit)?|country|locality|state(?:[ _]?or[ _]?province)?)(?:[ _]?name)?"
)
_PART_END = (
    rf"[ \t]*[,;/+|][ \t]{{0,4}}(?:id-at-)?(?:CN|OU?|ST?|L|C|{_SPELLED})[ \t]?[:=]"
    r"| (?:CN|OU?|ST|L|C)=|[ \t]{2}\("
)
_PART = re.compile(
    r"(?:(?P<viewed>issued[ _])(?P<by>to|by)|(?<![A-Za-z])(?P<name>subject|issuer|owner))(?![a-z])"
    rf"|(?:(?<![A-Za-z0-9-])(?P<short>CN|OU?|ST?|L|C)(?:[\"']?[ \t]{{0,24}}[:=]|(?:(?<=[\"']\w)|(?<=[\"']\w\w))[\"'],)"
    rf"|(?<![A-Za-z])(?P<long>{_SPELLED})(?: \(\w{{1,2}}\))?(?:[\"']?[ \t]{{0,24}}[:=]|[\"'],|\t| {{2,32}}|(?=\r?\n)))"
    r"(?:[ \t]{0,32}\r?\n)?[ \t]{0,32}+\[?(?:\"(?P<double>[^\"\r\n]{1,256})\"|'(?P<single>[^'\r\n]{1,256})'"
    rf"|(?P<bare>(?!(?:{_SPELLED})[ \t]?[:=])(?:(?!{_PART_END})[^\r\n\"'<>{{}}\[\]]){{1,256}}))",
    re.IGNORECASE,
)
"""Whose the next parts of a name are; or a part, in any notation, maybe with its value in the line below."""


def names(text: str) -> Iterator[Answer]:
    """Certificates in PEM, else the subject and issuer that the text names; a lone name is a subject."""
    text = _plain(text)
    blocks = list(_PEM.finditer(text))
    for match in blocks[:4]:
        yield from encoded(match[1])
    if blocks:
        return
    found = _told(text)
    subject, issuer = found.get("subject", ""), found.get("issuer", "")
    if not found and (_KIND.search(text) or "\n" not in text.strip()):
        subject = ",".join(text.split("\n")) if _KIND.match(text) else text.strip()
    fields = dict(tls.decode_names(subject, issuer))
    if alternatives := _alternatives(text):
        fields["tls.san"] = alternatives
    yield from answer("tls", fields)


def _plain(text: str) -> str:
    """A text without what tools print before names: margins, the depth in a chain; of a table about one, its pairs."""
    text = "\n".join(f"{name}: {value}" for name, value in of_table(text)) or text
    return _DEPTH.sub(lambda depth: "subject=" if depth[1] == "0" else "chain ", _MARGIN.sub("", text))


def shown(text: str) -> Iterator[Answer]:
    """The subject of the certificate, as curl shows it before the answer."""
    if "<" in text and (subject := _SHOWN.search(text)):
        yield from names(subject[1].replace("; ", ", "))


def named(text: str) -> Iterator[Answer]:
    """The same, but nothing for a text that does not look like it."""
    if is_named(text):
        yield from names(text)


def der(data: bytes) -> Iterator[Answer]:
    """A certificate in DER: a sequence whose length takes more than one octet."""
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
    text = _plain(text)
    return bool(_PEM.search(text) or _KIND.search(text) or _of_parts(text)) or len(_of_lines(text)) > 1


def _told(text: str) -> dict[str, str]:
    """The subject and the issuer: as lines in the usual form, else part by part."""
    lines = _of_lines(text)
    is_usual = any(map(_KIND.search, lines.values())) or _USUAL.fullmatch(text.strip())
    return lines if is_usual else _of_parts(text) or lines


def _of_lines(text: str) -> dict[str, str]:
    """The names after "subject:", "issuer=", "s:" or "i:", up to the end of the line."""
    marks = [mark for mark in _NAMED.finditer(text) if len(mark[1]) > 1 or text[mark.end() - 1] == ":"]
    found: dict[str, str] = {}
    for mark, following in zip_longest(marks, marks[1:]):
        rest = text[mark.end() : following.start() if following else None]
        value = _END.split(rest, maxsplit=1)[0]
        name = {"s": "subject", "i": "issuer", "owner": "subject"}.get(mark[1].lower(), mark[1].lower())
        quoted = _QUOTED.match(value)
        found.setdefault(name, quoted[1] if quoted else value.strip().rstrip(",;|}] \t").strip('"'))
    before = text[: marks[0].start()].strip().rstrip(",;| \t") if marks else ""
    if "subject" not in found and "\n" not in before and _STARTS.match(before) and _KIND.search(before):
        found["subject"] = before
    return found


def _of_parts(text: str) -> dict[str, str]:
    """The names in viewers, mappings and lists, part by part. What a registry tells of a network names no host."""
    found: dict[str, list[str]] = {}
    name, is_viewed = "subject", False
    for part in _PART.finditer(text):
        if head := part["by"] or part["name"]:
            is_viewed = is_viewed or bool(part["viewed"])
            name = "issuer" if head.lower() in ("by", "issuer") else "subject"
        else:
            kind = re.sub("[ _]", "", part["short"] or part["long"]).replace("ationunit", "ationalunit")
            value = _COMMA.sub(r"\\,", (part["double"] or part["single"] or _bare(part["bare"])).strip())
            found.setdefault(name, []).append(f"{kind}={value}")
    parts = [part.lower() for own in found.values() for part in own]
    is_host = any(part.startswith(("cn=", "commonname=")) for part in parts) or is_viewed
    return {name: ",".join(own) for name, own in found.items()} if len(parts) > 1 and is_host else {}


def _bare(value: str) -> str:
    """A value without quotes, and without the bracket behind the whole name."""
    value = value.strip()
    return value if value.count("(") >= value.count(")") else value.removesuffix(")")


def _alternatives(text: str) -> tuple[str, ...]:
    match = _SAN.search(text)
    listed = re.split(r"[,\s]+(?=(?:DNS|IP|URI|email)\b)|,\s*", match[1]) if match else []
    return tuple(filter(None, (_SAN_KIND.sub("", item.strip(" \"'[]")) for item in listed)))[:64]

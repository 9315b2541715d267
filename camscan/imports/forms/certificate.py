"""Certificates: PEM, DER, and the subject and issuer lines that other tools print."""

from __future__ import annotations

import base64
import re
from collections.abc import Collection, Iterator
from itertools import zip_longest

from camscan.codecs import tls
from camscan.imports.forms.base import Answer, answer, fields_of
from camscan.imports.notations.base import objects
from camscan.text.jsonwindow import parsed

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
_ISSUED = re.compile(
    r"[ \t]{0,8}(?:issued[ \t](to|by)|(subject|issuer)(?:[ \t]names?)?)[ \t]{0,8}:?[ \t]{0,8}", re.IGNORECASE
)
_SPELLED = re.compile(
    r"[ \t]{0,8}(Common Name|Organi[sz]ation(?:al Unit)?|Country|Locality|State|CN|OU|O|L|ST|C)"
    r"(?:[ \t]\((?:CN|OU|O|L|ST|C)\))?(?:[ \t]{0,8}[:=][ \t]{0,8}|\t[ \t]{0,8}|[ ]{2,32})(\S.{0,255})",
    re.IGNORECASE,
)
_MEMBER = re.compile(
    r"(?:(?:tls|ssl|x509|cert(?:ificate)?)[_.]?)?(subject|issuer)(?:_?(?:dn|name|string))?", re.IGNORECASE
)
_PART = re.compile(
    r"(subject|issuer)_(cn|common_?name|org|o|organi[sz]ation(?:_name)?|ou|organi[sz]ational_unit(?:_name)?)",
    re.IGNORECASE,
)
_KINDS = re.compile(
    r"cn|ou?|c|st?|l|email(?:_?address)?|common_?name|organi[sz]ation(?:al_?unit)?(?:_?name)?"
    r"|country(?:_?name)?|locality(?:_?name)?|state(?:_?or_?province)?(?:_?name)?",
    re.IGNORECASE,
)
_TELLING = re.compile(r"cn|common_?name", re.IGNORECASE)
"""The part without which an object may be what a registry tells of a network: an organization and its country."""
_MOST_OBJECTS = 256  # of one JSON text that are searched for names
_SAN = re.compile(
    r"(?:subject ?alt(?:ernative)? ?names?|\bsan)\b[\"']?[ \t]*[:=]\s{0,32}([^\r\n]{1,2048})", re.IGNORECASE
)
_SAN_KIND = re.compile(r"^(?:DNS|IP(?: Address)?|URI|email)[ \t]*:[ \t]*", re.IGNORECASE)
_TUPLE = re.compile(r"""\(\s*["']([A-Za-z]\w{0,63})["']\s*,\s*["']((?:[^"'\\]|\\.){1,256})["']\s*\)""")
_TESTED = re.compile(
    r"^[ \t]*Common Name \(CN\) {2,32}(\S.{0,255}?)(?: +\(.{0,128}\))?[ \t]*\r?$(?:.*\n){1,16}?"
    r"[ \t]*Issuer {2,32}(\S.{0,127}?) \((.{1,128}?)(?: from ([A-Z]{2}))?\)[ \t]*\r?$",
    re.MULTILINE,
)
"""Subject and issuer in the output of testssl.sh."""
_KIND = re.compile(r"(?:^|[,/:\s])(?:CN|O|OU|commonName|organizationName|organizationalUnitName)[ \t]*=", re.IGNORECASE)
_STARTS = re.compile(r"(?:CN|OU?|C|ST|L)[ \t]?=")


_DISSECTED = re.compile(r"rdnSequence: \d{1,3} items? \((id-at-[^()\r\n]{3,512})\)")
_QUOTED = re.compile(r"[`'\"](.+?)['\"](?=[\s,;|]|$)")
_OBJECT = re.compile(r"#?<(?:OpenSSL::X509::)?(?:X509)?Name(?: object '|\(| )([^<>\r\n]{3,512}?)(?:'|\))?>")
"""A name as libraries of Python and Ruby print it."""
_DEPTH = re.compile(r"^depth=(\d) ", re.MULTILINE)
"""What openssl prints before each name of a chain; the device's own is the first."""
_LISTED = re.compile(r"^[0-9A-F]{40}[ \t]{1,8}(?=(?:CN|OU?|C|E)=)", re.MULTILINE)
"""What PowerShell prints before a subject in a list of certificates."""
_SECTION = re.compile(r"^\[(Subject|Issuer)\]\s{1,16}(?=\w{1,24} ?=)", re.MULTILINE)
"""What .NET prints above a name."""
_ABOVE = re.compile(
    r"^([ \t]{0,8}(?:Common Name|Organi[sz]ation(?:al Unit)?|Country|Locality))(?: \(\w{1,2}\))?:?[ \t]{0,8}"
    r"\r?\n[ \t]{0,8}(?=[^\s:][^\r\n:]*$)",
    re.MULTILINE,
)
"""What viewers show in the line above a part of a name."""
_MARGIN = re.compile(r"^[ \t]{0,8}\|[_-]?", re.MULTILINE)
"""What nmap prints before each line of a script's output, and Nessus before each name."""
_SHOWN = re.compile(r"^\* {1,4}subject: ([^\r\n]{3,512})\r?$", re.MULTILINE)
_MEMBERS = re.compile(
    r"(?:\[Object: null prototype\] )?\{\s{0,32}((?:(?:CN|OU?|ST?|L|C|emailAddress): "
    r"(?:'[^'\r\n]{0,256}'|\"[^\"\r\n]{0,256}\")(?:,\s{0,32}|\s{0,32}(?=\}))){2,16})\}"
)
"""A name as Node.js prints it."""
_MEMBER_PART = re.compile(r"(\w{1,12}): (?:'([^'\r\n]*)'|\"([^\"\r\n]*)\")")
_UNPARTED = re.compile(
    r"^(?:CN|OU?|ST|L|C)(?:=|:[ \t])(?:(?![,;/+][ \t]{0,4}(?:CN|OU?|ST|L|C)[ \t]?=)[^\r\n]){1,512}$", re.MULTILINE
)
"""A line with a name of which no mark parts the parts, or no sign of equality tells their values."""
_BLANKS = re.compile(r"(?<=[^\s,;=])[ \t]{1,4}(?=(?:CN|OU?|ST|L|C)=\S)")
_COLON = re.compile(r"(?<![^\s,;])(CN|OU?|ST|L|C):[ \t]{1,4}(?=\S)")
_HEAD = re.compile(
    r"([ \t]{0,32})(subject|issuer)[ \t]{0,8}[:=]?[ \t]{0,8}(?:\[Object: null prototype\] )?\{?", re.IGNORECASE
)
_BELOW = re.compile(
    r"([ \t]{1,32})((?:(?i:Common|Organi[sz]ational|State or) )?[A-Za-z]\w{0,63})[ \t]{0,32}[:=][ \t]{0,8}(\S.{0,255})?"
)


def names(text: str) -> Iterator[Answer]:
    """Certificates in PEM, else the subject and issuer that the text names; a lone name is a subject."""
    text = _plain(text)
    blocks = list(_PEM.finditer(text))
    for match in blocks[:4]:
        yield from encoded(match[1])
    if blocks:
        return
    found = (
        _of_dissected(text)
        or _of_json(text)
        or _of_lists(text)
        or _of_tested(text)
        or _of_viewer(text)
        or _of_lines(text)
    )
    subject, issuer = found.get("subject", ""), found.get("issuer", "")
    if not found and (_KIND.search(text) or "\n" not in text.strip()):
        subject = ",".join(text.split("\n")) if _KIND.match(text) else text.strip()
    fields = dict(tls.decode_names(subject, issuer))
    if alternatives := _alternatives(text):
        fields["tls.san"] = alternatives
    yield from answer("tls", fields)


def _plain(text: str) -> str:
    """A text without what tools print around names: margins, the type of an object, the depth in a chain."""
    text = _MEMBERS.sub(_of_members, _OBJECT.sub(r"\1", _ABOVE.sub(r"\1: ", _MARGIN.sub("", text))))
    text = _SECTION.sub(r"\1: ", _LISTED.sub("subject=", text))
    text = _UNPARTED.sub(_parted, text)
    return _DEPTH.sub(lambda depth: "subject=" if depth[1] == "0" else "chain ", text)


def _parted(name: re.Match[str]) -> str:
    """A name whose parts have blanks or colons where others have commas and equals signs; any other line as it is."""
    parted = _BLANKS.sub(",", _COLON.sub(r"\1=", name[0]))
    return parted if "CN=" in parted and len(_KIND.findall(parted)) > 1 else name[0]


def _of_members(name: re.Match[str]) -> str:
    parts = _MEMBER_PART.findall(name[1])
    return ", ".join(f"{kind}={_bare(single or double)}" for kind, single, double in parts)


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
    named = _PEM.search(text) or _DISSECTED.search(text) or _KIND.search(text) or _of_lists(text) or _of_json(text)
    return bool(named or _TESTED.search(text) or _of_viewer(text)) or len(_of_lines(text)) > 1


def _of_dissected(text: str) -> dict[str, str]:
    """The names as a packet dissector shows them: issuer before subject, as in a certificate."""
    told = [name.replace("id-at-", "") for name in _DISSECTED.findall(text)[:2]]
    return dict(zip(("subject", "issuer"), reversed(told), strict=False))


def _of_lists(text: str) -> dict[str, str]:
    """The names below "subject:" and "issuer:", with each part on an indented line."""
    found: dict[str, str] = {}
    name, margin = "", 0
    for line in text.splitlines():
        if head := _HEAD.fullmatch(line):
            name, margin = head[2].lower(), len(head[1])
        elif name and (part := _BELOW.fullmatch(line)) and len(part[1]) > margin:
            before = f"{found[name]}," if name in found else ""
            if part[3]:
                found[name] = f"{before}{part[2].replace(' ', '')}={_unquoted(part[3])}"
        else:
            name = ""
    return found


def _of_lines(text: str) -> dict[str, str]:
    """The names after "subject:", "issuer=", "s:" or "i:", up to the end of the line."""
    marks = [mark for mark in _NAMED.finditer(text) if len(mark[1]) > 1 or text[mark.end() - 1] == ":"]
    found: dict[str, str] = {}
    for mark, following in zip_longest(marks, marks[1:]):
        rest = text[mark.end() : following.start() if following else None]
        words = _TUPLE.findall(rest)
        value = ",".join(f"{kind}={part}" for kind, part in words) if words else _END.split(rest, maxsplit=1)[0]
        name = {"s": "subject", "i": "issuer", "owner": "subject"}.get(mark[1].lower(), mark[1].lower())
        quoted = _QUOTED.match(value)
        found.setdefault(name, quoted[1] if quoted else value.strip().rstrip(",;| \t").strip('"'))
    before = text[: marks[0].start()].strip().rstrip(",;| \t") if marks else ""
    if "subject" not in found and "\n" not in before and _STARTS.match(before) and _KIND.search(before):
        found["subject"] = before
    return found


def _of_tested(text: str) -> dict[str, str]:
    """The names in the output of testssl.sh: common name, and issuer with organisation and country."""
    if not (told := _TESTED.search(text)):
        return {}
    country = f",C={told[4]}" if told[4] else ""
    return {"subject": f"CN={_bare(told[1])}", "issuer": f"CN={_bare(told[2])},O={_bare(told[3])}{country}"}


def _of_viewer(text: str) -> dict[str, str]:
    """The names in a certificate viewer ("Issued to", "Issued by"), with each part on a line of its own."""
    found: dict[str, list[str]] = {}
    name, is_headed = "subject", False
    for line in text.splitlines()[:_MOST_OBJECTS]:
        if head := _ISSUED.fullmatch(line):
            is_headed = True
            name = {"to": "subject", "by": "issuer"}.get((head[1] or "").lower()) or head[2].lower()
        elif part := _SPELLED.fullmatch(line):
            found.setdefault(name, []).append(f"{part[1].replace(' ', '')}={_bare(part[2])}")
    parts = [part.lower() for own in found.values() for part in own]
    kinds = ("commonname=", "cn=", *(("organization=", "o=") if is_headed else ()))
    if len(parts) < 2 or not any(part.startswith(kinds) for part in parts):
        return {}
    return {name: ",".join(own) for name, own in found.items()}


def _unquoted(value: str) -> str:
    """A value without the quotes and the comma that a program's own notation puts around it."""
    value = value.strip()
    quoted = re.fullmatch(r"(['\"])(.*)\1,?", value)
    return quoted[2] if quoted else value


def _bare(value: str) -> str:
    """A value without its quotes, in a form that a distinguished name can hold."""
    return value.strip().strip("\"'").replace(",", "\\,")


def _is_name(members: Collection[str]) -> bool:
    """Whether an object has nothing but some parts of a name."""
    return len(members) > 1 and all(map(_KINDS.fullmatch, members)) and any(map(_TELLING.fullmatch, members))


def _of_json(text: str) -> dict[str, str]:
    """The same from JSON: texts, objects or lists of parts under "subject" and "issuer", at whatever depth."""
    whole = parsed(text, strict=False) if text.lstrip()[:1] in ("{", "[") else None
    for members in objects(whole, _MOST_OBJECTS):
        found: dict[str, str] = {}
        for key, value in members.items():
            if (name := _MEMBER.fullmatch(key)) and (told := _joined(value)) and (members is whole or "=" in told):
                found[name[1].lower()] = told
            elif (part := _PART.fullmatch(key)) and (told := _text(value)):
                before = f"{found[part[1].lower()]}," if part[1].lower() in found else ""
                found[part[1].lower()] = f"{before}{part[2].replace('_', '')}={_bare(told)}"
        if not found and _is_name(members):
            found["subject"] = _joined(members)
        if found:
            return found
    return {}


def _joined(value: object) -> str:
    """A name from a text, an object of parts, or the pairs of Python's ssl module."""
    if isinstance(value, dict):
        parts = ((kind.replace("_", ""), _text(part)) for kind, part in value.items())
        return ",".join(f"{kind}={_bare(part)}" for kind, part in parts if part)
    if isinstance(value, list):
        pairs = (pair for rdn in value if isinstance(rdn, list) for pair in rdn)
        told = [pair for pair in pairs if isinstance(pair, list) and len(pair) == 2]
        return ",".join(f"{kind}={_bare(str(part))}" for kind, part in told)
    return value if isinstance(value, str) else ""


def _text(value: object) -> str:
    """A text, or the first of a list of them."""
    first = value[0] if isinstance(value, list) and value else value
    return first if isinstance(first, str) else ""


def _alternatives(text: str) -> tuple[str, ...]:
    match = _SAN.search(text)
    listed = re.split(r"[,\s]+(?=(?:DNS|IP|URI|email)\b)|,\s*", match[1]) if match else []
    return tuple(filter(None, (_SAN_KIND.sub("", item.strip(" \"'[]")) for item in listed)))[:64]

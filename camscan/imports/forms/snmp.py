"""SNMP walks as the usual tools print them, one object a line, and system descriptions alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain, islice

from camscan.codecs.layout import fields as as_fields
from camscan.codecs.snmp import ENTERPRISES, OBJECTS, own_object
from camscan.codecs.text import to_text
from camscan.imports.forms.base import Answer, answer
from camscan.imports.notations.base import MAX_JSON, objects

MAX_LINES = 2048  # of a walk that are read; the system group is at its head
MAX_OWN = 64  # objects of the maker's own tree that are kept; what tells the model stands among the first

_GENERIC_TREES = frozenset({"8072", "2021", "311"})
"""Enterprises whose objects are in agents of any maker: net-snmp, UCD, Microsoft."""
_SHORT = {
    "sysdescr": "snmp.sys_descr",
    "sysobjectid": "snmp.sys_object_id",
    "sysname": "snmp.sys_name",
    "syscontact": "snmp.sys_contact",
    "syslocation": "snmp.sys_location",
}
_NAMES = {**{oid.removesuffix(".0"): field for oid, field in OBJECTS.items()}, **_SHORT}
_ROW = re.compile(
    r"^[ \t|_({\[\"']{0,40}(?:var[ \t])?(?:ObjectType\(ObjectIdentity\((?:<[^<>]{1,64}>, )?[\"'])?"
    r"\.?((?:[A-Za-z][\w-]{0,63}::)?[A-Za-z][\w.-]{1,255}|[0-9]{1,3}(?:\.[0-9]{1,10}){3,127})"
    r"(?:[ \t]{0,8}\|[ \t]{0,8}([0-9]{1,3}x?)(?::[a-z]{1,16})?[ \t]{0,8}\|"
    r"|[ \t]{0,8}\|(?=[^|\r\n]{1,512}\|?[ \t]{0,8}$)"
    r"|[\"'\])]{0,2}[ \t]{0,8}[=:]>?[ \t]{0,8}"
    r"|[\"')]{1,3}[ \t]{0,8},[ \t]{0,8}(?:[A-Z]\w{1,32}\()?)(.*)$"
)
_BARE = re.compile(
    r"^\.?((?:iso|1)\.3\.6(?:\.[0-9]{1,10}){3,125}|(?:SNMPv2-MIB::)?sys[A-Z][A-Za-z]{2,16}(?:\.0|(?=\t)))"
    r"(?:[ \t]{1,8}|,(?:[A-Za-z-]{3,16},)?)(?=[^\s=:|>])",
    re.MULTILINE,
)
"""The beginning of a row without any mark, as of `snmpwalk -Oq`, or with commas."""
_DUMPED = re.compile(r"=>\s{1,16}string\(\d{1,5}\) ")
"""What var_dump of PHP prints before a text."""
_OCTETS = re.compile(r"\bHex-STRING:\s{0,8}((?:[0-9A-Fa-f]{2}(?:\s{1,4}|\Z)){4,4096})")
"""A text with a byte that net-snmp does not print."""
_OTHER = re.compile(r"[ \t|]{0,16}[A-Za-z][\w-]{0,63}::[A-Za-z][\w.-]{0,255}[ \t]{1,8}=[ \t]")
"""The beginning of a row with another object, with its module."""
_SUPPORTED = re.compile(
    r"(?:sysORID|\b1\.3\.6\.1\.2\.1\.1\.9\.1\.2)\.[0-9]{1,4}\b[^\r\n]{0,32}?"
    r"(?:enterprises|(?:1|iso)\.3\.6\.1\.4\.1)\.([0-9][0-9.]{0,100})"
)
"""The makers' trees in the list of supported MIBs (sysORTable)."""
_MODULE = re.compile(
    r"(?!(?:SNMP|SNMPv2|IF|IP|IPV6|TCP|UDP|DISMAN|NOTIFICATION|HOST-RESOURCES|UCD|NET-SNMP|RFC\d+|ENTITY|BRIDGE|LLDP|RMON"
    r"|EtherLike|Printer|Q-BRIDGE)-)[A-Z][A-Z0-9-]{0,60}-MIB::[A-Za-z][\w.-]{0,127}"
)
"""An object of a maker's own MIB module, by name; not one of a standard module."""
_TYPE = re.compile(
    r"(?:STRING|Hex-STRING|OID|OBJECT IDENTIFIER|INTEGER|IpAddress|Timeticks|Gauge32|Counter\d\d)[ \t]*:[ \t]*"
)
_WORDS = (
    (re.compile(r"^\.?iso\.org\.dod\.internet\.mgmt\.mib-2\.system\."), ""),
    (re.compile(r"^\.?iso\.org\.dod\.internet\.private\.enterprises\."), ENTERPRISES),
    (re.compile(r"^(?:[\w-]+::)?enterprises\."), ENTERPRISES),
    (re.compile(r"^(?:[\w-]+::)?(?:mib-2|system)\.(?=1)"), "1.3.6.1.2.1."),
    (re.compile(r"^\.?iso\."), "1."),
    (re.compile(r"^[\w-]+::"), ""),
    (re.compile(r"^(?:snmp[._]|(?:mib-2\.)?system\.)(?=sys)", re.IGNORECASE), ""),
)
_QUOTED = re.compile(r"^([\"'])(.*)\1[)\]},; \t]*$")
_OID = re.compile(r"\.?[0-9](?:\.[0-9]{1,10}){4,127}")
_SAID = re.compile(
    r"\b(?:sysObject)?(?:OID|ID):? {1,4}(?:is )?\.?(1\.3\.6\.1\.4\.1(?:\.[0-9]{1,10}){1,32})", re.IGNORECASE
)
_DESCRIPTION = re.compile(
    r"(?:STRING|Hardware|Product|Model|Software|SW[ _-]?Version|Firmware|System|Device)[ \t]*:[ \t]*\S", re.IGNORECASE
)
"""The beginning of a system description that looks like a header line; no header has such a name."""
_ALONE = re.compile(
    r"(?!(?:server|(?:www|proxy)-|set-cookie|location|content-|date|cseq|x-|user-agent|usn|nt|st|ext|auth|cache-|via)\b)"
    r"[A-Z][\w.]{0,31}:[ \t]*\S[^\r\n]*",
    re.IGNORECASE,
)
"""One line that looks like a header line, but for headers that are usual in answers."""
_UNAME = re.compile(r"(?:Linux|FreeBSD|NetBSD|OpenBSD) ([A-Za-z0-9][\w.-]{1,63}) [0-9]{1,2}\.[0-9]")
"""A description in the form of uname(1), which contains the host name."""


_VARIABLES = (
    re.compile(
        r"<SNMPVariable value='(?P<value>[^\r\n]{0,1024}?)' \(oid='(?P<oid>[\w.:-]{3,128})', "
        r"oid_index=[^()\r\n]{0,128}\)>[,\]]? ?"
    ),
    re.compile(r"\{Value:(?P<value>[^\r\n\[{]{0,1024}?) Name:(?P<oid>[\d.]{5,128}) Type:[^{}\r\n]{0,128}\}\]? ?"),
    re.compile(r"^Variable: Id: (?P<oid>[\d.]{5,128}); Data: (?P<value>[^\r\n]*)", re.MULTILINE),
)
"""Variables as libraries for Python, Go and .NET print them."""


def walk(text: str) -> Iterator[Answer]:
    """An SNMP walk (net-snmp, snmprec or "sysDescr: ..."), else the whole text as the description of a system."""
    rows = list(_rows(text))
    found = [(field, value) for name, value in rows if (field := _NAMES.get(name.removesuffix(".0").lower()))]
    own = [(name, value) for name, value in rows if _is_own(name)]
    if not any(field == "snmp.sys_object_id" for field, _ in found):
        supported = (f"{ENTERPRISES}{tree}" for tree in _SUPPORTED.findall(text))
        known = chain((name for name, _ in own if "::" not in name), filter(_is_own, supported))
        found += [("snmp.sys_object_id", name) for name in islice(known, 1)]
    found += [("snmp.object", own_object(name, value)) for name, value in own[:MAX_OWN] if value]
    if not (rows or found):
        alone = _QUOTED.sub(r"\2", _TYPE.sub("", text.strip(), count=1), count=1)
        oid = _name(alone.lstrip("."))
        found = [("snmp.sys_object_id", oid) if _OID.fullmatch(oid) else ("snmp.sys_descr", alone)]
        if found[0][1] == alone and (said := _SAID.search(text)):
            found.append(("snmp.sys_object_id", said[1]))
    if not any(field == "snmp.sys_name" for field, _ in found):
        named = (_UNAME.match(value) for field, value in found if field == "snmp.sys_descr")
        found += [("snmp.sys_name", name[1]) for name in named if name]
    yield from answer("snmp", as_fields(found))


def _is_own(name: str) -> bool:
    """Whether an object is one of a maker's own tree."""
    return "::" in name or (name.startswith(ENTERPRISES) and name.split(".")[6] not in _GENERIC_TREES)


def described(text: str) -> Iterator[Answer]:
    """A description of a system that begins as a header line does, "Hardware: ..."; nothing for any other text."""
    if _DESCRIPTION.match(text.strip()) or _ALONE.fullmatch(text.strip()):
        yield from walk(text)


def is_walk(text: str) -> bool:
    """Whether the lines of a text are those of an SNMP walk."""
    head = text[:4096]
    return any(name.startswith(("1.3.6.1.", "sys")) or "::" in name for name, _ in _rows(head)) or bool(
        _SUPPORTED.search(head)
    )


def _rows(text: str) -> Iterator[tuple[str, str]]:
    """(OID or short name, value); a line that begins no row goes on with the value before it."""
    name, value = "", ""
    text = _BARE.sub(r"\1 = ", _OCTETS.sub(_spelled, _DUMPED.sub("=> ", _of_json(text))))
    for variable in _VARIABLES:
        text = variable.sub(r"\n\g<oid> = \g<value>\n", text)
    for line in text.splitlines()[:MAX_LINES]:
        match = _ROW.match(line)
        if match and (row := _name(match[1])):
            if name:
                yield name, value
            name, value = row, _value(row, match[2] or "", match[3])
        elif name and _OTHER.match(line):
            yield name, value
            name = ""
        elif name and line.strip():
            value = f"{value}\n{line.strip()}".strip('"')
    if name:
        yield name, value


def _spelled(octets: re.Match[str]) -> str:
    """The text that octets spell; octets that spell none, such as those of a MAC, as they are."""
    said = to_text(bytes.fromhex(octets[1])).strip()
    return f"STRING: {said}\n" if "".join(said.split()).isprintable() else octets[0]


def _of_json(text: str) -> str:
    """The members of JSON that name objects, one a line; any other text as it is."""
    if not text.lstrip().startswith(("{", "[")) or len(text) > MAX_JSON:
        return text
    with suppress(ValueError, RecursionError):
        records = list(objects(json.loads(text)))
        pairs = [(one.get("oid"), one.get("value")) for one in records] + [
            pair for one in records for pair in one.items()
        ]
        told = [(name, value) for name, value in pairs if isinstance(name, str) and isinstance(value, str)]
        return "\n".join(f"{name} = {value}" for name, value in told if _name(name)) or text
    return text


def _name(written: str) -> str:
    """An OID in digits, a maker's own name, or that of an object of the system group in lower case; else ""."""
    if _MODULE.fullmatch(written):
        return written
    for pattern, replacement in _WORDS:
        written = pattern.sub(replacement, written)
    if written[:1].isdigit():
        return written
    word = written.lower().replace("_", "")
    return word if word.removesuffix(".0") in _SHORT else ""


def _value(name: str, kind: str, text: str) -> str:
    if kind == "4x":
        try:
            return bytes.fromhex(text.strip()).decode("utf-8", "replace")
        except ValueError:
            return ""
    value = _TYPE.sub("", text.strip().removesuffix("|").strip(), count=1).strip()
    value = _QUOTED.sub(r"\2", value, count=1).strip('"')
    field = _NAMES.get(name.removesuffix(".0").lower(), "")
    if field != "snmp.sys_object_id":
        return value
    value = value.lstrip(".")
    for pattern, replacement in _WORDS:
        value = pattern.sub(replacement, value)
    return value.strip()

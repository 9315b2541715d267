"""What programs and scanners show of the system group of SNMP in forms of their own, as lines of a walk."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from contextlib import suppress

from camscan.imports.writings.base import MAX_JSON, objects

MAX_SHOWN = 16 * 1024  # characters in which the system group stands; what follows are other groups

_CHECKED = re.compile(r"^[ \t]*(Description|Hostname)[ \t]*:[ \t]*(\S[^\r\n]{0,511})", re.MULTILINE)
_ASKED = re.compile(r"^[0-9A-Fa-f.:]{3,39} \[[^\]\s]{1,64}\] {1,4}(\S[^\r\n]{0,511})", re.MULTILINE)
_BOUND = re.compile(
    r"\boid=['\"]?(?:ObjectIdentifier\()?['\"]?\.?(1\.3\.6\.1\.[0-9.]{3,200})['\"]?\)?,\s?value=(?:[A-Za-z]\w{1,31}\()?"
    r"b?(?:\"([^\"\r\n]{1,511})\"|'([^'\r\n]{1,511})'|([^\s\"',)]{1,255}))"
)
_POINTED = re.compile(r"\.?\b(1\.3\.6\.1\.(?:2\.1\.1\.[1-6]|4\.1)[0-9.]{0,200}) ?(?:->|=>|→) ?(\S[^\r\n]{0,511})")
_ELEMENT = re.compile(r"<(sysDescr|sysObjectID|sysName)>([^<]{1,511})</", re.IGNORECASE)
_LISTED = re.compile(r"\bDescr: ([^;\r\n]{1,511}?)(?:;|[ \t]*$)(?=[^\r\n]{0,256}\bOID: )", re.MULTILINE)
_GIVEN = re.compile(r"(?<=[(, ])sys_?(descr|objectid|object_id)=[\"']([^\"'\r\n]{3,255})[\"']", re.IGNORECASE)
"""What a call in a program is given."""
_NAMES = {"descr": "sysDescr.0", "objectid": "sysObjectID.0", "object_id": "sysObjectID.0"}
_SYSTEM = {"Description": "sysDescr", "Hostname": "sysName"}
_OBJECT = re.compile(
    r"\.?1\.3\.6\.1\.(?:2\.1\.1\.[1-6]|4\.1)[0-9.]{0,200}|(?:SNMPv2-MIB::)?sys(?:Descr|ObjectID|Name)(?:\.0)?"
)
_OF_JSON = re.compile(r"\A[\[{].*[\"'.:](?:1\.3\.6\.1\.|sys(?:Descr|ObjectID|Name)\b)", re.DOTALL)
_ROWS = 2  # the header and what is below it
_COLUMN = re.compile(r"sys(?:Descr|ObjectID|Name)")


def asked(text: str) -> str:
    """What an agent was asked and said, as the lines of a walk."""
    if told := _told(text[:MAX_SHOWN]) or list(_of_json(text)):
        return "\n".join(f"{name} = STRING: {value}" for name, value in told)
    return text


def _told(text: str) -> list[tuple[str, str]]:
    """Objects of the system group, by number or by name, and their values."""
    if asked := _ASKED.search(text):
        return [("sysDescr.0", asked[1])]
    if bound := _BOUND.findall(text):
        return [(name, double or single or bare) for name, double, single, bare in bound]
    if found := _POINTED.findall(text) or _ELEMENT.findall(text):
        return [(name if name[:1].isdigit() else f"{name}.0", value.strip()) for name, value in found]
    if "System information" in text:
        return [(f"{_SYSTEM[name]}.0", value) for name, value in _CHECKED.findall(text)]
    if listed := _LISTED.search(text):
        return [("sysDescr.0", listed[1])]
    return [(_NAMES[name.lower()], value) for name, value in _GIVEN.findall(text)] or _of_columns(text)


def _of_json(text: str) -> Iterator[tuple[str, str]]:
    """Objects of JSON that have an object's number and its value as members, or one as the name of the other."""
    if len(text) > MAX_JSON or not _OF_JSON.match(text):
        return
    with suppress(ValueError, RecursionError):
        for record in objects(json.loads(text)):
            members = {name.lower(): value for name, value in record.items()}
            asked = next((members[name] for name in ("oid", "name", "object") if name in members), None)
            named = [(asked, members.get("value", members.get("val")))] if isinstance(asked, str) else []
            for name, value in (*named, *record.items()):
                if isinstance(value, str) and _OBJECT.fullmatch(name):
                    yield name.lstrip("."), value


def _of_columns(text: str) -> list[tuple[str, str]]:
    """One row of a table whose columns are called as the objects are."""
    lines = text.strip().splitlines()
    if len(lines) != _ROWS or not _COLUMN.search(lines[0]):
        return []
    with suppress(csv.Error, ValueError):
        header, row = csv.reader(lines)
        named = zip(header, row, strict=True)
        return [(f"{name}.0", value) for name, value in named if _COLUMN.fullmatch(name) and value]
    return []

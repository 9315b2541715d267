"""What programs show of the system group of SNMP in forms of their own, as lines of a walk."""

from __future__ import annotations

import re

MAX_SHOWN = 16 * 1024  # characters in which the system group stands; what follows are other groups

_SAID = r"(?:[A-Za-z]\w{1,31}\()?b?(?:\"([^\"\r\n]{1,511})\"|'([^'\r\n]{1,511})'|([^\s\"',{][^\r\n\"]{0,511}))"
_OBJECT = re.compile(
    r"\.?\b(1\.3\.6\.1\.(?:2\.1\.1\.[1-6]|4\.1)[0-9.]{0,200}|(?<!::)sys(?:Descr|ObjectID|Name)(?:\.0)?)['\"]?\)?"
    rf"(?: ?(?:->|=>|→) ?|['\"]?(?:,\s?\"type\": ?\"?\w{{1,16}}\"?)?,\s?\"?val(?:ue)?\"?[=:] ?|:\s?(?=\")){_SAID}"
)
"""An object by number or by name, and behind an arrow or in a member of its own what was said of it."""
_NAMED = (
    re.compile(r"^[0-9A-Fa-f.:]{3,39} \[[^\]\s]{1,64}\] {1,4}(?P<descr>\S[^\r\n]{0,511})", re.MULTILINE),
    re.compile(r"System information:\s+(?:Hostname[ \t]*: (?P<name>\S.*)\s+)?Description[ \t]*: (?P<descr>\S.*)"),
    re.compile(r"<sysDescr>(?P<descr>[^<]{1,511})</", re.IGNORECASE),
    re.compile(r"\bDescr: (?P<descr>[^;\r\n]{1,511}); OID: (?P<objectid>\S{1,200})"),
)
"""What onesixtyone, snmp-check and others print of it."""
_GIVEN = re.compile(r"(?<=[(, ])sys_?(descr|objectid|object_id)=[\"']([^\"'\r\n]{3,255})[\"']", re.IGNORECASE)
"""What a call in a program is given."""
_OBJECTS = {"descr": "sysDescr.0", "objectid": "sysObjectID.0", "object_id": "sysObjectID.0", "name": "sysName.0"}


def system_group(text: str) -> str:
    """What an agent was asked and said, as the lines of a walk."""
    shown = text[:MAX_SHOWN]
    told = [(name, double or single or bare) for name, double, single, bare in _OBJECT.findall(shown)]
    named = next((found.groupdict().items() for pattern in _NAMED if (found := pattern.search(shown))), ())
    told = told or [(_OBJECTS[name.lower()], value) for name, value in (*named, *_GIVEN.findall(shown)) if value]
    return "\n".join(f"{name} = STRING: {value}" for name, value in told) or text

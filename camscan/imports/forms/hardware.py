"""MAC addresses in text, in any notation, alone or among other things."""

from __future__ import annotations

import re
from collections.abc import Iterator

from camscan.codecs import oui
from camscan.codecs.layout import fields as as_fields
from camscan.codecs.text import mac
from camscan.imports.forms.base import Answer, answer, fields_of

MAX_ADDRESSES = 16  # of one text; a device has one or two

_OCTET = "[0-9A-Fa-f]{2}"
_MAC = re.compile(
    rf"(?<![0-9A-Za-z:.-])(?:{_OCTET}(?:([:-])|[ ]){_OCTET}(?:[: -]{_OCTET}){{4}}"
    r"|[0-9A-Fa-f]{4}([.:-])[0-9A-Fa-f]{4}\2[0-9A-Fa-f]{4}"
    r"|[0-9A-Fa-f]{6}[:-]?[0-9A-Fa-f]{6})(?![0-9A-Za-z]|[:.-][0-9A-Fa-f])"
)
_PREFIX = re.compile(
    r"(?:oui|mac|prefix)?[ \t]*[:=]?[ \t]*"
    r"((?:[0-9A-Fa-f]{2}[:.-]?){3}(?:[0-9A-Fa-f]|[:.-]?[0-9A-Fa-f]{2}[:.-]?[0-9A-Fa-f])?)",  # 24, 28 or 36 bits
    re.IGNORECASE,
)
_ALONE = re.compile(
    r"(?:(?:mac|oui|ether|lladdr|hwaddr)\b[\w ]{0,16}[:=]?[ \t]*)?[\"']?"
    r"(?:[0-9A-F]{2}(?:[: -][0-9A-F]{2}){5}|[0-9A-F]{2}(?:[:-][0-9A-F]{2}){2}"
    r"|[0-9A-F]{4}([.:-])[0-9A-F]{4}\1[0-9A-F]{4}|[0-9A-F]{6}[:-][0-9A-F]{6}|[0-9A-F]{12})[\"']?"
    r"(?:[ \t]*\([^()\r\n]{0,128}\))?",
    re.IGNORECASE,
)


def addresses(text: str) -> Iterator[Answer]:
    """Every MAC address in a text, each with the organization that holds its block; or a prefix alone."""
    found = dict.fromkeys(filter(None, (mac(match[0]) for match in _MAC.finditer(text))))
    for address in list(found)[:MAX_ADDRESSES]:
        yield from registered(address)
    if not found and (prefix := _PREFIX.fullmatch(text.partition("(")[0].strip())):
        digits = re.sub(r"[:.-]", "", prefix[1])
        fields = fields_of(oui.decode, digits.ljust(11, "0") + "1")
        yield from answer("mac", {name: values for name, values in fields.items() if name != "mac.address"})


def is_address(text: str) -> bool:
    """Whether a text is one MAC address, or the prefix of one, perhaps with a name before or behind it."""
    return _ALONE.fullmatch(text.strip()) is not None


def linked(address: str, vendor: str) -> Iterator[Answer]:
    """An address and its block; where the registry does not know who holds that, with the holder that a tool names."""
    for found in registered(address):
        known = "mac.organization" in found.fields
        yield found if known else found._replace(fields={**found.fields, **as_fields([("mac.organization", vendor)])})


def registered(address: str, asked: str = "") -> Iterator[Answer]:
    """An address and its block."""
    yield from answer("mac", fields_of(oui.decode, address), asked)

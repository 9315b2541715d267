"""What a device announces by LLDP, as a switch or a host beside it lists one neighbour in full."""

from __future__ import annotations

import re
from collections.abc import Iterator

from camscan.codecs.layout import fields as as_fields
from camscan.codecs.text import mac
from camscan.imports.forms import macs
from camscan.imports.forms.base import Answer, answer

_CHASSIS = re.compile(
    r"^[ \t]{0,16}Chassis ?ID[ \t]{0,16}:[ \t]{0,16}(?:mac[ \t])?(\S{1,64})", re.MULTILINE | re.IGNORECASE
)
_NAME = re.compile(
    r"^[ \t]{0,16}(?:System ?Name|SysName)[ \t]{0,16}:[ \t]{1,16}(\S[^\r\n]{0,254})", re.MULTILINE | re.IGNORECASE
)
_DESCRIPTION = re.compile(
    r"^[ \t]{0,16}(?:System ?Description|SysDescr)[ \t]{0,16}:[ \t]{0,16}(?:\r?\n[ \t]{0,16}){0,2}"
    r"(\S[^\r\n]{0,254}(?:\r?\n[ \t]{0,32}(?![\w ]{1,32}:)\S[^\r\n]{0,254}){0,8})",
    re.MULTILINE | re.IGNORECASE,
)
"""Below its name where it is long; it ends at a blank line, or before the next name."""


def is_neighbour(text: str) -> bool:
    """Whether a text shows one neighbour, with what it says of itself: of several, each is another device."""
    return len(_CHASSIS.findall(text)) == 1 and _DESCRIPTION.search(text) is not None


def neighbour(text: str) -> Iterator[Answer]:
    """The description and the name, which are those that SNMP tells (IEEE 802.1AB, 8.5.6 and 8.5.7), and the MAC."""
    name, description, chassis = ("".join(one.findall(text)[:1]).strip() for one in (_NAME, _DESCRIPTION, _CHASSIS))
    yield from answer("snmp", as_fields([("snmp.sys_descr", description), ("snmp.sys_name", name)]))
    if address := mac(chassis):
        yield from macs.registered(address)

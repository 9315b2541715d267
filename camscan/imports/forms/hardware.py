"""MAC addresses in text, in any notation, alone or among other things."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from camscan.codecs import oui
from camscan.codecs.layout import fields as as_fields
from camscan.codecs.text import mac
from camscan.imports.forms.base import Answer, answer, fields_of

MAX_ADDRESSES = 16  # of one text; a device has one or two
MAX_OWN = 2

_OCTET = "[0-9A-Fa-f]{2}"
_MAC = re.compile(
    rf"(?:(?<![0-9A-Za-z:.-])|(?<=\b0x))(?:{_OCTET}(?:([:-])|[ ]){_OCTET}(?:[: -]{_OCTET}){{4}}"
    r"|[0-9A-Fa-f]{4}([.:-])[0-9A-Fa-f]{4}\2[0-9A-Fa-f]{4}"
    r"|[0-9A-Fa-f]{6}[:.-]?[0-9A-Fa-f]{6})(?![0-9A-Za-z]|[:.-][0-9A-Fa-f])"
    r"|(?<![0-9A-Za-z:.-])(?=[0-9:]{0,16}[A-Fa-f])(?:[0-9A-Fa-f]{1,2}:){5}[0-9A-Fa-f]{1,2}(?![0-9A-Za-z]|[:.-][0-9A-Fa-f])"
)
"""Also with octets of one digit, as ARP tables of some systems have them: "28:57:be:12:a:1"."""
_CLIENT = re.compile(
    r"(?<![0-9A-Za-z:.-])01(?:([0-9A-Fa-f]{2}(?:\.[0-9A-Fa-f]{4}){2}\.[0-9A-Fa-f]{2})|:((?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}))(?![0-9A-Za-z]|[:.-][0-9A-Fa-f])"
)
"""The identifier of a DHCP client: the type of Ethernet before its address (RFC 2132, 9.14)."""
_PREFIX = re.compile(
    r"(?:oui|mac|prefix)?[ \t]*+[:=]?[ \t]*+"
    r"((?:[0-9A-Fa-f]{2}[:.-]?){3}(?:[0-9A-Fa-f]|[:.-]?[0-9A-Fa-f]{2}[:.-]?[0-9A-Fa-f])?)",  # 24, 28 or 36 bits
    re.IGNORECASE,
)
_BLOCK = re.compile(
    r"[({\[\"' \t]{0,4}+(?:MA-[LMS],|(?:oui|mac|prefix)\b[ \t]*+[:=]?[ \t]*+)?"
    r"((?:[0-9A-F]{2}[:.-]){2}[0-9A-F]{2}|(?=[A-F]{0,5}\d)[0-9A-F]{6})"
    r"(?:(?:[:.-](?:XX|\*\*|\?\?|__|##|\.\.)){3}|X{6}|\*{6}|[:.-](?:\[[A-Z ]{2,16}\]|<[A-Z ]{2,16}>|\.{3})"
    r"|(?:[:-]00){3}/\d\d|/\d\d)?"
    r"(?:[ \t]*+\((?:hex|base 16)\))?(?:[\s,;|=:\"'-]{1,32}(?:org(?:ani[sz]ation)?|vendor)?[:=]?[ \t\"']*+"
    r"([A-Z][^\r\n,\";|]{2,127})"
    r"[^\r\n]{0,256})?",
    re.IGNORECASE,
)
"""A block as registries and lists of them write it, perhaps with who holds it, or an address whose end is hidden."""
_REGISTERED = re.compile(r"\bMA-[LMS],([0-9A-F]{6,9}),\"?([A-Z][^\r\n\",;]{2,127})", re.IGNORECASE)
"""A row of the registry within something else."""
_BLOCKS = re.compile(
    r"(?<=[\"'`|(\[])([0-9A-F]{2}[:-][0-9A-F]{2}[:-][0-9A-F]{2})(?=[\"'`|)\]])"
    r"|(?<![0-9A-Z:-])([0-9A-F]{2}[:-][0-9A-F]{2}[:-][0-9A-F]{2})(?=[:-](?:XX|\*\*|\?\?|__|##|\.\.|\[))"
    r"|\b(?:OUI|MAC[ _-]?prefix)[\"']?(?: is)?:?[ \t\"'`]{1,4}"
    r"([0-9A-F]{6}|[0-9A-F]{2}(?:[:-][0-9A-F]{2}){2})(?![0-9A-Z]|[:-][0-9A-F])",
    re.IGNORECASE,
)
"""Blocks of a list, each in quotes or between bars; those of addresses whose ends are hidden, and named ones."""
_LETTER = re.compile("[A-F]", re.IGNORECASE)
_OCTETS = re.compile(r"0x([0-9A-F]{2}), ?0x([0-9A-F]{2}), ?0x([0-9A-F]{2})(?!, ?0x)", re.IGNORECASE)
"""A block as programs in C hold it."""
_HIDDEN = re.compile(
    r"\bMAC(?: Address)?:[ \t]*((?:[0-9A-F]{2}[:-]){3})?[^\s(]{1,24}[ \t]*\(([^()\r\n]{2,128})\)", re.IGNORECASE
)
"""An address that somebody has made illegible, and who holds its block."""
_LOCAL = re.compile(
    r"(?:fe80::|\A)([0-9a-f]{1,4}):([0-9a-f]{2})ff:fe([0-9a-f]{2}):([0-9a-f]{1,4})(?![0-9a-f:])", re.IGNORECASE
)
_CALLED = (
    r"(?<![A-Za-z0-9_./-])(?:(?:(?:connected|device|ethernet|lan|wired|own)?[_ ]?mac(?:[_ -]?addr(?:ess)?)?"
    r"|(?:physical|hardware|hw|ethernet)[_ -]?addr(?:ess)?))(?![A-Za-z0-9_.-])"
)
_NAMED = re.compile(
    rf"{_CALLED}[\"'`*)]{{0,4}}[ \t]{{0,4}}(?:[:=>]{{1,2}}|\bis\b)?[ \t]{{0,8}}[\"'`(]{{0,3}}"
    rf"({_OCTET}(?:[:-]{_OCTET}){{5}}|[0-9A-F]{{12}})(?![0-9A-Z]|[:.-][0-9A-F])"
    r"|\d\)?[ \t]at[ \t]{1,8}((?:[0-9A-F]{1,2}:){5}[0-9A-F]{1,2})[ \t]",
    re.IGNORECASE,
)
"""An address that a text calls the MAC address, or a table of neighbours as `arp -a` prints it."""
_ALONE = re.compile(
    r"(?:(?:mac|oui|ether|lladdr|hwaddr)\b[\w ]{0,16}[:=]?[ \t]*)?[\"']?"
    r"(?:[0-9A-F]{2}(?:[: -][0-9A-F]{2}){5}|[0-9A-F]{2}(?:[:-][0-9A-F]{2}){2}"
    r"|[0-9A-F]{4}([.:-])[0-9A-F]{4}\1[0-9A-F]{4}|[0-9A-F]{6}[:-][0-9A-F]{6}|[0-9A-F]{12})[\"']?"
    r"(?:[ \t]*\([^()\r\n]{0,128}\))?",
    re.IGNORECASE,
)


def addresses(text: str) -> Iterator[Answer]:
    """Every MAC address in a text, each with the organization that holds its block; or a prefix alone."""
    named = [match[0] for match in _MAC.finditer(text)]
    named += ["".join(filter(str.isalnum, dotted or spaced)) for dotted, spaced in _CLIENT.findall(text)]
    found = dict.fromkeys(filter(None, map(mac, named)))
    for address in list(found)[:MAX_ADDRESSES]:
        yield from registered(address)
    if found:
        return
    if local := _LOCAL.search(text):
        yield from registered(_of_local(*local.groups()))
    elif block := _BLOCK.fullmatch(text.strip()):
        yield from _held(block[1], block[2] or "")
    elif octets := _OCTETS.search(text):
        yield from _held("".join(octets.groups()), "")
    elif row := _REGISTERED.search(text):
        yield from _held(row[1], row[2])
    elif hidden := _HIDDEN.search(text):
        yield from _held(hidden[1] or "", hidden[2])
    elif prefix := _PREFIX.fullmatch(text.partition("(")[0].strip()):
        digits = re.sub(r"[:.-]", "", prefix[1])
        fields = fields_of(oui.decode, digits.ljust(11, "0") + "1")
        yield from answer("mac", {name: values for name, values in fields.items() if name != "mac.address"})


def named(text: str) -> Iterator[Answer]:
    """The MAC address that a text calls so, if it names one or two: a longer list is one of several devices."""
    found = dict.fromkeys(
        filter(None, (mac(match[1] or match[2]) for match in islice(_NAMED.finditer(text), MAX_ADDRESSES)))
    )
    if len(found) <= MAX_OWN:
        for address in found:
            yield from registered(address)


def blocks(text: str) -> Iterator[Answer]:
    """Every block in a list of them; none where all are digits alone, as times are."""
    listed = list(dict.fromkeys(map("".join, _BLOCKS.findall(text))))[:MAX_ADDRESSES]
    if any(map(_LETTER.search, listed)):
        yield from (held for block in listed for held in _held(block, ""))


def _held(prefix: str, holder: str) -> Iterator[Answer]:
    """A block, and who holds it by the registry or else by the text; what the text says alone where no block shows."""
    fields = fields_of(oui.decode, re.sub(r"[:.-]", "", prefix).ljust(11, "0") + "1") if prefix else {}
    known = {name: values for name, values in fields.items() if name != "mac.address"}
    yield from answer("mac", {**as_fields([("mac.organization", holder.strip())] if holder else []), **known})


def _of_local(first: str, second: str, third: str, fourth: str) -> str:
    """The MAC address that a link-local address of IPv6 is made of (RFC 4291, appendix A)."""
    digits = f"{int(first, 16) ^ 0x0200:04x}{second}{third}{fourth:0>4}"
    return ":".join(digits[place : place + 2] for place in range(0, 12, 2))


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

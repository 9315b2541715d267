"""MAC addresses in text, in any notation, and the blocks that registries and lists of them name."""

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
_BEGIN = r"(?<![0-9A-Za-z:.-])"
_END = r"(?![0-9A-Za-z]|[:.-][0-9A-Fa-f])"
_MAC = re.compile(
    rf"{_BEGIN}(?:{_OCTET}(?:[:-]{_OCTET}){{5}}|{_OCTET}(?: {_OCTET}){{5}}"
    r"|[0-9A-Fa-f]{4}([.:-])[0-9A-Fa-f]{4}\1[0-9A-Fa-f]{4}|[0-9A-Fa-f]{6}[:.-]?[0-9A-Fa-f]{6}"
    rf"|(?=[0-9:]{{0,16}}[A-Fa-f])(?:[0-9A-Fa-f]{{1,2}}:){{5}}[0-9A-Fa-f]{{1,2}}){_END}"
)
"""Also with octets of one digit, as ARP tables of some systems have them: "28:57:be:12:a:1"."""
_LENT = re.compile(
    r"\bDHCP(?:ACK|REQUEST|DISCOVER|OFFER)\b\S{0,40} (?:on |for )?[0-9a-fA-F.:]{7,39} (?:(?:to|from) )?"
    r"[0-9a-fA-F:]{17} \(?([A-Za-z][\w./()-]{0,254})"
)
_BLOCK = re.compile(
    rf"(?:{_BEGIN}(?=[\d:-]{{0,7}}[A-F])|\A\W{{0,3}}|\b(?:OUI|prefix)\W{{1,6}}(?:is\W{{1,3}})?)"
    rf"({_OCTET}([:-]){_OCTET}\2{_OCTET})(?![0-9A-Z]|\2{_OCTET}(?![0-9A-Z]))"
    r"|(?:\b(?:OUI\b|MAC[ _-]?prefix\b|MA-[LMS],)[^\r\n]{0,16}?|\A)\b(?=[A-F]*\d)([0-9A-F]{6,9})\b",
    re.IGNORECASE,
)
"""A block of addresses, or an address whose end is hidden: with a letter, at the beginning, or behind what it is."""
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
_HIDDEN = r"(?:[:-]?(?:[Xx]{2}|[*#?_.\u2026]{1,4}|[zZyYnN]{2})){1,3}"
"""What is written for the end of an address that is nobody's business."""
_MASKED = re.compile(
    rf"{_CALLED}[\"'`*)]{{0,4}}[ \t]{{0,4}}(?:[:=>]{{1,2}}|\bis\b)?[ \t]{{0,8}}[\"'`(]{{0,3}}"
    rf"({_OCTET}([:-]){_OCTET}\2{_OCTET})\2{_HIDDEN}",
    re.IGNORECASE,
)
"""A text calls that a MAC address of which it shows the block only."""
_LABEL = re.compile(r"\s*(?:(?:mac|oui|ether|lladdr|hwaddr)\b[\w ]{0,16}[:=]?[ \t]*)?[\"']?", re.IGNORECASE)
_BEHIND = re.compile(rf"(?:{_HIDDEN})?[\"']?(?:[ \t]*\([^()\r\n]{{0,128}}\))?\s*")


def written(text: str) -> Iterator[Answer]:
    """The addresses in a text, or else the blocks that it names."""
    yield from list(addresses(text)) or blocks(text)


def addresses(text: str) -> Iterator[Answer]:
    """Every MAC address in a text, or the one that a link-local address is made of, each with who holds its block."""
    told = [match[0] for match in _MAC.finditer(text)]
    found = dict.fromkeys(filter(None, map(mac, told)))
    for address in list(found)[:MAX_ADDRESSES]:
        yield from registered(address)


def is_lent(text: str) -> bool:
    """Whether a text is of the log of a DHCP server."""
    return _LENT.search(text) is not None


def lent(text: str) -> Iterator[Answer]:
    """Lines that ISC dhcpd and dnsmasq log: the names and MAC addresses of those who got addresses."""
    yield from answer("dhcp", as_fields([("dhcp.hostname", name.rstrip(")")) for name in _LENT.findall(text)]))
    yield from addresses(text)


def blocks(text: str) -> Iterator[Answer]:
    """Every block that a text names, and who holds it."""
    told = (match[1] or match[3] for match in _BLOCK.finditer(text))
    digits = dict.fromkeys(re.sub("[:-]", "", block) for block in told)
    for block in islice(digits, MAX_ADDRESSES):
        fields = fields_of(oui.decode, block.ljust(11, "0") + "1")
        yield from answer("mac", {name: values for name, values in fields.items() if name != "mac.address"})


def named(text: str) -> Iterator[Answer]:
    """The MAC address that a text calls so, if it names one or two: a longer list is one of several devices."""
    found = dict.fromkeys(
        filter(None, (mac(match[1] or match[2]) for match in islice(_NAMED.finditer(text), MAX_ADDRESSES)))
    )
    hidden = dict.fromkeys(match[1].upper() for match in islice(_MASKED.finditer(text), MAX_ADDRESSES))
    if len(found) + len(hidden) <= MAX_OWN:
        for address in found:
            yield from registered(address)
        for block in hidden:
            yield from blocks(block)


def is_address(text: str) -> bool:
    """Whether a text is one MAC address, or its block, perhaps with a name before or behind it."""
    alone = _LABEL.sub("", text, count=1)
    found = _MAC.match(alone) or _BLOCK.match(alone)
    return found is not None and _BEHIND.fullmatch(alone, found.end()) is not None


def linked(address: str, vendor: str) -> Iterator[Answer]:
    """An address, perhaps hidden, and its block; where no registry knows who holds that, with whom a tool names."""
    told = as_fields([("mac.organization", vendor)])
    known = list(registered(address)) or list(blocks(address))
    for found in known or answer("mac", told):
        yield found if "mac.organization" in found.fields else found._replace(fields={**found.fields, **told})


def registered(address: str, asked: str = "") -> Iterator[Answer]:
    """An address and its block."""
    yield from answer("mac", fields_of(oui.decode, address), asked)

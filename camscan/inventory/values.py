"""Cells to identifiers: addresses, MACs, serials, endpoints and host names as people and spreadsheets write them.

Each reader gives what it could read and, in words, what it could not. Nothing is guessed: what two programs would read
in two ways is a fault.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NamedTuple

MAX_VALUES = 8
"""Identifiers of one kind that one row may name: no camera has more network cards."""
MAX_TEXT = 1_000
"""Characters of a cell in which identifiers are looked for."""
_SHOWN = 40


class Read(NamedTuple):
    """What a cell says: the usable values, and why the rest is not used ("" where nothing is left over)."""

    values: tuple[str, ...] = ()
    fault: str = ""


_NOTHING = Read()
_SAYS_NOTHING = """
    - -- --- . / ? ?? n/a [n/a] [n/s] na #n/a #na n.a. k.a. nil none null nan unknown unbekannt inconnu tbd tba tbc todo
    keine kein leer empty x xx xxx dhcp dynamic dynamisch 0 0.0.0.0 ::
"""
_BLANKS = frozenset(_SAYS_NOTHING.split())
_SAYS_NO_MORE = """
    see photo picture foto check ask label sticker make brand model type camera cam device yet later to be confirmed the
    siehe prufen prüfen fragen hersteller marke modell typ kamera noch voir modele modèle marque type ver modelo marca
"""
_REMARKS = frozenset(_SAYS_NO_MORE.split())
"""Words beside one that says nothing, which say no more."""
_WORD = re.compile(r"[\w?#]+")
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212\ufe58\ufe63\uff0d"), "-")

_ADDRESS = re.compile(
    r"(?<![\w:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:(?<=:)\d{1,3}(?:\.\d{1,3}){3})?(?![\w:]|\.\d)"
    r"|(?<!\d)(?<!\d\.)\d{1,3}(?:\.\d{1,3}){3}(?!\.?\d)"
)
_RANGE = re.compile(
    r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}"
    r"(?: ?(?:-|\.\.+|to|bis|through|à|al?|t/m) ?(?:\d{1,3}(?:\.\d{1,3}){3}|\.?\d{1,3})"
    r"|(?: ?[,;&+] ?| (?:and|und|et|y|e|en|i|og|och) )\.?(?:25[0-5]|2[0-4]\d|1?\d?\d))(?![\w.:]| ?(?:mp|mm|ch|tb)\b)",
    re.IGNORECASE,
)
"""Addresses from one to another, or one and the last number of a second one."""
_BEFORE = re.compile(
    r"\b(?:old|was|before|former(?:ly)?|previous(?:ly)?|ex|alt|früher|vorher|bisher|ehem(?:als)?|ancien(?:nement)?|avant"
    r"|antes|antiguo|vecchio|oud|voorheen)(?: ip)?\b[\s:.=]{0,3}\d{1,3}(?:\.\d{1,3}){3}",
    re.IGNORECASE,
)
"""An address that a device had before, beside the one that it has."""
_BESIDE = re.compile(r"\b(?:gw|gateway|dns|ntp)(?: ip)?\b[\s:.=]{0,3}\d{1,3}(?:\.\d{1,3}){3}", re.IGNORECASE)
"""An address of something that all devices of a network share, beside that of one."""
_LENGTH = re.compile(r" ?/ ?(\d{1,3})(?![\d.])")
_GROUPED = re.compile(r"(\d{2,3})(\d{3})(\d{3})(\d{3})", re.ASCII)
"""An address that a spreadsheet has made a number, where points divide thousands; ten digits may be another number."""
_PADDED = re.compile(r"\d{3}(?:\.\d{3}){3}")
_OCTAL = re.compile(r"(?<!\d)0[1-7][0-7](?!\d)")
"""A number within an address that is another one for a program to which the zero means octal."""
_MAC = re.compile(
    r"(?:(?<=mac[:.\- ])|(?<![0-9A-Z])(?<![0-9A-F][:.\-]))(?:0x)?(?:"
    r"[0-9A-F]{1,2}(?:([:.\- ])[0-9A-F]{1,2})(?:\1[0-9A-F]{1,2}){4}"
    r"|[0-9A-F]{4}([:.\- ])[0-9A-F]{4}\2[0-9A-F]{4}"
    r"|[0-9A-F]{6}[:.\- ]?[0-9A-F]{6}"
    r")(?![0-9A-Z]|[:.\-][0-9A-F])",
    re.IGNORECASE,
)
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_HOST = re.compile(r"(?=.*[a-z])[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?")
_FULL_NAME = re.compile(r"(?![0-9.]+\.[^.]+\.?$)(?:[a-z0-9_-]{1,63}\.)+[a-z][a-z0-9-]{1,62}\.?")
"""The name of a host with its domain: of what stands among addresses, no other word is one for sure.

Numbers before its last word make it an address that is yet to be filled in, as "10.0.0.xxx".
"""
_URL = re.compile(r"(?:https?|rtsps?)://(?:[^/@\s]{0,64}@)?([^/:@\s]{1,253})(?::\d{1,5})?(?:[/?]\S*)?")
_CAPTION = re.compile(r"^(?:s/?n|ser(?:ial)?(?: ?(?:no|nr|number))?)(?:\s*[.:#])+\s*", re.IGNORECASE)
_MONTH = r"(?:jan|feb|mar|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz])[a-z]*\.?"
_TIME = r"(?:[ T]\d\d?:\d\d(?::\d\d)?(?:\.\d+)?)?"
_DATE = re.compile(
    rf"\d{{4}}([./-])\d\d?\1\d\d?{_TIME}|\d{{4}}年\d\d?月\d\d?日|\d\d?([./-])\d\d?\2(?:\d\d){{1,2}}{_TIME}"
    rf"|(?:\d\d?[-. ]+)?{_MONTH}[-. ]+(?:\d\d){{1,2}}|\d\d?[-. ]+{_MONTH}",
    re.IGNORECASE,
)
_ROUNDED = re.compile(r"\d(?:[.,]\d+)?E\+\d+|(?=\d{16})\d+000", re.IGNORECASE)
"""A number as a spreadsheet shows it that keeps 15 digits (IEEE 754 double) and turns the others into zeros."""
_PAST_HOSTS = 224
"""The first octet from which on addresses are multicast or reserved; masks begin with 255."""
_MIN_SERIAL, _MAX_SERIAL = 4, 128
_SEPARATORS = re.compile(r"[:.\- ]")
_PLAIN = re.compile(r"(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}", re.ASCII)
"""An IPv4 address as it is usually spelt."""


def clean(text: str) -> str:
    """`text` in its compatibility form, on one line, without NUL, controls and invisible characters, trimmed."""
    if text.isascii() and text.isprintable():
        return text.strip()
    folded = unicodedata.normalize("NFKC", text[:MAX_TEXT].translate(_DASHES))
    kept = (" " if c.isspace() else c for c in folded if c.isspace() or unicodedata.category(c)[0] != "C")
    return " ".join("".join(kept).split())


def words(text: str) -> str | None:
    """A cleaned text; None where the cell is blank or says in words that it is."""
    text = clean(text)
    return None if not text or text.casefold() in _BLANKS or _is_vague(text) else text


def _is_vague(text: str) -> bool:
    """Whether this says no more than that something is not known, as "unknown / see photo" does."""
    told = _WORD.findall(text[:MAX_TEXT].casefold())
    return bool(told) and told[0] in _BLANKS - {"0"} and all(word in _BLANKS or word in _REMARKS for word in told)


def addresses(text: str) -> Read:
    """All IP addresses in a cell: in brackets, with port, prefix length or zone, in a URL, several of them."""
    said = clean(text)[:MAX_TEXT]
    if (number := _GROUPED.fullmatch(said)) and (address := _address(".".join(number.groups()))):
        return Read((address,), f"{number[0]} is taken for {address}: the spreadsheet has made it a number")
    found = _all(text, _find_addresses, "holds no IP address")
    if not (found.values and found.fault) and (fault := _unused(said)):
        return Read(found.values, fault)
    if found.values and not found.fault and (between := _RANGE.search(said)):
        return Read(found.values, f"{shown(between[0])} means more addresses, which are not used: give each its row")
    return found


def _unused(text: str) -> str:
    """Why an address in a cell is none of the device, or none at all; "" where there is no such one."""
    for match in _ADDRESS.finditer(text) if _OCTAL.search(text) else ():  # few cells hold one, which is found sooner
        if ":" not in match[0] and (zero := _OCTAL.search(match[0])) and not _address(match[0]):
            return f"{shown(match[0])} is no IP address that all programs read alike: leave out the zero of {zero[0]}"
    if before := _BEFORE.search(text):
        told = f"the address in {shown(before[0])} is"
        if before[0].casefold().startswith("alt"):  # German for old
            return f"{told} an old or an alternative one, and is not used: leave out 'alt' if the device has it"
        return f"{told} one from before, and is not used"
    beside = _BESIDE.search(text)
    return f"the address in {shown(beside[0])} is not of the device itself, and is not used" if beside else ""


def macs(text: str) -> Read:
    """All MACs in a cell, as "AA:BB:CC:DD:EE:FF", from any of the usual notations; none that no single card has."""
    return _all(text, _find_macs, "is not the MAC address of one network card")


def serial(text: str) -> Read:
    """A serial number; what a spreadsheet has made a date, a rounded number or a formula of is not one any more."""
    text = words(text) or ""
    text = _CAPTION.sub("", text)
    if text.endswith(".0") and text[:-2].isdigit():
        text = text[:-2]
    if len(set(text.casefold())) < 2 or text.casefold() in _BLANKS or _is_vague(text):
        return _NOTHING
    return Read(fault=fault) if (fault := _spoilt(text)) else Read((text,))


def endpoint(text: str) -> Read:
    """The UUID of an endpoint address, in lower case; none for the nil UUID."""
    return _all(text, lambda cell: [u for u in _UUID.findall(cell.lower()) if u.strip("0-")], "holds no UUID")


def host_name(text: str) -> Read:
    """A host name in lower case, without the dot of the root."""
    text = (words(text) or "").casefold().rstrip(".")
    if not text or _HOST.fullmatch(text):
        return Read((text,) if text else ())
    return Read(fault=f"{shown(text)} is no host name")


def full_names(text: str) -> tuple[str, ...]:
    """The host name with a domain that a cell holds and nothing else, in lower case, without the dot of the root.

    It may stand in a URL, as in lists of recording programs.
    """
    text = (words(text) or "").casefold()
    text = url[1] if (url := _URL.fullmatch(text)) else text
    return (text.rstrip("."),) if _FULL_NAME.fullmatch(text) else ()


def address_or_name(text: str) -> Read:
    """The IP addresses in a cell; else the name of a host in at least two domains, as no street is called."""
    found = addresses(text)
    return found if found.values else Read(tuple(name for name in full_names(text) if name.count(".") > 1))


def shown(text: str) -> str:
    """A text of the inventory, short and in quotes, for a message."""
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")


def _all(text: str, find: Callable[[str], list[str]], fault: str) -> Read:
    text = words(text) or ""
    if not text:
        return _NOTHING
    found = tuple(dict.fromkeys(find(text[:MAX_TEXT])))
    if not found:
        return Read(fault=f"{shown(text)} {fault}")
    more = f"only the first {MAX_VALUES} of {len(found)} in one cell are used" if len(found) > MAX_VALUES else ""
    return Read(found[:MAX_VALUES], more)


def _find_addresses(text: str) -> list[str]:
    text = _BESIDE.sub(" ", _BEFORE.sub(" ", text))
    found = ((match, _address(match[0])) for match in _ADDRESS.finditer(text))
    return [address for match, address in found if address and not _is_network(address, text[match.end() :])]


def _is_network(address: str, rest: str) -> bool:
    """Whether this is no address, but the beginning of a network, by the prefix length behind it: 10.0.0.0/24."""
    length = _LENGTH.match(rest)
    if length is None:
        return False
    number, bits = int(ip_address(address)), 128 if ":" in address else 32
    return int(length[1]) < bits - 1 and not number & ((1 << (bits - int(length[1]))) - 1)


def _address(text: str) -> str:
    """The usual spelling, or "": no address, one that no host has, or zeros that some programs read as octal.

    No host has a multicast address, nor one that is a mask or a wildcard, as may stand beside that of a device.
    """
    plain = _PLAIN.fullmatch(text)  # the usual case, at a fifth of the time
    if plain is None and ":" not in text and (_PADDED.fullmatch(text) or not _OCTAL.search(text)):
        text = ".".join(str(int(part)) for part in text.split("."))
        plain = _PLAIN.fullmatch(text)
    if plain:
        return text if 0 < int(text.partition(".")[0]) < _PAST_HOSTS else ""
    try:
        address = ip_address(text)
    except ValueError:
        return ""
    return "" if address.is_unspecified or address.is_multicast else spelt(address)


def spelt(address: IPv4Address | IPv6Address) -> str:
    """The usual spelling of an address."""
    return str((address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address)


def _find_macs(text: str) -> list[str]:
    return [mac for match in _MAC.finditer(text) if (mac := _mac(match[0]))]


def _mac(text: str) -> str:
    parts = _SEPARATORS.split(text.upper().removeprefix("0X"))
    octets = bytes.fromhex("".join([part.zfill(2) for part in parts]))
    return "" if not any(octets) or octets[0] & 1 else octets.hex(":").upper()


def _spoilt(text: str) -> str:
    """Why a text cannot be trusted as a serial, or ""."""
    if _DATE.fullmatch(text):
        return f"{shown(text)} is a date: the spreadsheet has changed it"
    if _ROUNDED.fullmatch(text):
        return f"{shown(text)} is a rounded number: the spreadsheet has changed it"
    if text.startswith("="):
        return f"{shown(text)} is a formula without a value"
    if text.startswith("#"):
        return f"{shown(text)} is an error of the spreadsheet"
    if not _MIN_SERIAL <= len(text) <= _MAX_SERIAL:
        return f"{shown(text)} is too {'short' if len(text) < _MIN_SERIAL else 'long'} for a serial"
    return ""

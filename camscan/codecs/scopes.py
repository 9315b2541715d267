"""ONVIF scopes (ONVIF Core Specification, section Discovery: Scopes): `onvif://www.onvif.org/<category>/<value>`.

They come in ProbeMatches, Hellos and GetScopes answers, percent-encoded or with raw spaces, in UTF-8 or GBK, and with
categories of the maker's own beside those of the standard (`mfr`, `MAC`, `serial`, `version`, ...).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from types import MappingProxyType
from urllib.parse import unquote_to_bytes

from camscan.codecs import layout
from camscan.codecs.text import to_text

FIELDS = (
    "onvif.scope",
    "onvif.scope.name",
    "onvif.scope.hardware",
    "onvif.scope.manufacturer",
    "onvif.scope.location",
    "onvif.scope.type",
    "onvif.scope.profile",
    "onvif.scope.mac",
    "onvif.scope.serial",
    "onvif.scope.firmware",
    "onvif.scope.extension",
)

MAX_SCOPES = 64  # of one device; the richest seen has 24
MAX_SCOPE = 256  # characters of one, percent-encoding included; the longest seen has about 120

PREFIX = "onvif://www.onvif.org/"

_CATEGORIES = MappingProxyType(
    {
        "name": "name",
        "hardware": "hardware",
        "model": "hardware",
        "manufacturer": "manufacturer",
        "mfr": "manufacturer",
        "location": "location",
        "type": "type",
        "profile": "profile",
        "mac": "mac",
        "macaddr": "mac",
        "macaddress": "mac",
        "serial": "serial",
        "serialnumber": "serial",
        "sn": "serial",
        "firmware": "firmware",
        "firmwareversion": "firmware",
        "version": "firmware",
        "extension": "extension",
    }
)
_SCOPE = re.compile(r"onvif://[^/]*+/++([^/]++)/++(.*+)", re.IGNORECASE | re.DOTALL)
_BEGINS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*+://|urn:|uuid:", re.IGNORECASE)


def split(text: str) -> tuple[str, ...]:
    """The scopes of a list separated by white space, of which some may hold raw spaces themselves.

    >>> split("onvif://www.onvif.org/location/Hong Kong onvif://www.onvif.org/name/A")
    ('onvif://www.onvif.org/location/Hong Kong', 'onvif://www.onvif.org/name/A')
    """
    scopes: list[str] = []
    for word in text.split():
        if not scopes or _BEGINS.match(word):
            scopes.append(word)
            if len(scopes) > MAX_SCOPES:
                break
        elif word != "\\" and len(scopes[-1]) < MAX_SCOPE:  # the mark of a line that goes on in the next
            scopes[-1] = f"{scopes[-1]} {word}"
    return tuple(scopes[:MAX_SCOPES])


def decode(scopes: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Every scope percent-decoded, and its value once more under its category. Never raises."""
    return layout.fields(_pairs(islice(scopes, MAX_SCOPES)))


def _pairs(scopes: Iterable[str]) -> Iterator[tuple[str, str]]:
    for scope in scopes:
        whole = _decoded(scope[:MAX_SCOPE])
        yield "onvif.scope", whole
        match = _SCOPE.match(whole.strip())
        category = _CATEGORIES.get(match[1].lower().replace("_", "")) if match else None
        if match is None or category is None:
            continue
        value = match[2].strip().rstrip("/")
        yield f"onvif.scope.{category}", layout.hardware_address(value) if category == "mac" else value


def _decoded(scope: str) -> str:
    """Percent-decoded, by the charset that the bytes show."""
    return to_text(unquote_to_bytes(scope.encode("utf-8", "replace"))) if "%" in scope else scope

"""Whether a text is a list of several devices in JSON: what a program knows of others, and no device says of itself."""

from __future__ import annotations

import re

_BEGIN = re.compile(r"\s*\[\s*\{")
_OWN = re.compile(
    r"(?i)[\"'](ip|ip_?addr(?:ess)?|address|host|mac|mac_?addr(?:ess)?|serial(?:_?n(?:o|umber))?)[\"']"
    r"\s{0,4}:\s{0,4}[\"']([^\"'\r\n]{4,64})[\"']"
)
"""A member that no two devices share; a single device may have several in its network cards."""
_NAMED = re.compile(r"(?i)[\"'](?:model|vendor|manufacturer|maker?|brand|product|device_?type)[\"']\s{0,4}:")
_MAX_LISTING = 256 * 1024


def is_listing(text: str) -> bool:
    """Whether a list has several entries that name a model or a maker, with different addresses or serial numbers."""
    if not _BEGIN.match(text):
        return False
    text = text[:_MAX_LISTING]
    if len(_NAMED.findall(text)) < 2:
        return False
    first: dict[str, str] = {}
    return any(first.setdefault(key.lower(), value) != value for key, value in _OWN.findall(text))

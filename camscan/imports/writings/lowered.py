"""Answers of which a program kept small letters only: what readers know by large ones is spelled so again."""

from __future__ import annotations

import re

_LARGE = re.compile(r"[A-Z]")
_CAPITALS = re.compile(r"\b(?:(?:rtsp|http)(?=/\d\.\d[ \t]+\d{3}\b)|(?:oid|string|hex-string)(?=: ))")
"""Status lines, and types as net-snmp prints them."""
_ELEMENTS = (
    "ActivateStatus DeviceInfo EventNotificationAlert InputProxyChannel InputProxyChannelList ResponseStatus"
    " SessionLogin SessionLoginCap deviceDescription deviceName deviceType firmwareReleasedDate firmwareVersion"
    " macAddress requestURL serialNumber statusCode statusString statusValue subStatusCode userCheck"
)
_SPELLED = {name.lower(): name for name in _ELEMENTS.split()}
_ELEMENT = re.compile(rf"(?<=[</])(?:{'|'.join(_SPELLED)})(?=[\s>])")


def spelled(text: str) -> str:
    """A text without a large letter, with those that its protocols know."""
    if _LARGE.search(text):
        return text
    return _ELEMENT.sub(lambda name: _SPELLED[name[0]], _CAPITALS.sub(lambda word: word[0].upper(), text))

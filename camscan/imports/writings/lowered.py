"""Answers of which a program kept small letters only: what protocols spell with large ones is spelled so again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial

_LARGE = re.compile(r"[A-Z]")
_CAPITAL = re.compile(
    r"\b(?:(?:rtsp|http)(?=/\d\.\d[ \t]+\d{3}\b)|in ip[46]\b|rtp/s?avpf?\b|mediainfo=[0-9a-f]{8,}"
    r"|(?:smi|mib)(?=::)|(?:oid|string|hex-string)(?=: ))"
    r"|(?<=public: )[a-z_, \t]{1,512}|(?<=\bb=)as(?=:\d)|(?<=\be=)none\b|(?<=\bstale=)\"false\""
    r"|(?<=a=rtpmap:)\d{1,3} [a-z0-9-]{3,24}(?=/\d)"
)
_WORDS = (
    ("media_header:", "Media_header:"),
    ("media presentation", "Media Presentation"),
    ("snmpv2-", "SNMPv2-"),
)
_MEMBERS = (
    "client.notifyDevInfo deviceInfo DeviceClass DeviceType SerialNo MachineName Vendor Manufacturer Version HttpPort"
    " Port Init VideoInputChannels RemoteVideoInputChannels IPv4Address IPv6Address IPAddress SubnetMask DefaultGateway"
    " LinkLocalAddress"
)
_ELEMENTS = (
    "DeviceInfo DeviceStatus ResponseStatus EventNotificationAlert ActivateStatus SessionLoginCap SessionLogin"
    " userCheck InputProxyChannelList InputProxyChannel InputProxyChannelStatusList InputProxyChannelStatus CGI_Result"
    " deviceName deviceDescription deviceLocation deviceType systemContact serialNumber macAddress firmwareVersion"
    " firmwareReleasedDate subDeviceType telecontrolID OEMCode statusCode statusValue statusString subStatusCode"
    " requestURL currentDeviceTime"
)
_OBJECTS = "sysDescr sysObjectID sysUpTime sysName sysContact sysLocation"


def _named(before: str, names: str, after: str) -> tuple[re.Pattern[str], dict[str, str]]:
    spelled = {name.lower(): name for name in names.split()}
    words = "|".join(map(re.escape, sorted(spelled, key=len, reverse=True)))
    return re.compile(f"(?<={before})(?:{words})(?={after})"), spelled


_NAMES = (
    ("deviceinfo", *_named("[\"']", _MEMBERS, "[\"']")),  # JSON of a discovery
    ("</", *_named("[</]", _ELEMENTS, r"[\s>]")),
    ("::sys", *_named("::", _OBJECTS, r"\.")),
)
"""What a text holds that has any of the names."""


def spelled(text: str) -> str:
    """A text without a large letter, with those that its protocols know."""
    if _LARGE.search(text):
        return text
    text = _CAPITAL.sub(lambda match: match[0].upper(), text)
    for low, name in _WORDS:
        text = text.replace(low, name)
    for mark, pattern, names in _NAMES:
        text = text if mark not in text else pattern.sub(partial(_spelled, names), text)
    return text


def _spelled(names: Mapping[str, str], match: re.Match[str]) -> str:
    return names[match[0]]

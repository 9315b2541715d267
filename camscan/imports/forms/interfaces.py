"""Answers of web APIs without the HTTP around them: lines of a CGI, or parts of an XML envelope."""

from __future__ import annotations

import re
from collections.abc import Iterator

from camscan.codecs import cgi, isapi
from camscan.imports.forms import onvif
from camscan.imports.forms.base import Answer, answer, body_fields, fields_of, pairs
from camscan.records import Fields

_DESCRIPTION = re.compile(
    r"</?DeviceInfo[\s>]|[<\"']firmwareReleasedDate[>\"']|[\"']DeviceInfo[\"']\s{0,8}:\s{0,8}\{"
    r"|</deviceName>\s{0,16}<deviceID>"
)
_MAPPED = re.compile(r"[\"'](\w{3,64})[\"']\s{0,8}:\s{0,8}\{[^{}]{0,1024}?[\"']@(?:version|xmlns)[\"']")
"""An element with attributes, converted to JSON; they may follow its children."""
_OWN_ROOT = re.compile(
    r"\b(userCheck|ActivateStatus|SessionLoginCap|ResponseStatus)[\"']?\s{0,8}:\s{0,8}\{"
    r"[^{}]{0,512}?\b(?:statusValue|Activated|sessionID|challenge|subStatusCode)[\"']?\s{0,8}:"
)
"""A root element converted to JSON, perhaps without its attributes, with an element that only it has."""
_NAMESPACE = re.compile(r"xmlns[\"']?\s{0,8}[:=]\s{0,8}[\"']([^\"'\s]{1,256})[\"']")
_OWN_SERIAL = re.compile(
    r"[\"']model[\"']\s{0,8}:\s{0,8}[\"']([^\"'\s]{4,64})[\"'][^{}]{0,512}?[\"']serialNumber[\"']\s{0,8}:\s{0,8}[\"']([^\"'\s]{20,96})[\"']"
)
_ELEMENTS = frozenset(
    {
        "deviceName",
        "deviceDescription",
        "model",
        "serialNumber",
        "macAddress",
        "firmwareVersion",
        "firmwareReleasedDate",
        "deviceType",
        "manufacturer",
        "OEMCode",
        "requestURL",
        "statusCode",
        "statusString",
        "subStatusCode",
    }
)
_LOGIN = re.compile(r"[\"']realm[\"']\s{0,8}:\s{0,8}[\"'](Login to [^\"'\r\n]{1,64})[\"']")
_ASKED = re.compile(r"[\"'](?:random|encryption)[\"']\s{0,8}:")
_OWN_ELEMENTS = frozenset({"model", "serialNumber", "firmwareReleasedDate", "OEMCode"})
"""At least one of these is in any part of a description."""
_KEY_VALUE = re.compile(r"[ \t]*([A-Za-z][\w.:\[\]-]{0,255})=[^\r\n]*")
_ANSWERED = re.compile(r"HTTP/\d\.\d 200\b[^\r\n]*(?:\r?\n[^\r\n]+)*\r?\n\r?\n")
_OWN_LINE = re.compile(r"^[ \t]*([A-Za-z]\w{0,63}=[^\r\n]*)", re.MULTILINE)
"""Lines about the device itself: keys with a dot are settings, some of other devices."""
_TYPE_ALONE = re.compile(r"type=([A-Z](?=[^\r\n]*\d)[\w/-]{3,40})")
"""The answer to the question for the type only, which is the model."""
_CGI_KEYS = frozenset(
    ("deviceType", "updateSerial", "serialNumber", "type", "class", "sn", "version", "vendor", "Vendor")
)
_FEWEST = 2  # with so few lines, a remark in the last one is not tolerated
_CHANNEL = re.compile(
    r"<(InputProxyChannel|sourceInputPortDescriptor)\b[^<>]{0,256}>.{0,8192}?(?:</\1>|(?=<\1\b)|\Z)"
    r"|^[^\r\n=]{0,64}\b(?:RemoteDevice\.uuid:|RemoteDevice\[|camera\[\d{1,4}\]\.)[^\r\n]*",
    re.DOTALL | re.MULTILINE,
)
"""The description of a camera on a channel of a recorder, in XML or in a line; one without its end, to the next one."""
_CGI_LISTS = ("table.", "camera[", "states[", "caps.", "root.", "system_info_")


def lines(text: str) -> Iterator[Answer]:
    """Lines of a device CGI as a body; and their fields if they are system information."""
    body = "\n".join(line.strip() for line in text.strip().splitlines())
    told = system(body)
    yield from answer("cgi", told)
    yield from answer("http", body_fields(body))
    if not told:
        own_lines = "\n".join(_OWN_LINE.findall(body))
        alone = _TYPE_ALONE.fullmatch(own_lines.strip())
        yield from onvif.described(f"model={alone[1]}" if alone else own_lines)


def carried(text: str) -> Iterator[Answer]:
    """What lines of a device CGI tell, where they are the body of an HTTP answer."""
    answered = _ANSWERED.match(text)
    body = text[answered.end() :] if answered else ""
    if is_lines(body) and not system(body):  # which is read as such
        yield from (one for one in lines(body) if one.channel != "http")


def is_lines(text: str) -> bool:
    """Whether a text has only lines `key=value` (except perhaps the last), and a key of the CGI is among them."""
    lines = [line for line in text.strip().splitlines() if line.strip()]
    found = [_KEY_VALUE.fullmatch(line) for line in lines[: max(_FEWEST, len(lines) - 1)]]
    found += [match for line in lines[len(found) :] if (match := _KEY_VALUE.fullmatch(line))]
    keys = [match[1] for match in found if match]
    return 0 < len(keys) == len(found) and any(key in _CGI_KEYS or key.startswith(_CGI_LISTS) for key in keys)


def system(body: str) -> Fields:
    """The fields of system information; empty for other lines, which any program may print."""
    return fields_of(cgi.decode, body.encode()) if cgi.is_system_information(body) else {}


def envelope(text: str) -> Iterator[Answer]:
    """A part of a device description in XML, or the same converted to JSON."""
    yield from answer("http", described(text))


def is_envelope(text: str) -> bool:
    """Whether a text holds a device description in the form of the XML envelope, or a piece of one."""
    return bool(described(text))


def described(text: str) -> Fields:
    """The fields of a device description that is incomplete, has no namespace, or was converted to JSON."""
    named = _NAMESPACE.search(text)
    namespace = named[1] if named and isapi.is_namespace(named[1]) else ""
    mapped = _OWN_ROOT.search(text) or (_MAPPED.search(text) if namespace else None)
    if not (_DESCRIPTION.search(text) or mapped or _is_own_serial(text)):
        return {}
    told = {name: value for name, value in reversed(pairs(text)) if name in _ELEMENTS or name in isapi.OTHERS}
    if mapped:
        return isapi.describe(told, namespace, mapped[1])
    return isapi.describe(told, namespace) if _OWN_ELEMENTS & told.keys() else {}


def own(text: str) -> str:
    """A text without the descriptions of cameras on the channels of a recorder."""
    return _CHANNEL.sub("", text)


def challenged(text: str) -> Fields:
    """The realm of a login challenge in JSON; it is the same as in the header of an HTTP challenge."""
    found = _LOGIN.search(text) if _ASKED.search(text) else None
    return {"http.realm": (found[1],), "http.auth": ("digest",)} if found else {}


def _is_own_serial(text: str) -> bool:
    """Whether JSON has a model and a serial number that begins with it, which only this API has."""
    found = _OWN_SERIAL.search(text) if "deviceName" in text else None
    return found is not None and found[2].startswith(found[1])

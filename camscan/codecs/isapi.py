"""The XML envelope of ISAPI and its forerunners (below /ISAPI, /SDK and /PSIA), as devices answer it without a login.

Firmware for other labels keeps the envelope and changes only the namespace, so it tells the platform behind a label.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from camscan.codecs import layout, xml
from camscan.errors import DecodeError

REQUESTS = ("/SDK/activateStatus", "/ISAPI/System/deviceInfo")
"""The only paths that may be asked for, by GET and without a login: they read, and count as no login attempt."""

FIELDS = (
    "isapi.root",
    "isapi.namespace",
    "isapi.activated",
    "isapi.status_code",
    "isapi.status_string",
    "isapi.sub_status_code",
    "isapi.request_url",
    "isapi.device_name",
    "isapi.device_type",
    "isapi.device_description",
    "isapi.model",
    "isapi.serial",
    "isapi.firmware",
    "isapi.mac",
    "isapi.manufacturer",
    "isapi.oem_code",
)

_NAMESPACE = re.compile(
    r"https?://(?:www\.)?(?:hikvision\.com|isapi\.(?:org|com)|std-cgi\.(?:com|org)|psialliance\.org)(?:/|$)"
    r"|urn:(?:psialliance-org|selfextension:psiaext)",
    re.IGNORECASE,
)

_OWN_ROOTS = frozenset({"userCheck", "ActivateStatus", "SessionLoginCap"})
"""Roots that no other interface uses; they are known even where the namespace is missing."""

_ELEMENTS = {
    "Activated": "isapi.activated",
    "statusCode": "isapi.status_code",
    "statusValue": "isapi.status_code",  # what userCheck calls it
    "statusString": "isapi.status_string",
    "subStatusCode": "isapi.sub_status_code",
    "requestURL": "isapi.request_url",
    "deviceName": "isapi.device_name",
    "deviceType": "isapi.device_type",
    "deviceDescription": "isapi.device_description",
    "model": "isapi.model",
    "serialNumber": "isapi.serial",
    "manufacturer": "isapi.manufacturer",
    "OEMCode": "isapi.oem_code",
}


def decode(body: bytes) -> dict[str, tuple[str, ...]]:
    """The fields of an envelope, or of what came of it. Raises DecodeError where the XML is none of this interface."""
    root = xml.parse(body, partial=True)
    name, namespace = xml.local(root.tag), xml.namespace(root.tag)
    if not (_NAMESPACE.match(namespace) or (not namespace and name in _OWN_ROOTS)):
        raise DecodeError(f"not an ISAPI envelope: root {name[:64]!r} in namespace {namespace[:64]!r}")
    texts = _texts(root)
    pairs = [("isapi.root", name), ("isapi.namespace", namespace)]
    pairs += [(field, texts.get(element, "")) for element, field in _ELEMENTS.items()]
    pairs += [("isapi.firmware", _firmware(texts)), ("isapi.mac", layout.hardware_address(texts.get("macAddress", "")))]
    return layout.fields(pairs)


def _texts(root: Element) -> dict[str, str]:
    """Local name -> text of the root's children, each name's first that is not empty."""
    texts: dict[str, str] = {}
    for child in root:
        text = (child.text or "").strip()
        if text:
            texts.setdefault(xml.local(child.tag), text)
    return texts


def _firmware(texts: dict[str, str]) -> str:
    """Version and build: "V5.7.18 build 240826"."""
    version = texts.get("firmwareVersion", "")
    return f"{version} {texts.get('firmwareReleasedDate', '')}".strip() if version else ""

"""Listings of tools whose lines a web page has joined into one: ports, walks of SNMP, streams, device information."""

from __future__ import annotations

import re

from camscan.imports.notations.base import FEW

_PORT = r"\d{1,5}/(?:tcp|udp)[ \t]{1,16}(?:open|closed|filtered)\b"
_NMAP = re.compile(
    rf"(?<=\S)[ \t]+(?={_PORT}|MAC Address: |Nmap scan report for |Host is up\b|Not shown: |PORT[ \t]+STATE[ \t]"
    r"|Service Info: |Device type: |Nmap done: |\|[_ ] ?[a-z][a-z0-9-]{3,40}: )"
)
_PORTS = re.compile(_PORT)
_WALK = re.compile(
    r"(?<![ \t])[ \t]+(?=(?:iso|\.1|1\.3\.6)(?:\.\d{1,10}){4,24}(?: = |\|\d{1,3}x?\|)"
    r"|\(?[\"']\.?1\.3\.6(?:\.\d{1,10}){3,24}[\"'](?:, |: ))"
)
_STREAM = re.compile(r"\A\s*(?:[si]=[^\r\n=]{1,64} [a-z]=|m=(?:video|audio|application) |a=[a-z][\w-]{1,30}:)")
_STREAM_LINE = re.compile(
    r"(?<=\S)[ \t]{1,2}(?=[osei]=\S|[ct]=(?:IN\b|\d)|m=(?:video|audio|application)\b|b=[A-Z]{2}:"
    r"|a=[A-Za-z][\w-]{1,30}(?:[: \t]|\Z))"
)
_INFORMATION = r"(?:(?:Device )?(?:Manufacturer|Model|Firmware ?Version|Serial ?Number)|Hardware ?I[Dd])[ \t]?: ?[^\s:]"
_TOLD = re.compile(rf"(?<=[^\s,;|:{{\[(])(?<!\bDevice)[ \t]+(?={_INFORMATION})")


def joined(text: str) -> str:
    """One line of what a tool prints in several."""
    if "\n" in text.strip():
        return text
    if ("/tcp" in text or "/udp" in text) and _PORTS.search(text):
        return _NMAP.sub("\n", text)
    if _STREAM.match(text) and len(_STREAM_LINE.findall(text)) >= FEW:
        return _STREAM_LINE.sub("\r\n", text)
    if re.match(_INFORMATION, text) and _TOLD.search(text):
        return _TOLD.sub("\n", text)
    return _WALK.sub("\n", text) if any(part in text for part in ("iso.", ".1.", "1.3.6.")) else text

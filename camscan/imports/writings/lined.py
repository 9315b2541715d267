"""Lines that were joined to one, as outputs of nmap and of SNMP's tools, and marks at the end of what was cut off."""

from __future__ import annotations

import re

from camscan.imports.writings.base import HEADER, STATUS, unquoted

_PORT = re.compile(r"\b\d{1,5}/(?:tcp|udp)[ \t]{1,16}open\b")
_NMAP = re.compile(
    r"[ \t]*[;,|]?[ \t]+(?=\d{1,5}/(?:tcp|udp)[ \t]{1,16}(?:open|closed|filtered)\b|\|[_ ][a-z]|\| \|"
    r"|MAC Address: |Nmap scan report for |Host is up |Service Info: |Not shown: )"
)
_VARIABLE = r"(?:[A-Z][\w-]{1,40}-(?:MIB|SMI)::[\w.-]{1,80}|\.?(?:1|iso)\.3\.6\.1[\d.]{0,80})"
_ASSIGNED = re.compile(rf"{_VARIABLE} = ")
_SNMP = re.compile(rf"[ \t]*[;,|]?[ \t]+(?={_VARIABLE} = )")
_BREAK = re.compile(r"<br ?/?>", re.IGNORECASE)
_MARKUP = re.compile(r"<(?!br ?/?>)[A-Za-z/!?]", re.IGNORECASE)
_HEAD = re.compile(r"\A((?:HTTP|RTSP)/\d\.\d \d{3}[^\r\n<>;|,]{0,40}?)[ \t]*[;|,][ \t]+(?=<)")
_BEGUN = re.compile(rf"\A\s*{STATUS}")
_HEADER = re.compile(rf"^[ \t]*{HEADER}[ \t]?:", re.IGNORECASE | re.MULTILINE)
_SET = re.compile(
    rf"^[ \t]*(?:({HEADER})[ \t]*=>?[ \t]*([^\r\n]*?)"
    rf"|([\"'])({HEADER})\3[ \t]*[:=]>?[ \t]*([\"'])([^\r\n]*)\5,?)[ \t]*(?=\r?$)",
    re.IGNORECASE | re.MULTILINE,
)
_CUT = re.compile(r"(?<=[^.\s…])[ \t]*(?:\.{3}|…)[ \t]*\Z")


def parted(text: str) -> str:
    """Each variable, port or line of a script on a line of its own."""
    line = text.strip()
    if "\n" in line:
        return text
    if _BREAK.search(line) and not _MARKUP.search(line):
        return _BREAK.sub("\n", line)
    if _PORT.search(line):
        return _NMAP.sub("\n", line)
    if _HEAD.match(line):
        return _HEAD.sub("\\1\r\n\r\n", line)
    return _SNMP.sub("\n", line) if len(_ASSIGNED.findall(line[:4096])) > 1 else text


def headed(text: str) -> str:
    """A status, and behind it headers that are written as settings: `Server = a`, or `"Server": "a",`."""
    if not _BEGUN.match(text) or _HEADER.search(text):
        return text
    return _SET.sub(lambda found: f"{found[1] or found[4]}: {found[2] or unquoted(found[6] or '')}", text)


def ended(text: str) -> str:
    """A text without the dots that say that it went on."""
    return _CUT.sub("", text.rstrip()) if text.rstrip().endswith(("...", "…")) else text

"""What search engines and template scanners record of a host: its products, as the lines that nmap prints."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

from camscan.imports.writings.base import MAX_JSON, objects

MAX_PORTS = 1024  # of one paste

_PRODUCT = re.compile(r"[\"'](?:product|app)[\"']\s*:\s*[\"']\w")
_SENT = re.compile(r"(?:HTTP|RTSP)/\d\.\d [1-5]\d{2}")
_SERVICE = re.compile(r"[a-z][\w.+-]{0,31}")
_RECORD = re.compile(r'"(?:cpes|portinfo|software|template-id|authentication_type)"\s*:')
_AGENT = re.compile(r"\s*SNMP:[ \t]*\r?\n")
_OF_AGENT = re.compile(r"^[ \t]{1,8}(Description|Objectid|Name):[ \t]*(\S[^\r\n]{0,1023})", re.MULTILINE)
_OBJECTS = {"Description": "sysDescr", "Objectid": "sysObjectID", "Name": "sysName"}
_SESSION = re.compile(r'"sdp"\s*:\s*"v=0')
_HARDWARE = re.compile(r"cpe:(?:/|2\.3:)h:([a-z0-9._-]{2,40}):([a-z0-9._-]{2,64})", re.IGNORECASE)
_CONDITION = re.compile(r"(?:product|app(?:\.name)?)\s?[:=]{1,2}\s?\"([^\"\r\n]{3,96})\"", re.IGNORECASE)
_TEMPLATE = re.compile(
    r"\A\[(?:\d{4}-[\d :-]{14}\] \[)?([A-Za-z][A-Za-z0-9-]{2,63})(?::([\w .-]{2,64}))?\]"
    r" \[(?:http|tcp|ssl|javascript|network|headless)\] \[[a-z]{3,8}\] \S{4,512}"
)
_OF_MATCHER = ("tech-detect", "favicon-detect", "fingerprinthub-web-fingerprints", "iot-detect", "http-favicon")
"""Templates that look for many products, of which the matcher names the one that was found."""
_WEAKNESS = re.compile(r"\A(?:cve|cnvd|cnnvd|edb)-\d", re.IGNORECASE)
"""How the names of templates begin that try whether a product is weak, whoever made it."""
_KIND = re.compile(
    r"(?:-(?:detect(?:ion)?|panel|login|default|version|web|service|server|workflow|exposure|disclosure|info"
    r"|file-?upload|file-?read|upload|rce|lfi|sqli|ssrf|xss|unauth|bypass|traversal|leak))+\Z"
)
_NUMBERED = re.compile(r"cve-\d{4}-\d{4,6}\Z", re.IGNORECASE)
"""Weaknesses with a number of their own, some of which are one maker's."""


def condition(text: str) -> str:
    """A condition on a product in the words of a search engine."""
    found = _CONDITION.fullmatch(text.strip())
    return f"0/tcp open unknown {found[1]}" if found else text


def template(text: str) -> str:
    """A line of a template scanner: the template that matched, its protocol, how grave that is, and where."""
    found = _TEMPLATE.match(text.strip())
    product = _template_product(found[1], found[2] or "") if found else ""
    return f"0/tcp open unknown {product}" if product else text


def _template_product(template: str, matcher: str) -> str:
    """The product for which a template, or one of its matchers, is named, or the number of a weakness; else ""."""
    if _NUMBERED.match(template):
        return template.upper()
    name = matcher if template in _OF_MATCHER else _KIND.sub("", template)
    return "" if _WEAKNESS.match(name) or name == template else name.replace("-", " ")


def agent(text: str) -> str:
    """The record of an SNMP agent, whose lines have names of their own: as lines of a walk."""
    if not _AGENT.match(text):
        return text
    return "\n".join(f"{_OBJECTS[name]}: {value}" for name, value in _OF_AGENT.findall(text[:MAX_JSON])) or text


def session(text: str) -> str:
    """JSON of a program that relays streams: the description that the device gave of its own, not the program's."""
    if not _SESSION.search(text) or not text.lstrip().startswith(("{", "[")) or len(text) > MAX_JSON:
        return text
    with suppress(ValueError, RecursionError):
        return next(_sessions(json.loads(text, strict=False)), text)
    return text


def _sessions(value: object) -> Iterator[str]:
    """The descriptions in a value of JSON, without those that were given to whoever watches."""
    if isinstance(value, dict):
        if (sdp := _text(value.get("sdp"))).startswith("v=0"):
            yield sdp
        value = [inner for name, inner in value.items() if name != "consumers"]
    for inner in value if isinstance(value, list) else ():
        yield from _sessions(inner)


def record(text: str) -> str:
    """JSON of a host: names of its hardware by CPE, of its software by vendor, or of the product at a port."""
    if not _RECORD.search(text) or not text.lstrip().startswith(("{", "[")) or len(text) > MAX_JSON:
        return text
    with suppress(ValueError, RecursionError):
        lines = [line for record in objects(json.loads(text, strict=False)) for line in _lines(record)]
        return "\n".join(lines[:MAX_PORTS]) or text
    return text


def _lines(record: dict[str, object]) -> Iterator[str]:
    port = record.get("port", 0)
    if isinstance(cpes := record.get("cpes"), list):
        yield from (f"{number}/tcp open unknown" for number in _numbers(record.get("ports")))
        hardware = (match for cpe in cpes if isinstance(cpe, str) and (match := _HARDWARE.match(cpe)))
        yield from (f"0/tcp open unknown {match[1]} {match[2].removesuffix('_firmware')}" for match in hardware)
    if isinstance(software := record.get("software"), list):
        known = (one for one in software if isinstance(one, dict))
        names = (" ".join(filter(None, (_text(one.get("vendor")), _text(one.get("product"))))) for one in known)
        yield from (f"{port}/tcp open unknown {name}" for name in names if name)
    if isinstance(found := record.get("portinfo"), dict) and _text(found.get("app")):
        yield f"{found.get('port', 0)}/tcp open {_word(found.get('service')) or 'unknown'} {found['app']}"
        if _SENT.match(banner := _text(found.get("banner"))):
            yield "|_banner: " + banner.encode("unicode_escape").decode().replace("\\r", "\\x0d").replace(
                "\\n", "\\x0a"
            )
    if "route" in record and "authentication_type" in record and (device := _text(record.get("device"))):
        yield f"{port}/tcp open unknown {device}"
    if product := _template_product(_text(record.get("template-id")), _text(record.get("matcher-name"))):
        yield f"0/tcp open unknown {product}"


def _numbers(ports: object) -> list[int]:
    return [port for port in ports[:MAX_PORTS] if isinstance(port, int)] if isinstance(ports, list) else []


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def products(text: str) -> str:
    """JSON of a search engine that tells of a port what product answers there, as the line that nmap would print."""
    if (
        not _PRODUCT.search(text)
        or _SENT.search(text)
        or not text.lstrip().startswith(("{", "["))
        or len(text) > MAX_JSON
    ):
        return text
    with suppress(ValueError, RecursionError):
        parsed = objects(json.loads(text, strict=False))
        records = (record for record in parsed if str(record.get("port", "")).isdigit())
        lines = [
            f"{record['port']}/tcp open {_word(record.get('service')) or 'unknown'} {product}"
            for record in islice(records, MAX_PORTS)
            if isinstance(product := record.get("product") or record.get("app"), str) and product.strip()
        ]
        return "\n".join(lines) or text
    return text


def _word(value: object) -> str:
    return value if isinstance(value, str) and _SERVICE.fullmatch(value) else ""

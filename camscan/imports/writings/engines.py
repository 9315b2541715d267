"""What search engines and template scanners record of a host: its products, as the lines that nmap prints."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress

from camscan.imports.writings.base import MAX_JSON, objects

MAX_PORTS = 1024  # of one paste

_PRODUCT = re.compile(r"[\"'](?:product|app|cpes|software|template-id)[\"']\s*:\s*[\"'\[]")
_SENT = re.compile(r"(?:HTTP|RTSP)/\d\.\d [1-5]\d{2}")
_SERVICE = re.compile(r"[a-z][\w.+-]{0,31}")
_HARDWARE = re.compile(r"cpe:(?:/|2\.3:)h:([a-z0-9._-]{2,40}):([a-z0-9._-]{2,64})", re.IGNORECASE)
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


def nuclei(text: str) -> str:
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


def products(text: str) -> str:
    """JSON of a search engine or a template scanner that names the product at a port, as the lines of nmap."""
    if not _PRODUCT.search(text) or not text.lstrip().startswith(("{", "[")) or len(text) > MAX_JSON:
        return text
    with suppress(ValueError, RecursionError):
        lines = [line for record in objects(json.loads(text, strict=False)) for line in _lines(record)]
        return "\n".join(lines[:MAX_PORTS]) or text
    return text


def _lines(record: dict[str, object]) -> Iterator[str]:
    port, service = record.get("port"), _text(record.get("service"))
    product, banner = _text(record.get("product")) or _text(record.get("app")), _text(record.get("banner"))
    if product and str(port).isdigit() and not _SENT.match(_text(record.get("data"))):
        yield f"{port}/tcp open {service if _SERVICE.fullmatch(service) else 'unknown'} {product}"
        if _SENT.match(banner):
            octets = banner.encode("unicode_escape").decode()
            yield "|_banner: " + octets.replace("\\r", "\\x0d").replace("\\n", "\\x0a")
    if isinstance(cpes := record.get("cpes"), list):
        ports = record.get("ports")
        yield from (f"{number}/tcp open unknown" for number in (ports if isinstance(ports, list) else ())[:MAX_PORTS])
        hardware = (match for cpe in cpes if (match := _HARDWARE.match(_text(cpe))))
        yield from (f"0/tcp open unknown {match[1]} {match[2].removesuffix('_firmware')}" for match in hardware)
    for known in software if isinstance(software := record.get("software"), list) else ():
        if isinstance(known, dict) and (name := f"{_text(known.get('vendor'))} {_text(known.get('product'))}".strip()):
            yield f"{port or 0}/tcp open unknown {name}"
    if product := _template_product(_text(record.get("template-id")), _text(record.get("matcher-name"))):
        yield f"0/tcp open unknown {product}"


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""

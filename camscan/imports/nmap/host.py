"""Turns one host of nmap's XML into answers by channel. python-nmap parses it; the rest is added here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from itertools import islice
from typing import Any
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

import nmap

from camscan.codecs.layout import fields as as_fields
from camscan.errors import DecodeError
from camscan.imports.files import masscan
from camscan.imports.files.base import moment
from camscan.imports.forms import macs
from camscan.imports.forms.base import Answer, answer, over_udp
from camscan.imports.nmap.scripts import STRINGS, script_answers
from camscan.imports.nmap.servicefp import probe_answers

MAX_PORTS = 1024  # open ports of one host that are read; what has more is a tarpit, not a device
_MAX_PORT = 65_535

_RUN = b'<nmaprun><runstats><finished timestr="" elapsed=""/><hosts up="" down="" total=""/></runstats>%b</nmaprun>'
_EITHER = re.compile(r"^[A-Z]\S{1,20} [^\s\d]{0,20}\d\S{0,20} or [A-Z][a-z]\S{1,20} [^\s\d]{0,20}\d\S{0,20} ")
"""A maker and model "or" another maker and model: nmap's name for a server that several makers use."""
_LIVING = frozenset(("open", "closed", "unfiltered"))
"""States of ports that have answered; one that is filtered, or perhaps open, has not."""
_PROBED = "10"
"""nmap's confidence in a service that answered its probes; with less, the name is only that of the port."""


def host_address(host: Element) -> str:
    """The IP address of a host, the first one; "" where it has none."""
    found = (item.get("addr", "") for item in host.iter("address") if item.get("addrtype") in ("ipv4", "ipv6"))
    return next(found, "")


def is_up(host: Element) -> bool:
    """Whether nmap found it alive."""
    status = host.find("status")
    return status is None or status.get("state") == "up"


def is_assumed(host: Element) -> bool:
    """Whether nmap was told (-Pn) that it is alive, as every address is then, and no port of it shows that."""
    status = host.find("status")
    states = {item.get("state") for tag in ("ports/port/state", "ports/extraports") for item in host.iterfind(tag)}
    return status is not None and status.get("reason") == "user-set" and _LIVING.isdisjoint(states)


def seen_at(host: Element, otherwise: datetime) -> datetime:
    """When nmap was done with it; `otherwise` where it does not say so."""
    return moment(host.get("endtime", "") or host.get("starttime", ""), otherwise)


def host_answers(host: Element) -> Iterator[Answer]:
    """What a host answered. Raises DecodeError where it is not as nmap writes hosts."""
    known = _read(host)
    names = [("host.name", str(name["name"] or "")) for name in known["hostnames"]]
    opened = {port: service for port, service in known.get("tcp", {}).items() if service["state"] == "open"}
    yield Answer("nmap", as_fields([*names, *(("tcp.port", str(port)) for port in sorted(opened)[:MAX_PORTS] if port)]))
    mac = known["addresses"].get("mac") or ""
    yield from (one._replace(channel="arp") for one in macs.linked(mac, known["vendor"].get(mac, "")))
    elements = {int(item.get("portid", "0")): item for item in host.iterfind("ports/port[@protocol='tcp']")}
    for port, service in islice(opened.items(), MAX_PORTS):
        yield from (one._replace(port=port or None) for one in _service(service, elements[port]))
    for item in host.iterfind("ports/port[@protocol='udp']"):
        port = int(item.get("portid", "0")) or None
        yield from (one._replace(port=port, channel=over_udp(one.channel)) for one in _scripts(item))
    for item in host.iterfind("hostscript"):
        yield from _scripts(item)


def ports(host: Element) -> Mapping[int, tuple[str, str]]:
    """State and reason of each TCP port that a host lists. Raises DecodeError where it is not as nmap writes hosts."""
    return {port: (found["state"], found["reason"]) for port, found in _read(host).get("tcp", {}).items()}


def _read(host: Element) -> Mapping[str, Any]:
    """The host as python-nmap reads it, as the only host of a run."""
    try:
        found = _scanner().analyse_nmap_xml_scan(_RUN % ET.tostring(host))["scan"]
        known: Mapping[str, Any] = next(iter(found.values()))
        are_ports = all(0 <= int(item.get("portid", "")) <= _MAX_PORT for item in host.iterfind("ports/port"))
    except (nmap.PortScannerError, AttributeError, KeyError, TypeError, ValueError, StopIteration) as error:
        raise DecodeError(f"not a host as nmap writes it: {error!r:.200}") from None
    if not are_ports:
        raise DecodeError("not a host as nmap writes it: a port that does not exist")
    return known


@cache
def _scanner() -> nmap.PortScanner:
    """python-nmap's parser without its constructor, which would run nmap."""
    return nmap.PortScanner.__new__(nmap.PortScanner)


def one_maker(product: str) -> str:
    """The product, without two makers of which nmap says that it is one or the other."""
    return _EITHER.sub("", product)


def _service(service: Mapping[str, Any], element: Element) -> Iterator[Answer]:
    product = " ".join(filter(None, (service["product"], service["version"])))
    name = service["name"] if service["conf"] == _PROBED else ""
    told = [("nmap.service", name or ""), ("nmap.product", one_maker(product)), ("nmap.product", service["extrainfo"])]
    told += [("nmap.device_type", item.get("devicetype", "")) for item in element.iterfind("service")]
    yield from answer("nmap", as_fields(told))
    probed = [one for item in element.iterfind("service") for one in probe_answers(item.get("servicefp", ""))]
    yield from probed
    for item in element.iterfind("service[@banner]"):  # of masscan, whose XML is in the form of nmap's
        yield from masscan.answers(0, {"service": masscan.spelled_out(item.get("name", ""), item.get("banner", ""))})
    yield from _scripts(element, left_out=STRINGS if probed else "")


def _scripts(parent: Element, left_out: str = "") -> Iterator[Answer]:
    for script in parent.iterfind("script"):
        if script.get("id") != left_out:
            yield from script_answers(script.get("id", ""), script.get("output", ""), script)

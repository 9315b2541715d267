"""Recognises answers that are about other devices by how they are made; what says so by a word is a rule."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from camscan.records import Fields, Observation
from camscan.text.listings import is_listing

_ANNOUNCED = "mdns.relayed"  # in what a device announced, and a router passed on under its own address
_HEAD = re.compile(r"\AHTTP/[^\r\n]+(?:\r?\n[^\r\n]+)*\r?\n\r?\n")
_TEXTS = ("http.body", "banner.text")
_OPEN = "tcp.port"
_RIVALS = frozenset({"6036", "34567", "35000", "37777"})
"""Ports of the protocols of several makers: no device has all of them open; a firewall that accepts whatever is asked
has."""


def is_about_others(fields: Fields) -> bool:
    """Whether an answer is another device's, or lists several: names in it say nothing of the one that gave it."""
    return is_of_another(fields) or any(is_listing(_HEAD.sub("", text, count=1)) for text in _texts(fields))


def is_of_another(fields: Fields) -> bool:
    """Whether an answer is about another device than the one that gave it, of which it says nothing."""
    return _ANNOUNCED in fields


def without_void_ports(observations: Iterable[Observation]) -> Iterable[Observation]:
    """The observations of one device, without its open ports where so many are that none of them says anything."""
    observations = tuple(observations)
    if not _RIVALS.issubset(port for one in observations for port in one.fields.get(_OPEN, ())):
        return observations
    return (
        replace(one, fields={name: values for name, values in one.fields.items() if name != _OPEN})
        for one in observations
    )


def _texts(fields: Fields) -> list[str]:
    return [text for name in _TEXTS for text in fields.get(name, ())[:1]]

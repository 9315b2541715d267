"""Recognises answers that are about other devices by how they are made; what says so by a word is a rule."""

from __future__ import annotations

import re

from camscan.records import Fields
from camscan.text.listings import is_listing

_ANNOUNCED = "mdns.relayed"  # in what a device announced, and a router passed on under its own address
_HEAD = re.compile(r"\AHTTP/[^\r\n]+(?:\r?\n[^\r\n]+)*\r?\n\r?\n")
_TEXTS = ("http.body", "banner.text")


def is_about_others(fields: Fields) -> bool:
    """Whether an answer is another device's, or lists several: names in it say nothing of the one that gave it."""
    return is_of_another(fields) or any(is_listing(_HEAD.sub("", text, count=1)) for text in _texts(fields))


def is_of_another(fields: Fields) -> bool:
    """Whether an answer is about another device than the one that gave it, of which it says nothing."""
    return _ANNOUNCED in fields


def _texts(fields: Fields) -> list[str]:
    return [text for name in _TEXTS for text in fields.get(name, ())[:1]]

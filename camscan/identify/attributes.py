"""Attributes as rules found them -> as devices are compared by: one spelling, and nothing that only fills a place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from camscan.identify.labels import Labels
from camscan.identify.titles import MARKS
from camscan.text.folding import normalised

MAX_ATTRIBUTE = 200  # characters of an attribute; the longest firmware names seen have about 80
_AROUND = " \t\"'`*,;"  # what texts have around a value, and values have not
_NO_VALUES = frozenset({"", "unknown", "none", "null", "na", "redacted", "undefined", "notavailable", "notset"})
"""Words, as they are compared, that stand where there is no value."""
_OWN_NAMES = {
    "model": frozenset({"model", "modelname"}),
    "firmware": frozenset({"firmware", "firmwareversion", "version"}),
    "serial": frozenset({"serial", "serialnumber", "serialno"}),
}
"""The words for an attribute itself, as they are compared, which some send where a value should stand."""
_HEX = frozenset("0123456789ABCDEF")


def cleaned(attributes: Mapping[str, str], labels: Labels) -> Iterator[tuple[str, str]]:
    """No MAC address but AA:BB:CC:DD:EE:FF, no channels but a count, no model but what tells one from another."""
    for name, text in attributes.items():
        if name == "mac":
            digits = "".join(letter for letter in text.upper() if letter not in ":-. ")
            if len(digits) == 12 and not set(digits) - _HEX:
                yield name, ":".join(digits[place : place + 2] for place in range(0, 12, 2))
        elif name == "channels":
            if text.isascii() and text.isdecimal():
                yield name, text
        elif name in _OWN_NAMES:
            value = MARKS.sub("", text).strip(_AROUND)
            is_told = normalised(value) not in _NO_VALUES | _OWN_NAMES[name]
            if is_told and (name != "model" or labels.is_model(value)):
                yield name, value[:MAX_ATTRIBUTE]
        elif text:
            yield name, text[:MAX_ATTRIBUTE]

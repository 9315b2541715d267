"""The fields of an inventory, and the names that people give to their columns: `synonyms.toml` lists these."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from camscan.text.columnnames import ADDRESSES, HOST_NAMES, MACS, MAKES, MODELS, SERIALS


class Field(StrEnum):
    """What a column may hold."""

    IP = "ip"
    MAC = "mac"
    SERIAL = "serial"
    ENDPOINT = "endpoint"
    HOSTNAME = "hostname"
    MAKE = "make"
    MODEL = "model"
    MAKE_MODEL = "make-model"
    SITE = "site"
    LOCATION = "location"
    NAME = "name"
    ASSET = "asset"
    STATUS = "status"
    RETIRED = "retired"


IDENTIFIERS = frozenset((Field.IP, Field.MAC, Field.SERIAL, Field.ENDPOINT, Field.HOSTNAME))
"""The fields that can say which device a row means."""
LABELS = frozenset((Field.MAKE, Field.MODEL, Field.MAKE_MODEL))
"""The fields that can say what stands on its label."""

_COMMON = {
    Field.IP: ADDRESSES,
    Field.MAC: MACS,
    Field.SERIAL: SERIALS,
    Field.HOSTNAME: HOST_NAMES,
    Field.MAKE: MAKES,
    Field.MODEL: MODELS,
}
_listed: Mapping[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def _words(name: str) -> frozenset[str]:
    return frozenset(_listed["words"][name].split())


# What each of these is stands above it in the list.
SYNONYMS = {which: f"{_COMMON.get(which, '')} {_listed['names'].get(which, '')}" for which in Field}
WEAK: Mapping[Field, str] = {Field(name): text for name, text in _listed["weak"].items()}
STRONG_WORDS = {word: Field(name) for name, text in _listed["strong"].items() for word in text.split()}
EITHER, FILLERS, FOREIGN = map(_words, ("either", "fillers", "foreign"))
NOT_MISSPELT, NO_NAMES = map(_words, ("not-misspelt", "no-names"))
NONE_WITH: Mapping[Field, frozenset[str]] = {Field.MAC: _words("registrants"), Field.SITE: _words("not-now")}
"""Words with which a column is none of a field: of MACs, it is of who registered them; a device is at its site now."""
OF_OTHERS, NEIGHBOURS = _words("not-now") | _words("of-others"), _words("neighbours")
TOTALS, DITTO, REMARKS, JOINERS = map(_words, ("totals", "ditto", "remarks", "joiners"))
RETIRED_WORDS, IN_USE, NOT, YET = map(_words, ("retired-words", "in-use", "not", "yet"))
MONTHS = {name: number for number, names in enumerate(_listed["words"]["months"], 1) for name in names.split()}
"""Month, as it is called -> its number."""

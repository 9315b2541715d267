"""JSON inventories: an array of objects, an object that holds some (NetBox, `camscan/1`), one object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TextIO, TypeAlias

from camscan.errors import UsageError
from camscan.inventory import values
from camscan.inventory.mending import mended
from camscan.inventory.nested import Opener, is_of_none
from camscan.inventory.recognising import is_exact, recognise
from camscan.inventory.synonyms import FOREIGN
from camscan.inventory.tables import CUT, Line, Sheet, line
from camscan.text.folding import words_of
from camscan.text.jsonwindow import parsed

MAX_FILE = 1 << 27
"""Characters that are parsed as a whole: 30,000 devices of NetBox with all that belongs to them."""
MAX_OBJECT = 1 << 18
"""Characters of one line; a device of NetBox has about 4,000."""
MAX_KEYS = 256
_BROKEN = "it is not a complete JSON object"
_NOT_UNICODE = "it holds bytes that are not Unicode, read as \ufffd"

_ALONE = frozenset(("recorder", "nvr", "dvr", "xvr", "encoder", "camera", "device"))
"""Keys of one device beside lists of others."""

Item: TypeAlias = tuple[int, object, str]
"""Number, object and fault of one item. The number is that of the line where each object has its own."""

_MAX_DEPTH = 4
_MAX_ITEMS = 16
"""Items of a list in an object that are looked at."""
_LABELS = ("address", "mac_address", "name", "display", "label", "display_value", "value")
"""Keys that stand for the object that they are in, the best first: NetBox nests everything that has a name."""
_OF_VALUES = frozenset(("display_value", "value"))
"""Keys of an object that is one value, as ServiceNow and Snipe-IT write it: what else it holds is about that."""
_OF_RECORDS = ("id", "url", "display_url", "slug", "family", "description")
"""Keys of such an object that say nothing about the device: they belong to the record of NetBox."""


def read_json(path: Path) -> Iterator[Sheet]:
    """The objects in a file, as rows that bring their names with them; each list of the whole is a sheet.

    Raises UsageError if the file is no JSON, holds no objects, or is too large to be read as a whole.
    """
    with path.open("rb") as file:
        encoding = json.detect_encoding(file.read(4))
    notes: list[str] = []
    with path.open(encoding=encoding, errors="replace") as text:
        begin = text.read(2 * MAX_OBJECT)
        if _is_lines(begin):
            text.seek(0)
            yield Sheet("", _lines(_from_lines(text, notes)), notes)
            return
        begin += text.read(MAX_FILE)
    if len(begin) > MAX_FILE:
        raise UsageError(f"{path} has more than {MAX_FILE >> 20} million characters: write one object a line, or CSV")
    whole = mended(path, begin, notes)
    for name, found in _tables(path, whole):
        yield Sheet(name, _lines(_numbered(found)), notes)


def _tables(path: Path, whole: object) -> Iterator[tuple[str, Iterable[object]]]:
    """The names of the lists in a file, and the devices in each."""
    lists = {"": whole} if _is_list(whole) else dict(filter(lambda pair: _is_list(pair[1]), _members(whole)))
    if _opener.is_alone(whole):
        yield "", _opener.opened(whole)
    elif lists:
        for name, items in lists.items():
            yield name, (one for item in _listed(items) for one in _opener.opened(item, name))
        yield from ((key, _opener.opened(value)) for key, value in _members(whole) if _is_beside(key, value))
    elif named := _by_name(whole):
        yield from named.items()
    else:
        yield "", _of_whole(path, whole)


def _is_list(value: object) -> bool:
    """Whether a value is a list that holds an object."""
    return isinstance(value, list) and any(isinstance(one, dict) for one in value)


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()


def _members(value: object) -> Iterable[tuple[str, object]]:
    return value.items() if isinstance(value, dict) else ()


def _is_beside(key: str, value: object) -> bool:
    """Whether a member is the device that stands alone beside the lists, as the recorder of the cameras in them."""
    return key.casefold() in _ALONE and _opener.is_alone(value)


def _by_name(whole: object) -> Mapping[str, Sequence[object]]:
    """The devices in each member of an object that holds nothing but objects with devices in them, by its key."""
    members = whole if isinstance(whole, dict) and len(whole) > 1 else {}
    opened = {key: _opener.opened(value) for key, value in members.items()}
    return {} if any(opened[key] == [value] for key, value in members.items()) else opened


def _numbered(found: Iterable[object]) -> Iterator[Item]:
    for number, one in enumerate(found, start=1):
        yield number, one, _NOT_UNICODE if "\ufffd" in repr(one) else ""


def _of_whole(path: Path, whole: object) -> Iterable[object]:
    """The devices of a file without a list that is a member of the whole."""
    if is_of_none(whole) or whole == []:
        return []
    if not isinstance(whole, dict):
        if items := [*_deeper(whole)]:
            return items
        raise UsageError(f"{path} contains no array of JSON objects: export the list as one, or as CSV")
    if devices := list(_by_key(whole)):
        return devices
    opened = _opener.opened(whole)
    return [*_deeper(whole)] or opened if opened == [whole] else opened


def _deeper(value: object) -> Iterator[object]:
    """The items of all lists of objects, however deep these lie."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if _is_list(one):
            yield from _listed(one)
        else:
            waiting += reversed([member for _, member in _members(one)] or _listed(one))


def _by_key(whole: Mapping[str, object]) -> Iterator[object]:
    """The devices of an object of which all keys are addresses, or all are MACs, or all texts addresses by names."""
    are_texts = all(isinstance(value, str) and values.addresses(value).values for value in whole.values())
    names = [name for name in whole if FOREIGN.isdisjoint(words_of(name))] if are_texts else []  # no gateway
    if len(names) > 1 and not any(is_exact(name) or recognise(name) for name in names):
        yield from ({"name": name, "ip": whole[name]} for name in names)
        return
    for name, read in (("ipaddress", values.addresses), ("macaddress", values.macs)):
        if all(read(key).values and isinstance(value, dict) for key, value in whole.items()):
            yield from ({name: key, **value} for key, value in whole.items() if isinstance(value, dict))
            return


def _is_lines(text: str) -> bool:
    """Whether the first two lines are an object each."""
    first, _, rest = text.lstrip().partition("\n")
    if not first.startswith("{") or not rest.lstrip().startswith("{"):
        return False
    return isinstance(parsed(first), dict)


def _from_lines(text: TextIO, notes: list[str]) -> Iterator[Item]:
    number = 0
    while one := text.readline(MAX_OBJECT):
        number += 1
        if one.strip():
            fault, found = _NOT_UNICODE if "\ufffd" in one else "", parsed(one)
            notes.extend([CUT] if found is None and _is_last(one) else [])
            yield from ((number, item, fault) for item in _opener.opened(found))
        while not one.endswith("\n") and (one := text.readline(MAX_OBJECT)):
            pass  # the rest of a line that is too long


def _is_last(text: str) -> bool:
    """Whether a line has no end, though it is not too long to be read to it."""
    return not text.endswith("\n") and len(text) < MAX_OBJECT


def _lines(items: Iterator[Item]) -> Iterator[Line]:
    """Rows under one growing list of names; rows with the same names share it."""
    places: dict[str, int] = {}
    names: tuple[str, ...] = ()
    for number, item, damage in items:
        fault = damage
        if not isinstance(item, dict):
            yield line(number, (), _BROKEN, names)
            continue
        texts = dict(_flat(item, "", 0))
        for name in texts:
            if name not in places and len(places) < MAX_KEYS:
                places[name] = len(places)
            elif name not in places:
                fault = f"keys after the first {MAX_KEYS} are not read"
        if len(names) != len(places):
            names = tuple(places)
        yield line(number, [texts.get(name, "") for name in names], fault, names)


def _flat(item: Mapping[str, object], path: str, depth: int) -> Iterator[tuple[str, str]]:
    """Paths of keys and their texts. A nested object stands by its own name; what it holds besides comes after."""
    for key, value in item.items():
        name = f"{path}{key}"
        if isinstance(value, dict):
            label = _label(value)
            if label:
                yield name, label
            if depth < _MAX_DEPTH and _OF_VALUES.isdisjoint(value):
                known = (*_LABELS, *_OF_RECORDS) if label else _LABELS
                rest = {key: inner for key, inner in value.items() if key not in known}
                yield from _flat(rest, f"{name}.", depth + 1)
        else:
            yield name, _text(value)


def _text(value: object) -> str:
    """A value as text; of a list, its items or their names; of an object, nothing."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        named = (_label(item) if isinstance(item, dict) else _scalar(item) for item in value[:_MAX_ITEMS])
        return ", ".join(filter(None, named))
    return _scalar(value)


def _scalar(value: object) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None or isinstance(value, list | dict) else json.dumps(value)


def _label(item: Mapping[str, object]) -> str:
    """The text of what stands for an object. The value of a reference is the number of another record."""
    keys = _LABELS[:-1] if "link" in item else _LABELS
    return next((text for key in keys if (text := _scalar(item.get(key)))), "")


_opener = Opener(lambda item: dict(_flat(item, "", 0)))

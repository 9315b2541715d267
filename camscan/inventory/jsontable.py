"""JSON inventories: an array of objects, an object that holds some (NetBox, `camscan/1`), one object a line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TextIO, TypeAlias

from camscan.errors import UsageError
from camscan.inventory import values
from camscan.inventory.flat import flat
from camscan.inventory.nested import Opener, is_of_none
from camscan.inventory.recognising import is_exact, recognise
from camscan.inventory.synonyms import FOREIGN
from camscan.inventory.tables import CUT, Line, Sheet, line
from camscan.text.folding import words_of
from camscan.text.jsonwindow import closed, ends_early, parsed

MAX_FILE = 1 << 27
"""Characters that are parsed as a whole: 30,000 devices of NetBox with all that belongs to them."""
MAX_OBJECT = 1 << 18
"""Characters of one line; a device of NetBox has about 4,000."""
MAX_KEYS = 256
_MOST_BROKEN = 64
"""Objects that may be broken: the text is parsed again without each."""

_STRING = r'"(?!\s*+[:,\]}])(?:[^"\\\r\n]++|\\.|"(?!\s*+[:,\]}]))*+"?|"'
"""A string, in which a quote may stand that is not escaped: it ends before a mark of JSON, or with its line."""
_TOKEN = re.compile(rf"{_STRING}|[\[\]{{}}]", re.DOTALL)
_COMMAS = re.compile(rf"{_STRING}|,(?=\s*[,\]}}])|(?<=\}})(?=\s*\{{)", re.DOTALL)
"""Among strings, a comma too many, or the place of one that lacks."""
_NEXT = re.compile(r"[,\n]\s*+(?=\{)")
_BLANK = re.compile(r"[\s,]*")
_ENDS = {"[": "]", "{": "}"}
_LONGEST = 1 << 16
"""Characters of an object that is broken, and can be left out alone."""
_MOST_WITHIN = 256
"""Objects within one that are looked at, to find which one is broken."""
_INDENT = 64
"""Characters before an object that tell whether it is one."""
_BROKEN = "it is not a complete JSON object"
_NOT_UNICODE = "it holds bytes that are not Unicode, read as \ufffd"

_ALONE = frozenset(("recorder", "nvr", "dvr", "xvr", "encoder", "camera", "device"))
"""Keys of one device beside lists of others."""

Item: TypeAlias = tuple[int, object, str]
"""Number, object and fault of one item. The number is that of the line where each object has its own."""

_decoder = json.JSONDecoder()


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
    whole = _whole(path, begin, notes)
    for name, found in _tables(path, whole):
        yield Sheet(name, _lines(_numbered(found)), notes)


def _whole(path: Path, text: str, notes: list[str]) -> object:
    """The value of a text, or the items of several; of one that is broken, which is noted, what is whole."""
    for tries in range(_MOST_BROKEN):
        try:
            found = _values(text)
        except RecursionError:
            raise UsageError(f"{path} is nested too deeply: export the list as CSV") from None
        except json.JSONDecodeError as error:
            mended, note = _mended(text, error, may_lack_commas=not tries)
            if not mended:
                where = f"line {error.lineno:,} ({error.msg})"
                raise UsageError(f"{path} is no valid JSON in {where}: mend that, or export the list again") from None
            text = mended
            notes.extend([note] if note else [])
        else:
            return found[0] if len(found) == 1 else [one for value in found for one in _items(value)]
    raise UsageError(f"{path} is broken JSON in {_MOST_BROKEN} places or more: export the list again")


def _values(text: str) -> list[object]:
    """The values in a text, one behind the other; commas may be between them."""
    found: list[object] = []
    at = _end_of_blanks(text, 0)
    while at < len(text):
        value, at = _decoder.raw_decode(text, at)
        found.append(value)
        at = _end_of_blanks(text, at)
    return found


def _mended(text: str, error: json.JSONDecodeError, *, may_lack_commas: bool) -> tuple[str, str]:
    """A text without its first fault, and what that costs; "" where it stays."""
    if may_lack_commas and (joined := _COMMAS.sub(_comma, text)) != text:
        return joined, ""
    if ends_early(text, error) and (whole := _closed(text)):
        return whole, CUT
    return _without_broken(text, error.pos), f"an object is broken in line {error.lineno:,}, and left out"


def _comma(found: re.Match[str]) -> str:
    return found[0] if found[0].startswith('"') else "" if found[0] else ","


def _closed(text: str) -> str:
    """A text that was cut off, closed behind what is whole, and with a null for the last object of a list, if cut."""
    whole = closed(text)
    end = len(whole)
    while not text.startswith(whole[:end]):
        end -= 1
    is_begun = whole.startswith("]", end) and "{" in text[end:]
    return f"{whole[:end]}, null{whole[end:]}" if is_begun else whole


def _without_broken(text: str, at: int) -> str:
    """A text without the innermost object around a fault; "" where that is the first of all, or none."""
    start, first = at, max(0, at - _LONGEST)
    for _ in range(_MOST_WITHIN):
        if (start := text.rfind("{", first, start)) < 0:
            break
        if not text[max(0, start - _INDENT) : start].rstrip().endswith(("[", ":", ",", "}")):
            continue  # it is within a text
        end = _end_of_object(text, start)
        if end > at:
            return f"{text[:start]}null{text[end:]}"
        if not end:
            follows = _NEXT.search(text, start, start + _LONGEST)
            return f"{text[:start]}null, {text[follows.end() :]}" if follows else ""
    return ""


def _end_of_object(text: str, start: int) -> int:
    """Where an object ends; 0 where it is never closed."""
    open_: list[str] = []
    for token in _TOKEN.finditer(text, start, start + _LONGEST):
        if token[0] in _ENDS:
            open_.append(_ENDS[token[0]])
        elif not token[0].startswith('"') and open_.pop() != token[0]:
            return 0
        if not open_:
            return token.end()
    return 0


def _end_of_blanks(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


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


def _items(value: object) -> Sequence[object]:
    return [value] if isinstance(value, dict) else _listed(value)


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
        texts = dict(flat(item, "", 0))
        for name in texts:
            if name not in places and len(places) < MAX_KEYS:
                places[name] = len(places)
            elif name not in places:
                fault = f"keys after the first {MAX_KEYS} are not read"
        if len(names) != len(places):
            names = tuple(places)
        yield line(number, [texts.get(name, "") for name in names], fault, names)


_opener = Opener(lambda item: dict(flat(item, "", 0)))

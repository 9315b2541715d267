"""JSON inventories: an array of objects, an object that holds some (a NetBox export, `camscan/1`), one object a line.

A file is read piece by piece and object by object; one that is broken costs only itself.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
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
from camscan.text.jsonwindow import Window, closed, ends_early, fault_in, parsed

MAX_OBJECT = 1 << 18
"""Characters of one object; a device of NetBox with all that belongs to it has about 4,000."""
MAX_KEYS = 256

_ARRAY = re.compile(r"\[\s*(?=\{)")
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+("?)|[\[\]{}]', re.DOTALL)
_REST = re.compile(r'(?:[^"\\]++|\\.)*+("?)', re.DOTALL)
"""Of a text that is longer than what was read of it."""
_ANOTHER = re.compile(r"\]\s*\[\s*(?=\{)")
"""Where one list ends and another begins."""
_EMPTY = re.compile(r"\s*\[\s*\]\s*")
_GAP = re.compile(r"[\s,]*")
_NEXT = re.compile(r"(?:\}\s*+,|(?<![\[:\s])(?>\s*?\n)|(?<=[\[:])(?>\s+?\n))\s*+(?=\{)")
"""Where an object may begin after one that is broken: not within a list or a member of it.

A run of blanks is looked at from its first character alone.
"""
_END = re.compile(r"\Z")
_BROKEN = "it is not a complete JSON object"
_NOT_UNICODE = "it holds bytes that are not Unicode, read as \ufffd"

_ALONE = frozenset(("recorder", "nvr", "dvr", "xvr", "encoder", "camera", "device"))
"""Keys of one device beside lists of others."""
_UPPER, _ANY_DEPTH = 2, math.inf
"""How deep a list may lie: as the whole or a member of it, or anywhere."""

Item: TypeAlias = tuple[int, object, str]
"""Number, object and fault of one item. The number is that of the line where each object has its own."""

_decoder = json.JSONDecoder()


def read_json(path: Path) -> Iterator[Sheet]:
    """The objects in a file, as rows that bring their names with them; each list of the whole is a sheet.

    A sheet is read to its end before the next one is asked for.

    Raises:
        UsageError: the file holds no objects.
    """
    with path.open("rb") as file:
        encoding = json.detect_encoding(file.read(4))
    with path.open(encoding=encoding, errors="replace") as text:
        ahead = _ahead(text)
        begin = ahead.text
        notes: list[str] = []
        if _is_lines(begin):
            text.seek(0)
            yield Sheet("", _lines(_from_lines(text, notes)), notes)
            return
        whole = _whole(begin, notes)
        if _opener.is_alone(whole):
            yield Sheet("", _lines(_numbered(_opener.opened(whole))), notes)
            return
        lists = _lists(ahead, _UPPER, notes)
        if (first := next(lists, None)) is not None:
            for name in chain((first,), lists):
                yield (sheet := Sheet(name, _lines(_opened(_from_array(ahead), name))))
            sheet.notes.extend(notes)
            yield from _beside(whole)
            return
        if named := _by_name(whole):
            yield from (Sheet(name, _lines(iter(items)), notes) for name, items in named.items())
            return
        text.seek(0)
        yield Sheet("", _lines(_of_whole(path, begin, whole, _ahead(text))), notes)


def _beside(whole: object) -> Iterator[Sheet]:
    """The device that stands alone beside the lists of the whole, such as the recorder of the cameras in them."""
    for key, value in whole.items() if isinstance(whole, dict) else ():
        if key.casefold() in _ALONE and _opener.is_alone(value):
            yield Sheet(key, _lines(_numbered(_opener.opened(value))))


def _by_name(whole: object) -> Mapping[str, Sequence[Item]]:
    """The devices in each member of an object that holds nothing but objects with devices in them, by its key."""
    members = whole.items() if isinstance(whole, dict) and len(whole) > 1 else ()
    opened = {key: _opener.opened(value) for key, value in members}
    if any(found == [value] for (_, value), found in zip(members, opened.values(), strict=True)):
        return {}
    return {key: [*_numbered(found)] for key, found in opened.items()}


def _numbered(found: Iterable[object]) -> Iterator[Item]:
    return ((number, one, "") for number, one in enumerate(found, start=1))


def _opened(items: Iterator[Item], key: str) -> Iterator[Item]:
    """The items of the list under a key; in place of those that only hold devices these, numbered on."""
    count = 0
    for _, item, fault in items:
        for one in (found := _opener.opened(item, key)):
            count += 1
            yield count, one, "" if fault == _BROKEN and found != [item] else fault


def _of_whole(path: Path, begin: str, whole: object, ahead: Window) -> Iterator[Item]:
    """The objects of a file without a list that is a member of the whole."""
    if is_of_none(whole):
        return
    if isinstance(whole, dict) and (devices := list(_by_key(whole))):
        yield from devices
    elif isinstance(whole, dict) and (opened := _opener.opened(whole)) != [whole]:
        yield from _numbered(opened)
    elif _ARRAY.search(begin):
        items = chain.from_iterable(_from_array(ahead) for _ in _lists(ahead, _ANY_DEPTH, []))
        yield from ((number, item, fault) for number, (_, item, fault) in enumerate(items, start=1))
    elif isinstance(whole, dict):
        yield 1, whole, ""
    elif not _EMPTY.fullmatch(begin):
        if (broken := fault_in(begin)) and len(begin) < 2 * MAX_OBJECT:
            raise UsageError(f"{path} is no valid JSON in {broken}: mend that, or export the list again")
        raise UsageError(f"{path} contains no array of JSON objects: export the list as one, or as CSV")


def _by_key(whole: Mapping[str, object]) -> Iterator[Item]:
    """The devices of an object of which all keys are addresses, or all are MACs, or all texts addresses by names."""
    are_texts = all(isinstance(value, str) and values.addresses(value).values for value in whole.values())
    names = [name for name in whole if FOREIGN.isdisjoint(words_of(name))] if are_texts else []  # no gateway
    if len(names) > 1 and not any(is_exact(name) or recognise(name) for name in names):
        yield from _numbered({"name": name, "ip": whole[name]} for name in names)
        return
    for name, read in (("ipaddress", values.addresses), ("macaddress", values.macs)):
        if all(read(key).values and isinstance(value, dict) for key, value in whole.items()):
            for number, (key, value) in enumerate(whole.items(), start=1):
                yield number, {name: key, **value} if isinstance(value, dict) else None, ""
            return


def _ahead(text: TextIO) -> Window:
    return Window(lambda: text.read(2 * MAX_OBJECT), MAX_OBJECT)


def _lists(ahead: Window, below: float, notes: list[str]) -> Iterator[str]:
    """Go to the first object of each list that lies less than `below` deep; gives the key of the list.

    The list is read to its end before the next one is asked for. `notes` has `CUT` then if the text has no end.
    """
    depth, key = 0, ""
    while ahead.at < len(ahead.text):
        found = _TOKEN.search(ahead.text, ahead.at)
        part = found[0] if found else ""
        if found and part == "[" and depth < below and (begin := _ARRAY.match(ahead.text, found.start())):
            ahead.at = begin.end()
            yield str(parsed(key) or "")
            depth += 0 if ahead.text.startswith("]", ahead.at) else 1
            ahead.at += 1
        else:
            depth += 1 if part in ("[", "{") else -1 if part in ("]", "}") else 0
            ahead.at = found.end() if found else len(ahead.text)
            if part.startswith('"') and found and not found[1]:
                _go_behind_text(ahead)
        key = part
        ahead.refill()
    notes.extend([CUT] if depth > 0 and CUT not in notes else [])


def _go_behind_text(ahead: Window) -> None:
    """Go behind the end of a text that has begun before, or to the end of all."""
    ahead.refill()
    while (rest := _REST.match(ahead.text, ahead.at)) and not rest[1] and rest[0]:
        ahead.at = rest.end()
        ahead.refill()
    ahead.at = rest.end() if rest and rest[1] else len(ahead.text)


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


def _from_array(ahead: Window) -> Iterator[Item]:
    number = 0
    while True:
        ahead.skip(_GAP)
        if _ANOTHER.match(ahead.text, ahead.at):  # files were put together
            ahead.skip(_ANOTHER)
        if ahead.text[ahead.at : ahead.at + 1] in {"", "]"}:
            return
        number += 1
        ahead.forget()
        try:
            item, end = _decoder.raw_decode(ahead.text, ahead.at)
        except (ValueError, RecursionError) as error:
            start, is_last = ahead.at, len(ahead.text) - ahead.at < MAX_OBJECT
            item = _cut_off(ahead, error) if is_last else None
            yield number, item, _BROKEN
            ahead.at += 1
            ahead.skip(_NEXT if item is None else _END)
            if is_last and ahead.at == len(ahead.text):
                ahead.at = start + _list_end(ahead.text[start:])
        else:
            yield number, item, _NOT_UNICODE if "\ufffd" in ahead.text[ahead.at : end] else ""
            ahead.at = end


def _cut_off(ahead: Window, error: Exception) -> object:
    """What is whole of an object within which the text ends; None of any other that is broken."""
    return parsed(closed(ahead.text[ahead.at :])) if ends_early(ahead.text, error) else None


def _list_end(text: str) -> int:
    """Where the list ends that a text begins within; the length of the text if it does not."""
    depth = 0
    for token in _TOKEN.finditer(text):
        depth += 1 if token[0] in ("[", "{") else -1 if token[0] in ("]", "}") else 0
        if depth < 0:
            return token.start()
    return len(text)


def _whole(begin: str, notes: list[str]) -> object:
    """The value of a text that was read as a whole; of one that was cut off, which is noted, what is whole in it."""
    whole = parsed(begin)
    if whole is None and len(begin) < 2 * MAX_OBJECT and (whole := parsed(closed(begin))) is not None:
        notes.append(CUT)
    return whole


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

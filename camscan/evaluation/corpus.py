"""Labelled answers: JSON, or JSON lines, of `{id, channel, raw, truth, source, note}`, read entry by entry."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from camscan.errors import UsageError

MAX_FILE = 64 * 1024 * 1024  # bytes of one file of answers; ten thousand answers have about 10 MiB


@dataclass(frozen=True, slots=True)
class Truth:
    """What somebody knows of the device behind an answer, in the corpus's own words; None for what nobody knows."""

    vendor: str | None = None
    brand: str | None = None
    model: str | None = None
    firmware: str | None = None
    serial: str | None = None
    device_class: str | None = None
    is_target: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One labelled answer. `ambiguous`: the answer alone does not tell what its label says."""

    id: str
    channel: str
    raw: str
    truth: Truth
    source: str = ""
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Corpus:
    """The entries that can be used; `faults` says of each other one what is wrong, and where."""

    entries: tuple[Entry, ...]
    faults: tuple[str, ...]


def read(path: Path) -> Corpus:
    """The answers of a file, or of all .json files in a folder. Raises UsageError if there is no file, or no answer."""
    numbered = ((file, number, item) for file in _files(path) for number, item in enumerate(_items(file), 1))
    return _gathered(((f"{file}: entry {number}", item) for file, number, item in numbered), f"{path} holds ")


def is_corpus(text: str) -> bool:
    """Whether a text begins as a file of labelled answers does, and holds the marks of one."""
    start = text.lstrip("\ufeff \t\r\n")[:1]
    return start in ("[", "{") and all(f'"{name}"' in text for name in ("raw", "truth", "channel"))


def entries_of(text: str) -> Corpus:
    """The answers of a JSON text. Raises UsageError where it holds none."""
    return _gathered((f"entry {number}", item) for number, item in enumerate(_parsed(text), 1))


def _gathered(items: Iterable[tuple[str, object]], whose: str = "") -> Corpus:
    """The answers among some items, each with its place; a text says what is wrong where none could be read."""
    entries: dict[str, Entry] = {}
    faults: list[str] = []
    for where, item in items:
        entry = item if isinstance(item, str) else _entry(item, where)
        if isinstance(entry, str):
            faults.append(f"{where}: {entry}")
        elif entry.id in entries:
            faults.append(f"{where}: there is an answer {entry.id!r} already")
        else:
            entries[entry.id] = entry
    if not entries:
        raise UsageError(f"{whose}no labelled answer{': ' + faults[0] if faults else ''}")
    return Corpus(tuple(entries.values()), tuple(faults))


def _files(path: Path) -> list[Path]:
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    if not files or not all(file.is_file() for file in files):
        raise UsageError(f"{path} is neither a file of labelled answers nor a folder of such .json files: give one")
    return files


def _items(file: Path) -> Iterator[object]:
    """The items of a file; a text that says what is wrong where it cannot be read."""
    try:
        if file.stat().st_size > MAX_FILE:
            yield f"larger than {MAX_FILE} bytes"
            return
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        yield f"cannot be read: {error}"
        return
    yield from _parsed(text)


def _parsed(text: str) -> Iterator[object]:
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError) as error:
        if (lines := [line for line in text.split("\n") if line.strip()]) and all(map(_is_object, lines)):
            yield from map(json.loads, lines)
        else:
            yield f"not JSON: {error}"
        return
    if isinstance(parsed, dict) and "raw" not in parsed:
        parsed = next((value for value in parsed.values() if isinstance(value, list)), [])
    for item in parsed if isinstance(parsed, list) else [parsed]:
        yield item if not isinstance(item, str) else "a text instead of an object"


def _is_object(line: str) -> bool:
    """Whether a line is a whole object of JSON."""
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _entry(item: object, where: str) -> Entry | str:
    """An entry, or what is wrong with it. One without an id is called by its place."""
    if not isinstance(item, dict):
        return "not an object"
    raw, truth = item.get("raw"), item.get("truth")
    if isinstance(raw, dict | list):
        raw = json.dumps(raw, ensure_ascii=False)
    if not isinstance(raw, str) or not raw.strip():
        return "raw: must be the answer as text"
    if not isinstance(truth, dict):
        return "truth: must be an object"
    return Entry(
        id=where if item.get("id") in (None, "") else str(item["id"]),
        channel=str(item.get("channel") or ""),
        raw=raw,
        truth=_truth(truth),
        source=str(item.get("source") or ""),
        ambiguous=item.get("ambiguous") is True,
    )


def _truth(item: Mapping[str, object]) -> Truth:
    texts = {name: _text(item.get(name)) for name in ("vendor", "brand", "model", "firmware", "serial", "device_class")}
    return Truth(**texts, is_target=item.get("is_target") is True)


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None

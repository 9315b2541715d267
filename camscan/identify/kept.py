"""Parsed rules, kept in a file of the user's: to parse them takes a second, and to read them back a tenth of that.

The file counts only if nobody else can have written it, it is whole, and it was made of the same rule files by the same
code. It is JSON: whatever stands in it, nothing of it is run.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import astuple
from hashlib import sha256
from pathlib import Path
from sys import intern
from tempfile import NamedTemporaryFile
from typing import Any

from camscan.identify.rules import Absent, AnyOf, Brand, BrandEdge, Condition, Contents, Match, Rule, Vocabulary
from camscan.records import Level

_MAX_BYTES = 64 * 1024 * 1024
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def kept(file: Path, basis: str, parse: Callable[[], Contents]) -> Contents:
    """What `parse` gives, without examples: read back from the file if it was kept on this basis, else kept there now.

    That it cannot be kept is no fault.
    """
    found = _read(file, basis)
    if found is None:
        found = parse()
        with suppress(OSError):
            _write(file, basis, found)
    return found


def _read(file: Path, basis: str) -> Contents | None:
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode) or about.st_uid != os.geteuid() or about.st_mode & _OTHERS:
            return None
        with os.fdopen(handle, "rb", closefd=False) as stream:
            head, _, data = stream.read(_MAX_BYTES).partition(b"\n")
    except OSError:
        return None
    finally:
        os.close(handle)
    return _opened(json.loads(data)) if head == _head(basis, data) else None


def _write(file: Path, basis: str, contents: Contents) -> None:
    """Keep it, unless that would leave something in the home of another user, as with sudo."""
    home = next(folder for folder in file.parents if folder.exists())
    if home.stat().st_uid != os.geteuid():
        return
    data = json.dumps(_packed(contents), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}.", delete=False) as new:
        try:
            new.write(_head(basis, data) + b"\n" + data)
            new.flush()
            Path(new.name).replace(file)
        except BaseException:
            Path(new.name).unlink()
            raise


def _head(basis: str, data: bytes) -> bytes:
    return f"{basis} {sha256(data).hexdigest()}".encode()


def _packed(contents: Contents) -> Mapping[str, Any]:
    return {
        "vocabulary": astuple(contents.vocabulary),
        "rules": [_packed_rule(rule) for rule in contents.rules],
        "brands": [astuple(brand) for brand in contents.brands],
        "faults": contents.faults,
        "overridden": contents.overridden,
    }


def _packed_rule(rule: Rule) -> Sequence[Any]:
    conditions = [*map(_packed_condition, rule.conditions)]
    told = (rule.maker, rule.sets, rule.extract, rule.across_device, rule.source, rule.file, rule.line)
    return (rule.id, rule.level, conditions, *told)


def _packed_condition(condition: Condition) -> Any:
    """A text for what is absent, a list for a pattern, a mapping for several."""
    if isinstance(condition, Absent):
        return condition.field
    return condition if isinstance(condition, Match) else {"any": condition.matches, "least": condition.least}


def _opened(tree: Any) -> Contents:
    return Contents(
        vocabulary=Vocabulary(*map(tuple, tree["vocabulary"])),
        rules=tuple(_rules(tree["rules"])),
        brands=tuple(_brands(tree["brands"])),
        faults=tuple(tree["faults"]),
        overridden=tuple(tree["overridden"]),
    )


def _rules(packed: Iterable[Sequence[Any]]) -> Iterator[Rule]:
    """Words that occur often are shared, as when they are parsed: there are thousands of rules."""
    for name, level, conditions, maker, sets, extract, across, source, file, line in packed:
        yield Rule(
            id=name,
            level=Level(level),
            conditions=tuple(map(_condition, conditions)),
            maker=maker and intern(maker),
            sets=_shared(sets),
            extract=_shared(extract),
            across_device=across,
            source=intern(source),
            file=intern(file),
            line=line,
        )


_NONE: Mapping[str, str] = {}


def _shared(words: Mapping[str, str]) -> Mapping[str, str]:
    return {intern(name): intern(text) for name, text in words.items()} if words else _NONE


def _condition(packed: Any) -> Condition:
    if isinstance(packed, str):
        return Absent(packed)
    if isinstance(packed, list):
        return _match(packed)
    return AnyOf(tuple(map(_match, packed["any"])), packed["least"])


def _match(packed: Sequence[str]) -> Match:
    field, pattern, comparison = packed
    return Match(intern(field), pattern, intern(comparison))


def _brands(packed: Iterable[Sequence[Any]]) -> Iterator[Brand]:
    for name, edges, aliases, *rest in packed:
        yield Brand(name, tuple(BrandEdge(*edge) for edge in edges), tuple(aliases), *rest)

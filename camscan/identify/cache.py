"""Parsed rules, and what their patterns need, kept in a file of the user's, which is read in a tenth of the time.

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
from hashlib import file_digest, sha256
from itertools import chain, groupby, islice
from pathlib import Path
from sys import intern
from typing import Any

from camscan.identify.needs import Needs, needs_of
from camscan.identify.rules import Absent, AnyOf, Brand, BrandEdge, Condition, Contents, Match, Rule, Vocabulary
from camscan.records import Level
from camscan.system.files import replacing

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def cached(file: Path, basis: str, parse: Callable[[], Contents]) -> Contents:
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
            head, behind = stream.readline(), file_digest(stream, "sha256")
            if head != _head(basis, behind.hexdigest()):
                return None
            stream.seek(len(head))
            return _opened(stream)
    except OSError:
        return None
    finally:
        os.close(handle)


def _write(file: Path, basis: str, contents: Contents) -> None:
    """Keep it, unless that would leave something in the home of another user, as with sudo."""
    home = next(folder for folder in file.parents if folder.exists())
    if home.stat().st_uid != os.geteuid():
        return
    digest = sha256()
    for line in _packed(contents):
        digest.update(line)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with replacing(file) as new:
        new.write(_head(basis, digest.hexdigest()))
        new.writelines(_packed(contents))


def _head(basis: str, digest: str) -> bytes:
    return f"{basis} {digest}\n".encode()


def _packed(contents: Contents) -> Iterator[bytes]:
    """A line for all but rules and brands, one for what patterns need, one for each brand, and one for each rule."""
    told = (astuple(contents.vocabulary), contents.faults, contents.overridden, len(contents.brands))
    matches = chain.from_iterable(rule.matches for rule in contents.rules)
    needs = _packed_needs(needs_of(match.pattern for match in matches if not match.comparison))
    for item in chain((told, needs), map(astuple, contents.brands), map(_packed_rule, contents.rules)):
        text = json.dumps(item, ensure_ascii=False, separators=(",", ":"))
        yield text.encode("utf-8", "surrogatepass") + b"\n"


def _packed_needs(needs: Needs) -> Sequence[Any]:
    return [{pattern: [text.decode() for text in texts] for pattern, texts in some.items()} for some in astuple(needs)]


def _packed_rule(rule: Rule) -> Sequence[Any]:
    conditions = [*map(_packed_condition, rule.conditions)]
    told = (rule.maker, rule.sets, rule.extract, rule.across_device, rule.doubt, rule.source, rule.file, rule.line)
    return (rule.id, rule.level, conditions, *told)


def _packed_condition(condition: Condition) -> Any:
    """A text for what is absent, else the patterns, each with its fields; of several, last how many will do."""
    if isinstance(condition, Absent):
        return condition.field
    matches, least = (condition.matches, [condition.least]) if isinstance(condition, AnyOf) else ((condition,), [])
    by_pattern = groupby(matches, key=lambda match: match[1:])
    return [[[[match.field for match in some], *what] for what, some in by_pattern], *least]


def _opened(lines: Iterable[bytes]) -> Contents:
    each = map(json.loads, lines)
    vocabulary, faults, overridden, count = next(each)
    needs = Needs(*({pattern: tuple(map(str.encode, texts)) for pattern, texts in some.items()} for some in next(each)))
    brands = tuple(_brand(*told) for told in islice(each, count))
    rules = tuple(_rule(*told) for told in each)
    return Contents(Vocabulary(*map(tuple, vocabulary)), rules, brands, tuple(faults), tuple(overridden), needs)


def _brand(name: str, edges: Iterable[Sequence[Any]], aliases: Iterable[str], *others: Any) -> Brand:
    return Brand(name, tuple(BrandEdge(*edge) for edge in edges), tuple(aliases), *others)


def _rule(name: str, level: int, conditions: Iterable[Any], maker: str | None, *others: Any) -> Rule:
    """Words that occur often are shared, as when they are parsed: there are thousands of rules."""
    sets, extract, across_device, doubt, source, file, line = others
    return Rule(
        id=name,
        level=Level(level),
        conditions=tuple(map(_condition, conditions)),
        maker=maker and intern(maker),
        sets=_shared(sets),
        extract=_shared(extract),
        across_device=across_device,
        doubt=doubt,
        source=intern(source),
        file=intern(file),
        line=line,
    )


_NONE: Mapping[str, str] = {}


def _shared(words: Mapping[str, str]) -> Mapping[str, str]:
    return {intern(name): intern(text) for name, text in words.items()} if words else _NONE


def _condition(packed: Any) -> Condition:
    if isinstance(packed, str):
        return Absent(intern(packed))
    patterns, *least = packed
    matches = tuple(Match(intern(field), text, how) for fields, text, how in patterns for field in fields)
    return AnyOf(matches, *least) if least else matches[0]

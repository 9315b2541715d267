"""Folders of rule files -> a library. What is broken is left out and named; the rest is loaded.

The files are read at once, so that a library cannot change behind its digest; what stands in them is parsed when it is
first asked for, because that takes some tenths of a second and who reads kept devices needs only the digest.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import TypeAlias

from camscan.errors import RuleError
from camscan.identify.library import Library
from camscan.identify.rules import RULE_FOLDERS, Contents, Folder
from camscan.identify.sourcecode import code_digest
from camscan.rulefiles.folder import MAX_BYTES

_SUFFIXES = (".yaml", ".yml")
_VOCABULARY = "vocabulary.yaml"
_PARTS = (*RULE_FOLDERS, "brands/")
Keep: TypeAlias = Callable[[Sequence[Path]], Path | None]
"""Where the parsed rules of some folders are kept; None where they cannot be."""
_CODE = ("identify", "text/folding.py", "rulefiles")  # what parses rules: files and rooms of this package


def load(
    folders: Sequence[Path],
    *,
    strict: bool = False,
    examples: bool = True,
    tell: Callable[[str], object] | None = None,
    keep: Keep | None = None,
) -> Library:
    """The rules and brands of all folders; a later folder adds, and overrides by rule id, brand name or alias.

    Without `examples`, those of the rules are read and forgotten: only a check needs them. The rest is then read back
    from where `keep` says if it is the same as last time. What is broken is told to `tell` when it is found. Raises
    RuleError if a folder is missing; or, where `strict`, anything is broken (every fault, one a line).
    """
    read = tuple(map(_read, folders))
    labels = partial(_parsed, tuple(map(_without_rules, read)), examples=False)
    digest, parse = _digest(read), partial(_parsed, read, examples=examples)
    if keep and not examples:
        parse = partial(_kept, keep, read)
    library = Library(parse, digest, tell, labels)
    if strict and library.warnings:
        raise RuleError("\n".join(library.warnings))
    return library


def rule_files(folder: Path) -> tuple[Path, ...]:
    """Every file of a folder that `load` reads, in the order in which it does."""
    below = (sorted(path for suffix in _SUFFIXES for path in folder.glob(f"{part}*{suffix}")) for part in _PARTS)
    return (*folder.glob(_VOCABULARY), *chain.from_iterable(below))


def _misplaced(folder: Path) -> Iterator[str]:
    """A fault for each file beside or below the folders of rules, where a rule would stand unread."""
    for here, below, names in os.walk(folder):
        is_top = Path(here) == folder
        below[:] = sorted(name for name in below if not is_top or f"{name}/" in _PARTS)
        if not is_top and Path(here).parent == folder:
            continue
        for name in sorted(names):
            if name.endswith(_SUFFIXES) and not name.startswith(".") and not (is_top and name == _VOCABULARY):
                yield f"{Path(here, name)}:1: is not read: move it into makers/ or brands/"


def _unread(folders: Iterable[Folder]) -> Iterator[str]:
    """The fault of each file that is not read: what is told of them is kept with the rules, and no digest knows it."""
    for folder in folders:
        yield from folder.misplaced
        yield from (fault for fault in folder.files.values() if isinstance(fault, str))


def _digest(folders: Iterable[Folder]) -> str:
    """Tells two sets of rule files apart, by their order, names and bytes."""
    digest = sha256()
    for folder in folders:
        for name, data in (("", b""), *folder.files.items()):  # the empty one: another folder begins
            if isinstance(data, bytes):
                digest.update(f"{len(name)} {name} {len(data)} ".encode("utf-8", "surrogateescape") + data)
    return digest.hexdigest()


def _read(folder: Path) -> Folder:
    """Every rule file below a folder."""
    if not folder.is_dir():
        raise RuleError(f"{folder}: no such folder: give one that contains makers/, brands/ or vocabulary.yaml")
    files: dict[str, bytes | str] = {}
    for path in rule_files(folder):
        name = path.relative_to(folder).as_posix()
        if not path.is_file():  # whoever opens a pipe waits for its other end
            files[name] = f"{path}:1: cannot be read: it is no file, or leads to none: remove it"
            continue
        try:
            with path.open("rb") as file:
                files[name] = file.read(MAX_BYTES + 1)
        except OSError as error:
            files[name] = f"{path}:1: cannot be read: {error.strerror}: fix its permissions, or remove it"
    return Folder(folder, files, tuple(_misplaced(folder)))


def _without_rules(folder: Folder) -> Folder:
    """Brands and vocabulary alone: a twentieth of the work, for who only looks names up."""
    light = {name: data for name, data in folder.files.items() if not name.startswith(RULE_FOLDERS)}
    return Folder(folder.path, light, folder.misplaced)


def _kept(keep: Keep, folders: Sequence[Folder]) -> Contents:
    """The contents of all folders without examples: kept are those of the first alone, which is the largest.

    Where another adds words, by which parts of the first may be right that were wrong, all together are kept.
    """
    adds_words = any(_VOCABULARY in folder.files for folder in folders[1:])
    first, others = (folders, ()) if adds_words else (folders[:1], folders[1:])
    contents = _cached(keep([folder.path for folder in first]), first)
    return _parsed(others, examples=False, after=contents) if others else contents


def _cached(file: Path | None, folders: Sequence[Folder]) -> Contents:
    from camscan.identify.cache import cached  # noqa: PLC0415 - see the module's docstring

    parse = partial(_parsed, folders, examples=False)
    if not file or not (code := code_digest(_CODE)):
        return parse()
    of = (code, _digest(folders), *(str(folder.path) for folder in folders), *_unread(folders))
    key = sha256("\n".join(of).encode("utf-8", "surrogateescape"))
    return cached(file, key.hexdigest(), parse)


def _parsed(folders: Sequence[Folder], *, examples: bool, after: Contents | None = None) -> Contents:
    from camscan.identify.contents import parse  # noqa: PLC0415 - see the module's docstring

    return parse(folders, examples=examples, after=after)

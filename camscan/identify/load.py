"""Folders of rule files -> a library. What is broken is left out and named; the rest is loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields as fields_of
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from camscan.errors import RuleError
from camscan.identify.grammar import read_brands, read_rules, read_vocabulary
from camscan.identify.library import Library
from camscan.identify.rules import Brand, Rule, Vocabulary, normalised
from camscan.identify.yamltree import MAX_BYTES, Tree, read_yaml

_FILES = ("vocabulary.yaml", "makers/*.yaml", "brands/*.yaml")

_Item = TypeVar("_Item", Rule, Brand)
_Reader = Callable[[Tree, str, Vocabulary, list[str]], list[_Item]]


def load(folders: Sequence[Path], *, strict: bool = False) -> Library:
    """Read the rules and brands of all folders; a later folder adds, and overrides by rule id, brand name or alias.

    Raises:
        RuleError: a folder is missing; or, where `strict`, anything is broken (every fault, one a line).
    """
    faults: list[str] = []
    digest = _Digest()
    trees = [_trees(folder, faults, digest) for folder in folders]
    vocabulary = Vocabulary()
    for folder, files in zip(folders, trees, strict=True):
        if "vocabulary.yaml" in files:
            more = read_vocabulary(files["vocabulary.yaml"], str(folder / "vocabulary.yaml"), faults)
            vocabulary = _joined(vocabulary, more)
    rules: dict[str, Rule] = {}
    brands: dict[str, Brand] = {}
    for folder, files in zip(folders, trees, strict=True):
        rules |= _unique(_items(_part(folder, files, "makers"), read_rules, vocabulary, faults), _rule_key, faults)
        brands |= _unique(_items(_part(folder, files, "brands"), read_brands, vocabulary, faults), _brand_key, faults)
    if strict and faults:
        raise RuleError("\n".join(faults))
    return Library(vocabulary, tuple(rules.values()), tuple(brands.values()), tuple(faults), digest.text)


def rule_files(folder: Path) -> tuple[Path, ...]:
    """Every file of a folder that `load` reads, in the order in which it does."""
    return tuple(path for pattern in _FILES for path in sorted(folder.glob(pattern)))


class _Digest:
    """Tells two sets of rule files apart, by their order, names and bytes."""

    def __init__(self) -> None:
        self._hash = sha256()

    def add(self, name: str, data: bytes) -> None:
        self._hash.update(f"{len(name)} {name} {len(data)} ".encode("utf-8", "surrogateescape") + data)

    @property
    def text(self) -> str:
        return self._hash.hexdigest()


def _trees(folder: Path, faults: list[str], digest: _Digest) -> Mapping[str, Tree]:
    """The tree of every rule file below a folder, by its relative name; files that cannot be read are left out."""
    if not folder.is_dir():
        raise RuleError(f"{folder}: no such folder: name one that holds makers/, brands/ or vocabulary.yaml")
    trees: dict[str, Tree] = {}
    digest.add("", b"")  # another folder begins
    for path in rule_files(folder):
        try:
            with path.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
            name = path.relative_to(folder).as_posix()
            digest.add(name, data)
            trees[name] = read_yaml(data, str(path))
        except OSError as error:
            faults.append(f"{path}:1: cannot be read: {error.strerror}: mend its permissions or take it away")
        except RuleError as error:
            faults.append(str(error))
    return trees


def _joined(first: Vocabulary, second: Vocabulary) -> Vocabulary:
    names = [item.name for item in fields_of(Vocabulary)]
    return Vocabulary(**{name: getattr(first, name) + getattr(second, name) for name in names})


def _part(folder: Path, files: Mapping[str, Tree], part: str) -> list[tuple[str, Tree]]:
    """The files below one part of a folder, by the name that messages show."""
    return [(str(folder / name), tree) for name, tree in files.items() if name.startswith(f"{part}/")]


def _items(
    files: Iterable[tuple[str, Tree]], reader: _Reader[_Item], vocabulary: Vocabulary, faults: list[str]
) -> Iterator[_Item]:
    for name, tree in files:
        yield from reader(tree, name, vocabulary, faults)


def _rule_key(rule: Rule) -> str:
    return rule.id


def _brand_key(brand: Brand) -> str:
    return normalised(brand.name)


def _unique(items: Iterable[_Item], key: Callable[[_Item], str], faults: list[str]) -> dict[str, _Item]:
    """The items of one folder by key; the first counts, each further one is a fault."""
    unique: dict[str, _Item] = {}
    for item in items:
        first = unique.setdefault(key(item), item)
        if first is not item:
            faults.append(f"{item.where}: already written in {first.file}:{first.line}: keep one, or join the two")
    return unique

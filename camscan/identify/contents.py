"""What stands in rule files: rules, brands and the vocabulary, and what of them is broken."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields as fields_of
from typing import TypeVar

from camscan.errors import RuleError
from camscan.identify.grammar import read_brands, read_rules, read_vocabulary
from camscan.identify.rules import Brand, Contents, Folder, Rule, Vocabulary, normalised
from camscan.yamltree import Tree, read_yaml

_Item = TypeVar("_Item", Rule, Brand)
_Reader = Callable[[Tree, str, Vocabulary, list[str]], list[_Item]]


def parse(folders: Sequence[Folder]) -> Contents:
    """What the files of all folders hold; a later folder adds, and overrides by rule id, brand name or alias."""
    faults: list[str] = []
    trees = [_trees(folder, faults) for folder in folders]
    vocabulary = Vocabulary()
    for folder, files in zip(folders, trees, strict=True):
        if "vocabulary.yaml" in files:
            more = read_vocabulary(files["vocabulary.yaml"], folder.shown("vocabulary.yaml"), faults)
            vocabulary = _joined(vocabulary, more)
    rules: dict[str, Rule] = {}
    brands: dict[str, Brand] = {}
    for folder, files in zip(folders, trees, strict=True):
        rules |= _unique(_items(_part(folder, files, "makers"), read_rules, vocabulary, faults), _rule_key, faults)
        brands |= _unique(_items(_part(folder, files, "brands"), read_brands, vocabulary, faults), _brand_key, faults)
    return Contents(vocabulary, tuple(rules.values()), tuple(brands.values()), tuple(faults))


def _trees(folder: Folder, faults: list[str]) -> Mapping[str, Tree]:
    """The tree of every file, by its relative name; what cannot be read is left out."""
    trees: dict[str, Tree] = {}
    for name, data in folder.files.items():
        if isinstance(data, str):
            faults.append(data)
            continue
        try:
            trees[name] = read_yaml(data, folder.shown(name))
        except RuleError as error:
            faults.append(str(error))
    return trees


def _joined(first: Vocabulary, second: Vocabulary) -> Vocabulary:
    names = [item.name for item in fields_of(Vocabulary)]
    return Vocabulary(**{name: getattr(first, name) + getattr(second, name) for name in names})


def _part(folder: Folder, files: Mapping[str, Tree], part: str) -> list[tuple[str, Tree]]:
    """The files below one part of a folder, by the name that messages show."""
    return [(folder.shown(name), tree) for name, tree in files.items() if name.startswith(f"{part}/")]


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

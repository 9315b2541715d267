"""Reads rule files: rules, brands, the vocabulary, and the faults in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields as fields_of
from functools import partial
from typing import TypeVar

from camscan.errors import RuleError
from camscan.identify.grammar import read_brands, read_rules, read_vocabulary
from camscan.identify.rules import RULE_FOLDERS, Brand, Contents, Folder, Rule, Vocabulary
from camscan.rulefiles.yamltree import Tree, read_yaml
from camscan.text.folding import normalised

_Item = TypeVar("_Item", Rule, Brand)
_Reader = Callable[[Tree, str, Vocabulary, list[str]], list[_Item]]


def parse(folders: Sequence[Folder], *, examples: bool = True, after: Contents | None = None) -> Contents:
    """The contents of all folders; a later folder adds, and overrides by rule id, brand name or alias.

    `examples`: whether those of the rules are kept. `after`: the contents of a folder before the first, which hold if
    no other has a vocabulary. Files are parsed one at a time, because their trees are large.
    """
    before = after or Contents(Vocabulary())
    faults = [*before.faults, *(fault for folder in folders for fault in folder.misplaced)]
    vocabulary = before.vocabulary
    for folder in folders:
        for name, tree in _trees(folder, "vocabulary.yaml", faults):
            vocabulary = _joined(vocabulary, read_vocabulary(tree, name, faults))
    rules = {rule.id: rule for rule in before.rules}
    overridden = [*before.overridden]
    brands = {normalised(brand.name): brand for brand in before.brands}
    reader = partial(read_rules, examples=examples)
    for folder in folders:
        read = _items(_trees(folder, RULE_FOLDERS, faults), reader, vocabulary, faults)
        here = _unique(read, lambda rule: rule.id, faults)
        overridden += [f"{rule.where} overrides {rules[name].where}" for name, rule in here.items() if name in rules]
        rules |= here
        labels = _items(_trees(folder, "brands/", faults), read_brands, vocabulary, faults)
        brands |= _unique(labels, lambda brand: normalised(brand.name), faults)
    every = tuple(rules.values()), tuple(brands.values())
    return Contents(vocabulary, *every, tuple(faults), tuple(overridden), before.needs)


def _trees(folder: Folder, part: str | tuple[str, ...], faults: list[str]) -> Iterator[tuple[str, Tree]]:
    """The name and tree of each file whose name begins with `part`; unreadable files are faults, and left out."""
    for name, data in folder.files.items():
        if not name.startswith(part):
            continue
        if isinstance(data, str):
            faults.append(data)
            continue
        try:
            tree = read_yaml(data, folder.shown(name))
        except RuleError as error:
            faults.append(str(error))
            continue
        yield folder.shown(name), tree


def _joined(first: Vocabulary, second: Vocabulary) -> Vocabulary:
    names = [item.name for item in fields_of(Vocabulary)]
    return Vocabulary(**{name: getattr(first, name) + getattr(second, name) for name in names})


def _items(
    files: Iterable[tuple[str, Tree]], reader: _Reader[_Item], vocabulary: Vocabulary, faults: list[str]
) -> Iterator[_Item]:
    for name, tree in files:
        yield from reader(tree, name, vocabulary, faults)


def _unique(items: Iterable[_Item], key: Callable[[_Item], str], faults: list[str]) -> dict[str, _Item]:
    """The items of one folder by key; a second item with the same key is a fault."""
    unique: dict[str, _Item] = {}
    for item in items:
        first = unique.setdefault(key(item), item)
        if first is not item:
            faults.append(f"{item.where}: already written in {first.file}:{first.line}: keep one, or join the two")
    return unique

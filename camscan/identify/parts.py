"""Parts that rules and tables of rules have in common."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from sys import intern

from camscan.identify.rules import Example, Vocabulary
from camscan.records import Fields, Level
from camscan.rulefiles.yamlform import Form
from camscan.rulefiles.yamltree import Tree

_LEVELS: Mapping[str, Level] = {str(level): level for level in Level}
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_MONTH = re.compile(r"20[0-9]{2}-(?:0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Words:
    """The lists of a vocabulary. A rule may set or capture the attributes `given`, and extract those in `copied`."""

    fields: Mapping[str, None]
    makers: Mapping[str, None]
    kinds: Mapping[str, None]
    given: Mapping[str, None]
    copied: Mapping[str, None]


@lru_cache(maxsize=4)
def words_of(vocabulary: Vocabulary) -> Words:
    """The lists of a vocabulary, made once for all files that are read with it."""
    attributes = dict.fromkeys(vocabulary.attributes)
    return Words(
        fields=dict.fromkeys(vocabulary.fields),
        makers=dict.fromkeys(vocabulary.makers),
        kinds=dict.fromkeys(vocabulary.kinds),
        given={"brand": None} | attributes,
        copied={name: None for name in attributes if name != "kind"},
    )


def read_part(form: Form, tree: Tree) -> Form:
    """A mapping within another one, for whose faults the name of the outer one is used."""
    return Form(tree, form.file, form.faults, name=form.name, line=form.line)


def read_id(form: Form) -> str:
    """The id of a rule."""
    identifier = form.text("id")
    if identifier and not _ID.fullmatch(identifier):
        form.fault("the id is not made of lower case words", "write it like maker-protocol-field", "id")
    return identifier


def read_level(form: Form) -> Level:
    """The level of a rule."""
    return _LEVELS.get(form.word("level", _LEVELS), Level.HINT)


def read_month(form: Form) -> str:
    """The month in which a rule was confirmed."""
    month = form.text("confirmed")
    if month and not _MONTH.fullmatch(month):
        form.fault(f"`confirmed` is {month!r}", "write year and month, as 2026-10", "confirmed")
    return month


def read_maker(form: Form, words: Words, default: str | None) -> str | None:
    """The maker; `default` if none is given."""
    if not form.has("maker"):
        return default
    value = form.tree("maker")
    if value is None:
        return None
    maker = form.as_text(value, "maker")
    form.known(maker, words.makers, "`maker`", "maker")
    return intern(maker)


def read_source(form: Form, default: str | None = None) -> str:
    """The source of a rule."""
    return intern(form.text("source", default))


def read_fields(form: Form, words: Words, default: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The `fields`, or the single `field`; `default` if neither is given."""
    if not form.has("fields"):
        return default if default and not form.has("field") else (form.word("field", words.fields),)
    fields = tuple(map(intern, form.texts("fields")))
    if not fields:
        form.lacks("no field under `fields`", "write `fields: [...]`, or `field: ...` for a single one", "fields")
    for field in fields:
        form.known(field, words.fields, "a field of `fields`", "fields")
    return fields


def read_sets(form: Form, words: Words) -> Mapping[str, str]:
    """The attributes with fixed values."""
    sets = form.pairs("sets")
    check_given(form, sets, words, "a key of `sets`", "sets")
    return sets


def check_given(form: Form, given: Mapping[str, str], words: Words, what: str, key: str = "") -> None:
    """Report names under a key that are not attributes, and an unknown kind."""
    for name, value in given.items():
        form.known(name, words.given, what, key)
        if name == "kind":
            form.known(value, words.kinds, "the kind", key)


def read_examples(form: Form, key: str, single: str, words: Words) -> tuple[Example, ...]:
    """The examples under a key. `single` is the field to which plain text belongs; "" if there are several."""
    return tuple(_example(form, item, single, words) for item in form.items(key))


def read_near_misses(form: Form, single: str, words: Words) -> tuple[Example, ...]:
    """Examples that must not match."""
    near_misses = read_examples(form, "near_misses", single, words)
    if any(example.gives for example in near_misses):
        form.fault("a near miss with `gives`", "a near miss gives nothing: take `gives` out")
    return near_misses


def _example(form: Form, tree: Tree, single: str, words: Words) -> Example:
    if isinstance(tree, str) and single:
        return Example({single: (tree,)})
    if isinstance(tree, str):
        form.fault("an example of a rule over several fields is plain text", "write {fields: {name: value}}")
        return Example({})
    part = read_part(form, tree)
    if single and part.has("value"):
        fields: Fields = {single: (part.text("value"),)}
    else:
        fields = _fields(part, part.tree("fields") or {}, words)
    example = Example(fields, part.pairs("gives"))
    for name in example.gives:
        part.known(name, words.given, "a key of `gives`", "gives")
    part.close()
    return example


def _fields(form: Form, tree: Tree, words: Words) -> Fields:
    """The fields of an example; each holds one text or a list of them."""
    inner = read_part(form, tree)
    fields: dict[str, tuple[str, ...]] = {}
    for name, value in inner.rest().items():
        inner.known(name, words.fields, "a field of an example", name)
        fields[name] = tuple([inner.as_text(text, name) for text in (value if isinstance(value, list) else [value])])
    if isinstance(tree, dict) and not fields:
        inner.fault("an example without fields", "write {value: ...} or {fields: {name: value}}")
    return fields

"""The grammar of rule, brand and vocabulary files: plain trees -> records. It is described in fingerprints/README.md.

Whatever is broken is noted as a fault and left out; the rest of the file is read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields as fields_of

from camscan.identify.form import Form
from camscan.identify.patterns import group_names
from camscan.identify.rules import (
    Absent,
    AnyOf,
    Brand,
    BrandEdge,
    Condition,
    Example,
    Match,
    Rule,
    Vocabulary,
    normalised,
)
from camscan.identify.words import Words, words_of
from camscan.records import Fields, Level
from camscan.yamltree import Tree

LEVELS: Mapping[str, Level] = {str(level): level for level in Level}

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_MONTH = re.compile(r"20[0-9]{2}-(?:0[1-9]|1[0-2])")


def read_vocabulary(tree: Tree, file: str, faults: list[str]) -> Vocabulary:
    """The closed lists of one vocabulary file."""
    form = Form(tree, file, faults)
    lists = {item.name: form.texts(item.name) for item in fields_of(Vocabulary)}
    form.close()
    return Vocabulary(**lists)


def read_rules(tree: Tree, file: str, vocabulary: Vocabulary, faults: list[str]) -> list[Rule]:
    """The rules of one maker's file that can be used."""
    head, words = Form(tree, file, faults), words_of(vocabulary)
    maker = _maker(head, words, None)
    fields = _known_fields(head, words) if head.has("fields") else ()
    rules = []
    for item in head.items("rules"):
        own: list[str] = []
        rule = _rule(Form(item, file, own, name=_name(item, "id"), line=head.line), words, maker, fields)
        if not own:
            rules.append(rule)
        faults += own
    head.close()
    return rules


def read_brands(tree: Tree, file: str, vocabulary: Vocabulary, faults: list[str]) -> list[Brand]:
    """The brands of one file that can be used."""
    head, words = Form(tree, file, faults), words_of(vocabulary)
    brands = []
    for item in head.items("brands"):
        own: list[str] = []
        brand = _brand(Form(item, file, own, name=_name(item, "name"), line=head.line), words)
        if not own:
            brands.append(brand)
        faults += own
    head.close()
    return brands


def _name(tree: Tree, key: str) -> str:
    return str(tree[key]) if isinstance(tree, dict) and isinstance(tree.get(key), str) else ""


def _maker(form: Form, words: Words, default: str | None) -> str | None:
    if not form.has("maker"):
        return default
    value = form.tree("maker")
    if value is None:
        return None
    maker = form.as_text(value, "maker")
    form.known(maker, words.makers, "`maker`")
    return maker


def _rule(form: Form, words: Words, default_maker: str | None, default_fields: tuple[str, ...] = ()) -> Rule:
    identifier = form.text("id")
    if identifier and not _ID.fullmatch(identifier):
        form.fault("the id is not made of lower case words", "write it like maker-protocol-field")
    maker = _maker(form, words, default_maker)
    conditions = _conditions(form, words, default_fields)
    single = _single_field(conditions)
    rule = Rule(
        id=identifier,
        level=LEVELS.get(form.word("level", LEVELS), Level.HINT),
        conditions=conditions,
        maker=maker,
        sets=_sets(form, words),
        extract=_extract(form, words),
        across_device=form.word("across", ("device",), "") == "device",
        examples=tuple(_example(form, item, single, words) for item in form.items("examples")),
        near_misses=tuple(_example(form, item, single, words) for item in form.items("near_misses")),
        source=form.text("source"),
        confirmed=form.text("confirmed"),
        file=form.file,
        line=form.line,
    )
    form.close()
    _demand(form, rule)
    return rule


def _demand(form: Form, rule: Rule) -> None:
    """Note what the grammar demands of the rule as a whole."""
    if rule.confirmed and not _MONTH.fullmatch(rule.confirmed):
        form.fault(f"`confirmed` is {rule.confirmed!r}", "write year and month, as 2026-10")
    if not rule.examples:
        form.fault("no example", "write `examples: [...]` with a value that a device really sent")
    if any(example.gives for example in rule.near_misses):
        form.fault("a near miss with `gives`", "a near miss gives nothing: take `gives` out")
    if not any(rule.matches):
        form.fault("no pattern", "write `field:` and `pattern:`, or `all:` with at least one pattern")
    if rule.maker is None and not rule.sets and not rule.extract and not rule.groups:
        form.fault("it says nothing", "name a maker, or set or capture something")
    if twice := sorted(rule.sets.keys() & (rule.groups | rule.extract.keys())):
        form.fault(f"{', '.join(twice)} comes from two places", "take it out of `sets`, or do not capture it")


def _conditions(form: Form, words: Words, default: tuple[str, ...]) -> tuple[Condition, ...]:
    if form.has("all") and not any(form.has(key) for key in ("field", "fields", "pattern")):
        return tuple(_condition(_part(form, item), words) for item in form.items("all"))
    return (_one_of(_matches(form, words, default)),)


def _condition(form: Form, words: Words) -> Condition:
    condition: Condition
    if form.has("absent"):
        condition = Absent(form.word("absent", words.fields))
    elif form.has("any"):
        parts = [_part(form, item) for item in form.items("any")]
        condition = AnyOf(tuple(match for part in parts for match in _matches(part, words)))
        for part in parts:
            part.close()
    else:
        condition = _one_of(_matches(form, words))
    form.close()
    return condition


def _one_of(matches: tuple[Match, ...]) -> Condition:
    return matches[0] if len(matches) == 1 else AnyOf(matches)


def _part(form: Form, tree: Tree) -> Form:
    return Form(tree, form.file, form.faults, name=form.name, line=form.line)


def _matches(form: Form, words: Words, default: tuple[str, ...] = ()) -> tuple[Match, ...]:
    """One pattern on a field, or on each of several."""
    if form.has("fields"):
        fields = _known_fields(form, words)
    elif default and not form.has("field"):
        fields = default
    else:
        fields = (form.word("field", words.fields),)
    pattern = form.text("pattern")
    _see_groups(form, pattern, words)
    return tuple(Match(field, pattern) for field in fields)


def _known_fields(form: Form, words: Words) -> tuple[str, ...]:
    fields = form.texts("fields")
    if not fields:
        form.fault("no field under `fields`", "write `fields: [...]`, or `field: ...` for a single one")
    for field in fields:
        form.known(field, words.fields, "a field of `fields`")
    return fields


def _see_groups(form: Form, pattern: str, words: Words) -> None:
    """See that a pattern can be compiled, and that its groups are named after attributes."""
    try:
        names = group_names(pattern)
    except ValueError as error:
        form.fault(
            f"the pattern is not RE2: {error}", "RE2 knows no look-around and no back-reference; `$` ends the value"
        )
        return
    if names is None:
        form.fault("an unnamed group", "write (?:...), or name it (?P<model>...)")
    for name in names or ():
        if name == "kind":
            form.fault("a group named kind", "kinds are a closed list: write `sets: {kind: ...}`")
        else:
            form.known(name, words.given, "a group")


def _sets(form: Form, words: Words) -> Mapping[str, str]:
    sets = form.pairs("sets")
    for name, value in sets.items():
        form.known(name, words.given, "a key of `sets`")
        if name == "kind":
            form.known(value, words.kinds, "the kind")
    return sets


def _extract(form: Form, words: Words) -> Mapping[str, str]:
    extract = form.pairs("extract")
    for name, field in extract.items():
        form.known(name, words.copied, "a key of `extract`")
        form.known(field, words.fields, f"the field of `extract.{name}`")
    return extract


def _single_field(conditions: tuple[Condition, ...]) -> str:
    """The field that a plain example is a value of; "" where examples have to name their fields."""
    return conditions[0].field if len(conditions) == 1 and isinstance(conditions[0], Match) else ""


def _example(form: Form, tree: Tree, single: str, words: Words) -> Example:
    if isinstance(tree, str) and single:
        return Example({single: (tree,)})
    if isinstance(tree, str):
        form.fault("an example of a rule over several fields is plain text", "write {fields: {name: value}}")
        return Example({})
    part = _part(form, tree)
    if single and part.has("value"):
        fields: Fields = {single: (part.text("value"),)}
    else:
        fields = _fields(part, part.tree("fields"), words)
    example = Example(fields, part.pairs("gives"))
    for name in example.gives:
        part.known(name, words.given, "a key of `gives`")
    part.close()
    return example


def _fields(form: Form, tree: Tree, words: Words) -> Fields:
    """The fields of an example; each holds one text or a list of them."""
    inner = _part(form, tree)
    fields: dict[str, tuple[str, ...]] = {}
    for name, value in inner.rest().items():
        inner.known(name, words.fields, "a field of an example")
        fields[name] = tuple([inner.as_text(text, name) for text in (value if isinstance(value, list) else [value])])
    if isinstance(tree, dict) and not fields:
        inner.fault("an example without fields", "write {value: ...} or {fields: {name: value}}")
    return fields


def _brand(form: Form, words: Words) -> Brand:
    name = form.text("name")
    aliases = form.texts("aliases")
    for spelling in (name, *aliases):
        if spelling and not normalised(spelling):
            form.fault(f"{spelling!r} has no letter or digit", "a label is compared by its letters and digits")
    edges = tuple(_edge(_part(form, item), words) for item in form.items("edges"))
    brand = Brand(name, edges, aliases, form.flag("generic"), form.file, form.line)
    form.close()
    if not brand.edges:
        form.fault("a brand without an edge", "write `edges:` with at least one maker")
    if len({edge.maker for edge in edges}) < len(edges):
        form.fault("two edges to one maker", "keep one, and say in its note what differs")
    return brand


def _edge(form: Form, words: Words) -> BrandEdge:
    edge = BrandEdge(
        maker=form.word("maker", words.makers),
        full=form.word("scope", ("full", "partial")) == "full",
        sure=form.word("sure", ("H", "M", "L", "B")),
        source=form.text("source"),
        note=form.text("note", ""),
    )
    form.close()
    return edge

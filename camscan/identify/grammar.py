"""The grammar of rule, brand and vocabulary files: trees of YAML -> records. It is described in fingerprints/README.md.

An invalid part is reported as a fault and left out; the rest of the file is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields as fields_of

from camscan.identify import parts
from camscan.identify.parts import Words, words_of
from camscan.identify.patterns import group_names
from camscan.identify.rules import Absent, AnyOf, Brand, BrandEdge, Condition, Match, Rule, Vocabulary, without_examples
from camscan.identify.tables import read_table
from camscan.records import Level
from camscan.rulefiles.yamlform import Form, named
from camscan.rulefiles.yamltree import Tree
from camscan.text.folding import normalised


def read_vocabulary(tree: Tree, file: str, faults: list[str]) -> Vocabulary:
    """The closed lists of one vocabulary file."""
    form = Form(tree, file, faults)
    lists = {item.name: form.texts(item.name) for item in fields_of(Vocabulary)}
    form.close()
    return Vocabulary(**lists)


def read_rules(
    tree: Tree, file: str, vocabulary: Vocabulary, faults: list[str], *, examples: bool = True
) -> list[Rule]:
    """The valid rules of one file; none where its head, which holds for all of them, has a fault.

    Without `examples`, these are read but not kept.
    """
    of_head: list[str] = []
    head, words = Form(tree, file, of_head), words_of(vocabulary)
    maker = parts.read_maker(head, words, None)
    fields = parts.read_fields(head, words) if head.has("fields") else ()
    is_bare = not head.has("tables") and not head.has("rules")
    rules: list[Rule] = []
    for item in head.items("tables"):
        table = Form(item, file, [], name=f"table {named(item, 'ids')}", line=head.line)
        rules += read_table(table, words, maker, fields)
        faults += table.faults
    for item in head.items("rules"):
        own: list[str] = []
        rule = _rule(Form(item, file, own, name=named(item, "id"), line=head.line), words, maker, fields)
        if not own:
            rules.append(rule)
        faults += own
    head.close()
    if is_bare and not of_head:
        head.fault("no rules", "write `rules:` or `tables:`, and below it a list")
    faults += of_head
    if of_head:
        return []
    return rules if examples else list(map(without_examples, rules))


def read_brands(tree: Tree, file: str, vocabulary: Vocabulary, faults: list[str]) -> list[Brand]:
    """The valid brands of one file."""
    head, words = Form(tree, file, faults), words_of(vocabulary)
    brands = []
    for item in head.items("brands"):
        own: list[str] = []
        brand = _brand(Form(item, file, own, name=named(item, "name"), line=head.line), words)
        if not own:
            brands.append(brand)
        faults += own
    head.close()
    return brands


def _rule(form: Form, words: Words, default_maker: str | None, default_fields: tuple[str, ...]) -> Rule:
    identifier, doubt = parts.read_id(form), form.text("doubt", "")
    conditions = _conditions(form, words, default_fields)
    single = _single_field(conditions)
    rule = Rule(
        id=identifier,
        level=Level.HINT if doubt else parts.read_level(form),
        conditions=conditions,
        maker=None if doubt else parts.read_maker(form, words, default_maker),
        sets={} if doubt else parts.read_sets(form, words),
        extract={} if doubt else _extract(form, words),
        across_device=not doubt and form.word("across", ("device",), "") == "device",
        doubt=doubt,
        examples=parts.read_examples(form, "examples", single, words),
        near_misses=parts.read_near_misses(form, single, words),
        source=parts.read_source(form),
        confirmed=parts.read_month(form),
        file=form.file,
        line=form.line,
    )
    form.close()
    _check_rule(form, rule)
    return rule


def _check_rule(form: Form, rule: Rule) -> None:
    """Report what is missing or contradictory in the rule as a whole."""
    if not rule.examples:
        form.lacks("no example", "write `examples: [...]` with a value that a device really sent", "examples")
    if not any(rule.matches):
        form.lacks("no pattern", "write `field:` and `pattern:`, or `all:` with at least one pattern", "pattern", "all")
    if rule.doubt and rule.groups:
        form.fault(f"a doubt that captures {', '.join(sorted(rule.groups))}", "write (?:...): it says nothing else")
    if not (rule.doubt or rule.maker or rule.sets or rule.extract or rule.groups):
        form.fault("it says nothing", "name a maker, or set or capture something")
    if twice := sorted(rule.sets.keys() & (rule.groups | rule.extract.keys())):
        form.fault(f"{', '.join(twice)} comes from two places", "take it out of `sets`, or do not capture it")


def _conditions(form: Form, words: Words, default: tuple[str, ...]) -> tuple[Condition, ...]:
    if form.has("all") and not any(form.has(key) for key in ("field", "fields", "pattern")):
        return tuple(_condition(parts.read_part(form, item), words) for item in form.items("all"))
    return (_one_of(_matches(form, words, default)),)


def _condition(form: Form, words: Words) -> Condition:
    condition: Condition
    if form.has("absent"):
        condition = Absent(form.word("absent", words.fields))
    elif form.has("any"):
        choices = [parts.read_part(form, item) for item in form.items("any")]
        condition = AnyOf(tuple(match for choice in choices for match in _choice(choice, words)))
    else:
        condition = _one_of(_matches(form, words))
    form.close()
    return condition


def _choice(form: Form, words: Words) -> tuple[Match, ...]:
    """One of the patterns under `any`, which holds nothing but patterns."""
    for key in ("absent", "any", "all"):
        if form.has(key):
            form.fault(f"`{key}` under `any`", "write a rule for each case: `any` holds only `{field, pattern}`")
            return ()
    matches = _matches(form, words)
    form.close()
    return matches


def _one_of(matches: tuple[Match, ...]) -> Condition:
    return matches[0] if len(matches) == 1 else AnyOf(matches)


def _matches(form: Form, words: Words, default: tuple[str, ...] = ()) -> tuple[Match, ...]:
    """One pattern on a field, or on each of several."""
    fields = parts.read_fields(form, words, default)
    pattern = form.text("pattern")
    _check_groups(form, pattern, words)
    return tuple(Match(field, pattern) for field in fields)


def _check_groups(form: Form, pattern: str, words: Words) -> None:
    """Report a pattern that cannot be compiled, or with groups that are not named after attributes."""
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
            form.known(name, words.given, "a group", "pattern")


def _extract(form: Form, words: Words) -> Mapping[str, str]:
    extract = form.pairs("extract")
    for name, field in extract.items():
        form.known(name, words.copied, "a key of `extract`", "extract")
        form.known(field, words.fields, f"the field of `extract.{name}`", "extract")
    return extract


def _single_field(conditions: tuple[Condition, ...]) -> str:
    """The field to which an example in plain text belongs; "" if examples have to name their fields."""
    return conditions[0].field if len(conditions) == 1 and isinstance(conditions[0], Match) else ""


def _brand(form: Form, words: Words) -> Brand:
    name = form.text("name")
    aliases = form.texts("aliases")
    for spelling in (name, *aliases):
        if spelling and not normalised(spelling):
            form.fault(f"{spelling!r} has no letter or digit", "a label is compared by its letters and digits")
    edges = tuple(_edge(parts.read_part(form, item), words) for item in form.items("edges"))
    brand = Brand(name, edges, aliases, form.flag("generic"), form.file, form.line)
    form.close()
    if not brand.edges:
        form.lacks("a brand without an edge", "write `edges:` with at least one maker", "edges")
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

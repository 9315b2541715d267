"""Tables in rule files: many values of one field, each with its maker. A table becomes rules.

Rows with the same result become one rule. An invalid row is reported as a fault and left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace

from camscan.identify import parts
from camscan.identify.parts import Words
from camscan.identify.rules import COMPARISONS, AnyOf, Match, Rule
from camscan.rulefiles.yamlform import Form
from camscan.rulefiles.yamltree import Tree
from camscan.text.wording import plural

_SLOT = "<maker>"
_IDS = re.compile(r"(?:[a-z0-9]+-)*<maker>(?:-[a-z0-9]+)*")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)+")


def read_table(form: Form, words: Words, maker: str | None, fields: tuple[str, ...]) -> list[Rule]:
    """The rules of a table; none if its head is invalid. `maker` and `fields` are the defaults of the file."""
    fields, comparison = parts.read_fields(form, words, fields), form.word("match", COMPARISONS)
    least = _least(form)
    template = _template(form, words, maker, fields)
    rows = form.items("rows")
    if not rows:
        form.lacks("no row", "write `rows:`, and below it lines like `- value: maker`", "rows")
    form.close()
    return [] if form.faults else list(_Rows(form, template, words, comparison, least).rules(rows, fields))


def _least(form: Form) -> int:
    """How many rows of a rule must match."""
    text = form.text("at_least", "1")
    if text not in tuple("123456789"):
        form.fault(f"`at_least` is {text!r}", "write how many rows have to be met, from 1 to 9", "at_least")
        return 1
    return int(text)


def _template(form: Form, words: Words, maker: str | None, fields: tuple[str, ...]) -> Rule:
    """The part that is common to all rules of a table."""
    ids = form.text("ids")
    if ids and not _IDS.fullmatch(ids):
        form.fault(f"`ids` has not one {_SLOT} among lower case words", f"write it like {_SLOT}-protocol-field", "ids")
    return Rule(
        id=ids,
        level=parts.read_level(form),
        conditions=(),
        maker=maker,
        sets=parts.read_sets(form, words),
        near_misses=parts.read_near_misses(form, next(iter(fields), ""), words),
        source=parts.read_source(form),
        confirmed=parts.read_month(form),
        file=form.file,
    )


class _Rows:
    """The rows of one table while they are read."""

    def __init__(self, table: Form, template: Rule, words: Words, comparison: str, least: int) -> None:
        self._table, self._template, self._words = table, template, words
        self._comparison, self._least = comparison, least
        self._lines: dict[str, int] = {}
        self._rules: dict[str, tuple[Rule, list[str]]] = {}

    def rules(self, rows: Iterable[Tree], fields: tuple[str, ...]) -> Iterator[Rule]:
        """The rules of the rows, in the order of their first rows."""
        for row in rows:
            own: list[str] = []
            self._read(Form(row if isinstance(row, dict) else {}, self._table.file, own, line=self._table.line), row)
            self._table.faults += own
        for rule, values in self._rules.values():
            matches = tuple(Match(field, value, self._comparison) for field in fields for value in values)
            if len(values) < self._least:
                what = f"{plural(len(values), 'row')} for {rule.id}, of which {self._least} have to be met"
                self._table.fault(what, "write more rows, or a smaller `at_least`")
                continue
            yield replace(rule, conditions=(matches[0] if len(matches) == 1 else AnyOf(matches, self._least),))

    def _read(self, form: Form, row: Tree) -> None:
        """Read one row; leave it out if it is invalid."""
        pairs = form.rest()
        value = next(iter(pairs)) if pairs else str(row)
        form.name = f"{self._table.name}: row {value!r}"
        if len(pairs) != 1:
            form.fault("not one value and its maker", "write `- value: maker`")
            return
        given = pairs[value]
        own_values = value.split() if self._comparison == "name" else [value]
        for one in own_values or [value]:
            self._see_value(form, one)
        rule = self._given(form, given)
        first, values = self._rules.get(rule.id, (rule, []))
        if (first.maker, first.sets, first.source) != (rule.maker, rule.sets, rule.source):
            what = f"it gives other than the row in line {first.line}, which makes {rule.id}, too"
            form.fault(what, "give it an `id:` of its own")
        if not form.faults:
            self._rules.setdefault(rule.id, (rule, values))[1].extend(own_values)

    def _see_value(self, form: Form, value: str) -> None:
        if not value.strip():
            form.fault("no value", "write what a device sends before the colon")
        if self._comparison == "number" and not _NUMBER.fullmatch(value):
            form.fault("it is not a dotted number", "write it like 1.3.6.1.4.1.9, without a dot before or after it")
        key = value if self._comparison == "name" else value.lower()
        if key in self._lines:
            form.fault(f"already written in line {self._lines[key]}", "keep one")
        self._lines.setdefault(key, form.line)

    def _given(self, form: Form, given: Tree) -> Rule:
        """The rule of a row, without its condition."""
        inner = parts.read_part(form, {"maker": given} if isinstance(given, str) else given or {})
        maker = parts.read_maker(inner, self._words, self._template.maker)
        source = parts.read_source(inner, self._template.source)
        own = parts.read_id(inner) if inner.has("id") else ""
        more = {name: inner.as_text(text, name) for name, text in inner.rest().items()}
        parts.check_given(inner, more, self._words, "a key of the row")
        sets = {**self._template.sets, **more} if more else self._template.sets
        name = maker or sets.get("brand", "")
        if not name:
            form.fault("it names no maker", "write `- value: maker`, or a `brand:`")
        return replace(
            self._template,
            id=own or self._template.id.replace(_SLOT, _slug(name)),
            maker=maker,
            sets=sets,
            source=source,
            line=form.line,
        )


def _slug(name: str) -> str:
    """A name as lower case words joined by `-`."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(_UMLAUTS)).encode("ascii", "ignore").decode()
    return re.sub("[^a-z0-9]+", "-", plain).strip("-")

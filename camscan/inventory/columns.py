"""Finds which column holds which field, by its name and by what stands below it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from camscan.errors import UsageError
from camscan.inventory import values
from camscan.inventory.recognising import FILLED, OTHERS, SIMILAR, WEAKLY, WORD, is_either, recognise
from camscan.inventory.samples import are_flags, are_kinds, are_of_each, holds, holds_none, is_other, swapped
from camscan.inventory.synonyms import FOREIGN, IDENTIFIERS, LABELS, NEIGHBOURS, OF_OTHERS, REMARKS, Field
from camscan.text.folding import compact, words_of

_MAX_COLUMNS = 256
"""Columns whose names are looked at."""

MANY = frozenset((Field.IP, Field.MAC))
"""Fields that several columns may hold: IPv4 and IPv6, two network cards."""
_NOT_ITS_OWN = (FOREIGN | OF_OTHERS | NEIGHBOURS | REMARKS) - {"host"}
"""Words of columns that hold addresses, if any, of something else than the device of a row."""
_WEIGHTS = dict.fromkeys(IDENTIFIERS, 3)
_OF_REPORTS = ({"Address", "Field", "Value", "SHA-256 of the answers"}, {"Address", "Outcome", "Counted as"})
"""Names of columns that a report of camscan's has on its sheets of evidence and of addresses."""
_OF_COMPARISONS = {"class", "row_number", "score", "reason"}
"""Names of columns that a comparison with scans has, in which devices stand that no list names."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a table: their names, and which of them hold each field."""

    names: tuple[str, ...]
    of: Mapping[Field, tuple[int, ...]] = field(default_factory=dict)

    @property
    def score(self) -> int:
        """How much the names tell; identifiers count three times."""
        return sum(_WEIGHTS.get(name, 1) for name in self.of)

    @property
    def identifies(self) -> bool:
        """Whether a column can say which device a row means."""
        return not IDENTIFIERS.isdisjoint(self.of)

    @property
    def labels(self) -> bool:
        """Whether a column can say what stands on the label of a device."""
        return not LABELS.isdisjoint(self.of)

    @property
    def of_report(self) -> bool:
        """Whether they are those of a report's evidence or addresses, whose rows are no devices."""
        return any(names.issubset(self.names) for names in _OF_REPORTS)

    @property
    def of_comparison(self) -> bool:
        """Whether they are those of a list that has been compared with scans already."""
        return _OF_COMPARISONS.issubset(self.names)

    @property
    def unused(self) -> tuple[str, ...]:
        """The names of the columns that hold none of the fields."""
        used = {at for places in self.of.values() for at in places}
        return tuple(name for at, name in enumerate(self.names) if at not in used and name.strip())

    def cells(self, row: Sequence[str], which: Field) -> Iterator[str]:
        """The cells of a row that hold a field; a short row lacks its last ones."""
        return (row[at] for at in self.of.get(which, ()) if at < len(row))


def find_columns(names: Sequence[str], sample: Sequence[Sequence[str]] = ()) -> Columns:
    """The fields that the names of columns tell; `sample` are rows below them, for names that leave it open."""
    ranked: dict[Field, list[tuple[int, int]]] = {}
    for at, name in enumerate(names[:_MAX_COLUMNS]):
        found = recognise(name)
        if found is None and is_either(name):
            found = (Field.IP, FILLED) if holds(sample, at, values.address_or_name) else (Field.LOCATION, WEAKLY)
        if found and is_other(found[0], sample, at):
            continue
        are_words = found is not None and found[0] is Field.MODEL and are_kinds(sample, at)
        if found and not (are_words and found[1] <= WEAKLY):
            # Beside "Model No.", a "Model" may hold words for it.
            which, rank = swapped(found[0], sample, at), found[1] - are_words
            if _is_of_another(names, at):
                rank = min(rank, OTHERS)
            if which not in MANY or rank > WORD or not are_flags(sample, at):
                for field_ in (which, *_beside(which, name)):
                    ranked.setdefault(field_, []).append((-rank, at))
    _drop_servers(ranked, sample)
    _drop_networks(ranked, sample)
    return Columns(tuple(names), {which: _best(which, places) for which, places in sorted(ranked.items())})


def _beside(which: Field, name: str) -> Iterator[Field]:
    """MACs in a column of addresses, or the other way round, where it is called by both ("IP / MAC")."""
    names_both = which in MANY and all(one.value in words_of(name) for one in MANY)
    return iter(MANY - {which} if names_both else ())


def _is_of_another(names: Sequence[str], at: int) -> bool:
    """Whether a name is repeated behind that of another device, as in "Camera, IP, NVR, IP"."""
    known = list(map(compact, names[: at + 1]))
    first = known.index(known[at])
    return any(not OF_OTHERS.isdisjoint(words_of(name)) for name in names[first + 1 : at])


def _drop_servers(ranked: dict[Field, list[tuple[int, int]]], sample: Sequence[Sequence[str]]) -> None:
    """Beside the addresses of the devices, those under "DNS" or "Host" are a server's, which all of them share."""
    if any(-rank >= SIMILAR for rank, _ in ranked.get(Field.IP, ())):
        hosts = ranked.pop(Field.HOSTNAME, [])
        if kept := [(rank, at) for rank, at in hosts if -rank > WEAKLY or not holds(sample, at, values.addresses)]:
            ranked[Field.HOSTNAME] = kept


def _drop_networks(ranked: dict[Field, list[tuple[int, int]]], sample: Sequence[Sequence[str]]) -> None:
    """Beside addresses, a column that holds none, but networks ("IP range"), or words, tells nothing of a device."""
    places = ranked.get(Field.IP, [])
    idle = [(rank, at) for rank, at in places if holds_none(sample, at, _hosts)]
    if len(idle) < len(places) and any(holds(sample, at, values.addresses) for _, at in places):
        ranked[Field.IP] = [place for place in places if place not in idle]


def _hosts(cell: str) -> values.Read:
    return values.Read(values.addresses(cell).values + values.full_names(cell))


def find_by_content(rows: Sequence[Sequence[str]], columns: Columns) -> Columns:
    """`columns` and, where no name tells addresses or MACs, those in which most cells are such, each its own.

    Where a name tells which device a row means, that holds for columns alone whose names tell nothing.
    """
    found: dict[Field, tuple[int, ...]] = {}
    for which, read in ((Field.IP, values.addresses), (Field.MAC, values.macs)):
        if which in columns.of and columns.identifies:
            continue
        places = [at for at in range(max(map(len, rows), default=0)) if holds(rows, at, read)]
        if columns.identifies:
            places = [at for at in places if _tells_nothing(columns, at) and are_of_each(rows, at, read)]
        places.sort(key=lambda at: not are_of_each(rows, at, read))  # what all rows share is a server's
        if at := next(((at,) for at in places if (at,) not in found.values()), None):
            found[which] = at
    width = max(len(columns.names), *(places[0] + 1 for places in found.values()), 0) if found else 0
    names = (*columns.names, *(letters(at) for at in range(len(columns.names), width)))
    return _placed(names, columns.of, found) if found else columns


def _tells_nothing(columns: Columns, at: int) -> bool:
    """Whether the name of a column is that of none, or of names, and of no other device."""
    taken = {place for which, places in columns.of.items() if which is not Field.NAME for place in places}
    words = set(words_of(columns.names[at])) if at < len(columns.names) else set()
    return at not in taken and bool(words) and words.isdisjoint(_NOT_ITS_OWN)


def override(columns: Columns, chosen: Mapping[Field, str]) -> Columns:
    """`columns` with the fields that the user places, by name, by letters (B) or by number (2), where they can be."""
    places = {which: _place(columns.names, text) for which, text in chosen.items()}
    return _placed(columns.names, columns.of, {which: (at,) for which, at in places.items() if at is not None})


def unplaced(columns: Columns, chosen: Mapping[Field, str]) -> tuple[Field, ...]:
    """The fields for which the user chose a column that is none of these."""
    return tuple(which for which, text in chosen.items() if _place(columns.names, text) is None)


def _placed(
    names: tuple[str, ...], of: Mapping[Field, tuple[int, ...]], placed: Mapping[Field, tuple[int, ...]]
) -> Columns:
    """Columns in which the `placed` fields take theirs from all others."""
    taken = {at for places in placed.values() for at in places}
    kept = {which: rest for which, places in of.items() if (rest := tuple(at for at in places if at not in taken))}
    return Columns(names, {**kept, **placed})


def parse_choices(texts: Sequence[str]) -> dict[Field, str]:
    """`--map` options, each `field=column`. Raises UsageError if one is not written so, or names no field."""
    chosen = {}
    for text in texts:
        name, separator, column = text.partition("=")
        try:
            which = Field(name.strip().casefold().replace("_", "-"))
        except ValueError:
            which = None
        if which is None or not separator or not column.strip():
            raise UsageError(f"cannot use --map {text!r}: write FIELD=COLUMN, where FIELD is one of {', '.join(Field)}")
        chosen[which] = column.strip()
    return chosen


def letters(at: int) -> str:
    """The name that a spreadsheet gives to a column: A, B, ... Z, AA."""
    text = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        text = chr(65 + rest) + text
    return text


def described(columns: Columns) -> str:
    """The mapping in one line, as `ip = "IP Addr."`."""
    named = (f"{which} = {_named(columns, places)}" for which, places in columns.of.items())
    return ", ".join(named) or "no column is of use"


def _named(columns: Columns, places: Sequence[int]) -> str:
    return " and ".join(f'"{columns.names[at].strip() or letters(at)}"' for at in places)


def _best(which: Field, places: Sequence[tuple[int, int]]) -> tuple[int, ...]:
    places = sorted(places)
    if which not in MANY or -places[0][0] < SIMILAR:
        return (places[0][1],)
    return tuple(sorted(at for score, at in places if -score >= SIMILAR)[: values.MAX_VALUES])


def _place(names: Sequence[str], text: str) -> int | None:
    for same in (str.strip, compact):
        for at, name in enumerate(names):
            if same(name) == same(text) != "":
                return at
    if text.isascii() and text.isdecimal() and 0 < int(text) <= len(names):
        return int(text) - 1
    return next((at for at in range(len(names)) if letters(at) == text.upper()), None)

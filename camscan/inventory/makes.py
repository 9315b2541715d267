"""Compares the make and model in an inventory with those of a device."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol, TypeAlias

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from camscan.inventory.keys import has_number, key
from camscan.inventory.rows import Row
from camscan.records import Device, Level
from camscan.text.folding import normalised

_MAX_WORDS = 4
"""Words of the name of a make: the longest in use have four."""
_MAX_LOOKED = 12
_MIN_MISSPELT, _SIMILAR = 4, 85
"""Letters of a make that may be misspelt, and its least likeness (percent, Levenshtein ratio) to what is meant."""
_MIN_SLIP = 5
"""Letters of a name that one slip behind its first letter leaves alike: one too many or too few, another one, or two
changed about. The first one is seldom wrong, and makes other names and words: Wacom and Pacom, Master and Raster."""
_MAX_MAKE = 200
"""Characters of a make that is compared with names; what is longer is a remark."""
_MIN_PART = 4
"""Letters of a model that may stand for the whole of it."""


class EdgeLike(Protocol):
    """A maker that builds for a label."""

    @property
    def maker(self) -> str:
        """Its name."""


class LabelLike(Protocol):
    """The name on a label; a maker is a label too."""

    @property
    def name(self) -> str:
        """As it is usually written."""

    @property
    def edges(self) -> Sequence[EdgeLike]:
        """Who builds for it."""

    @property
    def generic(self) -> bool:
        """Whether the name is also an ordinary word."""


Find: TypeAlias = Callable[[str], LabelLike | None]
"""Gives the label that a text names as a whole, whatever its case, spaces and punctuation."""


class Compared(NamedTuple):
    """Whether two things are the same (None: one of them is unknown), and in words what a reader should know of it."""

    same: bool | None
    note: str = ""


SAME, UNKNOWN = Compared(True), Compared(None)
"""What most comparisons come to."""


class Make(NamedTuple):
    """A make as the inventory names it. `makers` are those who build for the label, none where nobody knows it."""

    name: str
    makers: frozenset[str]
    known: bool


class Makes:
    """Compares the makes of an inventory with those of devices, through the labels that the fingerprints know."""

    def __init__(self, find: Find, names: Iterable[str] = ()) -> None:
        """`names` are those that may be misspelt, as `normalised`."""
        self._find = find
        self._names: defaultdict[str, list[str]] = defaultdict(list)
        for name in sorted(name for name in names if len(name) >= _MIN_SLIP):
            self._names[name[0]].append(name)
        self._read: dict[str, Make] = {}
        self._meant: dict[str, tuple[LabelLike, ...]] = {}

    def split(self, row: Row, sought: Container[str] = ()) -> tuple[str | None, str | None]:
        """Make and model of a row, also where they stand in one cell; misspelt, the make is one of what is `sought`."""
        text = row.make_model
        if not text or (row.make and row.model):
            return row.make, row.model
        label, count = self._first_label(text)
        parts = text.split(" ")
        if label is None and not row.make and self.meant(parts[0], sought):
            label, count = parts[0], 1
        if label is None:
            return row.make, row.model or text
        return row.make or label, row.model or " ".join(parts[count:]).strip(" -/,:") or None

    def read(self, text: str) -> Make:
        """The make that a text names: a label, also among other words ("Acme Communications Ltd, London")."""
        if text not in self._read:
            label = self._find(text) or self._inside(text)
            makers = frozenset(edge.maker for edge in label.edges) if label else frozenset()
            self._read[text] = Make(label.name if label else text, makers, label is not None)
        return self._read[text]

    def meant(self, text: str, sought: Container[str]) -> tuple[LabelLike, ...]:
        """The labels that a make may mean which is none: one among its words, else those whose names are one slip away.

        A misspelt name is a reason to look for a device of a maker that is `sought`; it does not tell that it is none.
        """
        if self._find(text):
            return ()
        if inside := self._inside(text):
            return (inside,)
        if text not in self._meant:
            self._meant[text] = tuple(self._slipped(normalised(text[:_MAX_MAKE])))
        return tuple(label for label in self._meant[text] if any(edge.maker in sought for edge in label.edges))

    def _slipped(self, name: str) -> Iterator[LabelLike]:
        """The labels whose names are one slip away."""
        names = self._names.get(name[:1], ())
        slips = process.extract(name, names, scorer=OSA.distance, score_cutoff=1, limit=None)
        yield from (label for slip, *_ in slips if (label := self._find(slip)))

    def compare(self, text: str | None, device: Device) -> Compared:
        """The make of a row and that of a device."""
        if not text or not (device.maker or device.brand):
            return UNKNOWN
        make = self.read(text)
        own = [name for name in (device.brand, device.maker) if name]
        if any(self._are_one(make.name, name) for name in own):
            return Compared(True, _label_note(make, device))
        only_maker = not device.brand or (device.maker and self._are_one(device.brand, device.maker))
        if device.maker and only_maker and device.maker in make.makers:
            return Compared(True, f"{make.name} is a label on what {device.maker} builds")
        if not device.maker and device.brand and make.name in self.read(device.brand).makers:
            return Compared(True, f"{device.brand} is a label on what {make.name} builds")
        if not make.known and (meant := next((name for name in own if _is_misspelt(text, name)), None)):
            return Compared(True, f"inventory says {text}, taken for {meant} misspelt")
        unknown = "" if make.known else ", a label that the fingerprints do not know"
        return Compared(False, f"inventory says {make.name}{unknown}, device is {described(device)}")

    def _are_one(self, one: str, other: str) -> bool:
        return key(one) == key(other) or self.read(one).name == self.read(other).name

    def _inside(self, text: str) -> LabelLike | None:
        """The longest label among the words of a text; the earlier one of two."""
        parts = text.split()[:_MAX_LOOKED]
        for count in range(min(_MAX_WORDS, len(parts)), 0, -1):
            for at in range(len(parts) - count + 1):
                label = self._find(" ".join(parts[at : at + count]))
                if label and not label.generic:
                    return label
        return None

    def _first_label(self, text: str) -> tuple[str | None, int]:
        """The label that the first words name, and how many words these are."""
        parts = text.split(" ")
        for count in range(min(_MAX_WORDS, len(parts)), 0, -1):
            label = self._find(" ".join(parts[:count]))
            if label:
                return label.name, count
        return None, 0


def compare_models(one: str | None, other: str | None) -> Compared:
    """Two models: the same where one contains the other or is it with letters left out ("-I", "DH-", "P").

    A digit that differs makes another model: G0 and G2 are two generations. What has none, such as "Dome" or "4 MP
    bullet", is the kind of device, and no other than a model that has some.
    """
    if not one or not other:
        return UNKNOWN
    short, long = sorted((key(one), key(other)), key=len)
    if not short:
        return UNKNOWN
    if short == long or (len(short) >= _MIN_PART and short in long) or _are_spellings(short, long):
        return SAME
    if has_number(one) != has_number(other):
        return UNKNOWN
    return Compared(False, f"inventory says model {one}, device says {other}")


def described(device: Device) -> str:
    """Maker and label of a device, as "Acme-made Best"; by a hint alone, where no more is known."""
    maker, brand = device.maker, device.brand
    name = f"{maker}-made {brand}" if maker and brand and key(maker) != key(brand) else maker or brand or "unidentified"
    return f"{name} (by a hint alone)" if maker and device.level is Level.HINT else name


def _is_misspelt(text: str, name: str) -> bool:
    one, other = key(text), key(name)
    if min(len(one), len(other)) < _MIN_MISSPELT:
        return False
    return fuzz.ratio(one, other) >= _SIMILAR or (len(other) >= _MIN_SLIP and OSA.distance(one, other) <= 1)


def _label_note(make: Make, device: Device) -> str:
    if not (device.maker and device.brand) or key(device.maker) == key(device.brand):
        return ""
    if key(make.name) == key(device.brand):
        return f"{device.brand} is the label, {device.maker} the maker"
    return f"the label is {device.brand}"


def _are_spellings(short: str, long: str) -> bool:
    if [c for c in short if c.isdigit()] != [c for c in long if c.isdigit()] or len(short) < _MIN_PART:
        return False
    letters = iter(long)
    return all(letter in letters for letter in short)

"""One labelled answer at a time: read, identified and judged as a scan's answers are, then held against its label."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from camscan.devices import merge
from camscan.evaluation.corpus import Entry
from camscan.identify.library import Library
from camscan.identify.resolve import resolve
from camscan.imports import pasted
from camscan.policy import Policy, judge_all
from camscan.records import Device, Level, Observation, Verdict
from camscan.text.folding import normalised

_NOTE = re.compile(r"\s*\([^()]*\)\s*$")
_KINDS = {
    "camera": "camera",
    "ip_camera": "camera",
    "network_camera": "camera",
    "nvr": "recorder",
    "dvr": "recorder",
    "xvr": "recorder",
    "recorder": "recorder",
    "door_station": "door-station",
    "intercom": "door-station",
    "doorbell": "door-station",
    "access_control": "access-control",
    "encoder": "encoder",
    "other": "other",
}
"""What corpora call a class of devices -> its kind."""
_NOBODY = frozenset({"", "unknown", "none", "na"})
"""Words, as they are compared, that stand where nobody knows the maker."""
_LABELS = {"kind": "device_class"}  # attribute -> what a corpus calls it, where that differs
_OTHERS = frozenset({"other", "access-control", "encoder"})  # kinds that a corpus may call "other": its words are fewer


class Mark(StrEnum):
    """How one attribute compares with its label."""

    RIGHT = "right"
    WRONG = "wrong"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Scored:
    """An answer with what was made of it. `maker` is the label's, canonical; None where nobody knows who built it.

    `named` is the maker that was found or, where there is none, a label that stands for itself, as a program's name
    does; `level` says how far it carries. `expected` is the verdict on a device of the label's maker. `marks` holds
    each attribute that the label names.
    """

    entry: Entry
    maker: str | None
    device: Device
    named: str | None
    level: Level | None
    verdict: Verdict
    expected: Verdict
    marks: dict[str, Mark]

    @property
    def is_right(self) -> bool:
        """Whether the maker was found, at whatever level."""
        return self.maker is not None and self.named == self.maker

    @property
    def is_likely(self) -> bool:
        """Whether a maker is claimed at `likely` or `certain`, right or wrong."""
        return self.level is not None and self.level >= Level.LIKELY

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that said something of the answer, by name."""
        return tuple(sorted({rule.rule for rule in self.device.identifications}))

    def compared(self) -> Iterator[tuple[str, Mark, str, str | None]]:
        """Each attribute that the label names: its name, how it compares, what the label has, what was found."""
        for name, mark in self.marks.items():
            yield name, mark, getattr(self.entry.truth, _LABELS.get(name, name)), getattr(self.device, name)


def score(entries: Sequence[Entry], library: Library, policies: Sequence[Policy]) -> Iterator[Scored]:
    """What the library makes of each answer."""
    makers = [canonical(entry.truth.vendor, library) for entry in entries]
    given = judge_all((device_of(entry, library) for entry in entries), policies)
    expected = judge_all(map(_labelled, entries, makers), policies)
    for entry, maker, judged, wanted in zip(entries, makers, given, expected, strict=True):
        named, level = _named(judged.device, library)
        yield Scored(
            entry=entry,
            maker=maker,
            device=judged.device,
            named=named,
            level=level,
            verdict=judged.verdict,
            expected=wanted.verdict,
            marks=dict(_marks(entry, judged.device, maker, library)),
        )


def _labelled(entry: Entry, maker: str | None) -> Device:
    """The device as its label describes it."""
    level = Level.CERTAIN if maker else None
    return Device("", ("",), maker=maker, kind=kind_of(entry.truth.device_class), level=level)


def device_of(entry: Entry, library: Library) -> Device:
    """The device behind one answer; one without anything where the answer says nothing."""
    return device_in(pasted.read(entry.raw, entry.channel, whole=True), library)


def device_in(answer: Sequence[Observation], library: Library) -> Device:
    """The same for an answer that has been read."""
    found = merge(answer, library.identify, resolve)
    return found[0] if found else Device("", ("",))


def _named(device: Device, library: Library) -> tuple[str | None, Level | None]:
    """The maker, or a label without any maker in the library, and how far it carries."""
    label = library.labels.find(device.brand or "") if device.maker is None else None
    if label is None or label.edges:
        return device.maker, device.level
    levels = [rule.level for rule in device.identifications if rule.brand == label.name]
    return label.name, max(levels, default=Level.HINT)


def canonical(vendor: str | None, library: Library) -> str | None:
    """A maker as the vocabulary spells it, whatever its case or legal form; a label that only one builds is that maker.

    None where nobody is named.
    """
    if vendor is None or normalised(vendor) in _NOBODY:
        return None
    for name in (vendor, _NOTE.sub("", vendor)):
        brand = library.labels.find_in("", name)
        if brand is not None:
            is_maker = brand.name in library.vocabulary.makers
            return brand.name if is_maker or len(brand.edges) != 1 else brand.edges[0].maker
    return vendor


def kind_of(device_class: str | None) -> str | None:
    """The kind that a corpus's class of devices is; None for one that is not known."""
    return _KINDS.get(re.sub(r"[\s-]+", "_", (device_class or "").strip().lower()))


def _marks(entry: Entry, device: Device, maker: str | None, library: Library) -> Iterator[tuple[str, Mark]]:
    """Each attribute of the label, compared; a firmware's build may stand behind the version that the label names."""
    truth = entry.truth
    if truth.brand:
        yield "brand", _mark_brand(truth.brand, device, maker, library)
    if truth.model:
        yield "model", _mark_model(truth.model, device.model, library)
    if truth.firmware:
        wanted, found = _plain(truth.firmware), _plain(device.firmware)
        yield "firmware", _mark(wanted, wanted if found.startswith(wanted) else found)
    if truth.serial:
        yield "serial", _mark(_plain(truth.serial), _plain(device.serial))
    kind = kind_of(truth.device_class)
    if kind:
        yield "kind", _mark(kind, "other" if kind == "other" and device.kind in _OTHERS else device.kind)


def _mark(wanted: str, found: str | None) -> Mark:
    if not found:
        return Mark.MISSING
    return Mark.RIGHT if found == wanted else Mark.WRONG


def _mark_model(wanted: str, found: str | None, library: Library) -> Mark:
    """A label before a model is no part of it: "Tapo C200" is a C200."""
    is_same = found is not None and not _spellings(wanted, library).isdisjoint(_spellings(found, library))
    return Mark.RIGHT if is_same else _mark(_plain(wanted), _plain(found))


def _spellings(model: str, library: Library) -> set[str]:
    label, _, rest = model.strip().partition(" ")
    return {_plain(model), _plain(rest)} if rest and library.labels.find(label) else {_plain(model)}


def _mark_brand(wanted: str, device: Device, maker: str | None, library: Library) -> Mark:
    """A label that is the maker's own name need not be said twice."""
    label, shown = library.labels.find(wanted), library.labels.find(device.brand or "")
    wanted = label.name if label else wanted
    if device.brand is None and maker is not None and device.maker == maker and normalised(wanted) == normalised(maker):
        return Mark.RIGHT
    return _mark(normalised(wanted), normalised(shown.name if shown else device.brand or "") or None)


def _plain(text: str | None) -> str:
    """A model or version without what devices write now one way and now another: case, spaces, "build"."""
    return re.sub(r"[\s,]|build", "", (text or "").lower())

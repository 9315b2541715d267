"""One device as reports for people show it. Texts are raw: whoever writes them escapes them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from camscan.records import NO_BYTES, Device, Evidence, Identification, Judged, Level, Verdict
from camscan.reports.escape import terminal
from camscan.reports.findings import PLACES
from camscan.reports.limits import channels
from camscan.reports.words import switch_port_details

_HEX_BYTES = 48
_MOST_DECISIVE = 5


@dataclass(frozen=True, slots=True)
class Proof:
    """One value that was seen: at what level at best, by which rules, and the SHA-256 of each answer that held it."""

    level: Level
    channel: str
    port: int | None
    field: str
    value: str
    rules: tuple[str, ...]
    answers: tuple[str, ...]
    files: tuple[str, ...] = ()  # those that an import read it in

    @property
    def where(self) -> str:
        """Channel and port, as "http 80"."""
        return self.channel if self.port is None else f"{self.channel} {self.port}"

    @property
    def hex(self) -> str:
        """The first bytes of a value that is not all plain text."""
        return _hex(self.value)


class Shown(NamedTuple):
    """What is shown of all evidence of a device (`total`), the strongest first, and which of it decides."""

    proofs: tuple[Proof, ...]
    decisive: frozenset[Proof]
    total: int


@dataclass(frozen=True, slots=True)
class Row:
    """One device. `number` is its place in the page; `proofs` begin with the strongest."""

    number: int
    judged: Judged

    @property
    def device(self) -> Device:
        """The device itself."""
        return self.judged.device

    @property
    def advice(self) -> str:
        """What to look for on the label; only for suspected devices."""
        return advice(self.judged) if self.judged.verdict is Verdict.SUSPECTED else ""

    @property
    def places(self) -> tuple[str, ...]:
        """Where it must not be: "a sensitive site", "a core network"."""
        return tuple(dict.fromkeys(PLACES[offence.place] for offence in self.judged.offends))

    @property
    def state(self) -> str:
        """What was last said of it."""
        return self.judged.state.value if self.judged.state else ""

    @property
    def statement(self) -> str:
        """Who said that, when and why; of a device that has returned, that it was removed."""
        said = self.judged.state_change
        if said is None:
            return ""
        other = f"{said.state} " if said.state is not self.judged.state else ""
        return f"{other}by {said.who} on {said.at:%Y-%m-%d}: {said.why}"

    @property
    def switch_port(self) -> str:
        """Which port of which switch it is connected to, since when that is known."""
        return switch_port_details(self.judged.switch_port) if self.judged.switch_port else ""

    @property
    def policies(self) -> tuple[str, ...]:
        """The policies that name its maker, each once."""
        return tuple(dict.fromkeys(by.policy for by in self.judged.listed_by))

    @property
    def proofs(self) -> list[Proof]:
        """All evidence, each value once, the strongest first."""
        seen: dict[tuple[str, int | None, str, str], list[tuple[Identification, Evidence]]] = defaultdict(list)
        for rule in sorted(self.device.identifications, key=lambda rule: -rule.level):
            for found in rule.evidence:
                seen[found.channel, found.port, found.field, found.value].append((rule, found))
        return [_proof(pairs) for pairs in seen.values()]

    def shown(self, most: int) -> Shown:
        """The `most` strongest proofs, and the decisive ones wherever they stand."""
        proofs = self.proofs
        decisive = frozenset(_decisive(self.device, proofs)) or frozenset(proofs[:1])
        some = [proof for place, proof in enumerate(proofs) if place < most or proof in decisive]
        return Shown(tuple(some), decisive, len(proofs))

    @property
    def channels(self) -> str:
        """What is known of a recorder's channels, in words."""
        return channels(self.device.slots) if self.device.slots else ""

    @property
    def label(self) -> str:
        """The device in one line, as "10.0.0.5: not listed, M73, Maker"."""
        device = self.device
        told = (self.judged.verdict.value.replace("-", " "), device.model, device.brand, device.maker)
        return f"{device.place}: {', '.join(dict.fromkeys(filter(None, told)))}"


def _decisive(device: Device, proofs: Sequence[Proof]) -> Iterator[Proof]:
    """The strongest proof of maker, label and model each, and of every maker that speaks against them."""
    said: dict[str, set[str | None]] = defaultdict(set)
    for rule in device.identifications:
        said[rule.rule] |= {rule.maker, rule.brand, rule.attributes.get("model")}
    others = [rule.maker for rule in device.identifications if rule.level >= Level.LIKELY or not device.maker]
    claims = dict.fromkeys((device.maker, device.brand, device.model, *(others if device.conflicts else ())))
    for claim in list(filter(None, claims))[:_MOST_DECISIVE]:
        yield from [proof for proof in proofs if any(claim in said[rule] for rule in proof.rules)][:1]


def _proof(pairs: Sequence[tuple[Identification, Evidence]]) -> Proof:
    """What rules, the strongest first, found in one value."""
    best, seen = pairs[0]
    rules = dict.fromkeys(rule.rule for rule, _ in pairs)
    answers = dict.fromkeys(found.sha256 for _, found in pairs if found.sha256 not in ("", NO_BYTES))
    files = dict.fromkeys(found.file for _, found in pairs if found.file)
    said = seen.channel, seen.port, seen.field, seen.value
    return Proof(best.level, *said, tuple(rules), tuple(answers), tuple(files))


def _hex(text: str) -> str:
    if terminal(text, len(text) + 1) == text:
        return ""
    raw = text.encode("utf-8", "surrogatepass")
    return raw[:_HEX_BYTES].hex(" ") + (" …" if len(raw) > _HEX_BYTES else "")


_MAX_NAMES = 6


def advice(judged: Judged) -> str:
    """What to look for on the label of a device whose evidence does not carry: raw text, to be escaped like any.

    An entity that is called as its maker, and more, is not named beside it.
    """
    device = judged.device
    short = _named(makers(device), (device.brand,))
    entities = (by.entity for by in judged.listed_by)
    names = _named(short, (one for one in entities if not any(name.casefold() in one.casefold() for name in short)))
    sought = f"the name {' or '.join(names)}" if names else "the maker's name"
    mac = f" (the label should show {device.mac})" if device.mac else ""
    return f"Look at the label for {sought}, and note model and serial number{mac}. {_doubt(device)}"


def _doubt(device: Device) -> str:
    if device.conflicts:
        return f"The evidence is in doubt: {device.conflicts[0]}."
    if len(named := makers(device)) > 1:
        return f"The evidence names {' and '.join(named)}."
    if device.level is Level.HINT:
        return "Only hints speak for it: each of them is shared by devices of other makers."
    if device.maker and device.kind is None:
        return "Its maker is known; whether it is surveillance equipment is not: look at what it is."
    return "The evidence alone is not enough."


def makers(device: Device) -> list[str]:
    """The makers that the evidence of a device names, the one that it is taken for first."""
    return _named((device.maker,), (rule.maker for rule in device.identifications))


def _named(*sources: Iterable[str | None]) -> list[str]:
    """Each name once, in order, but no more than a sentence can hold."""
    return list(dict.fromkeys(name for source in sources for name in source if name))[:_MAX_NAMES]

"""One device as a scan saw it, reduced to what comparing and telling need."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from camscan.records import Device, Judged, Verdict
from camscan.text.wording import shortened

MAX_TEXT = 200  # characters of one text that a peer gave, in what is remembered and told of it
_MAX_VALUES = 16  # values of one kind that are kept of one device: a liar must not fill the memory


@dataclass(frozen=True, slots=True)
class DeviceSummary:
    """A device as alerts and reports show it. `evidence` is the best evidence in one line.

    A camera behind a recorder is at its channel: "10.0.4.9 #3" stands for its address.
    """

    id: str
    address: str
    addresses: tuple[str, ...]
    verdict: Verdict
    maker: str | None = None
    brand: str | None = None
    model: str | None = None
    firmware: str | None = None
    name: str | None = None
    kind: str | None = None
    level: str | None = None
    policies: tuple[str, ...] = ()
    evidence: str = ""
    mac: str | None = None
    switch_port: str | None = None
    switch_name: str | None = None

    @property
    def switch_port_text(self) -> str:
        """At which port of which switch, as "switch port Gi1/0/7 of sw-hall-1"; "" where that is not known."""
        return switch_port_text(self.switch_port, self.switch_name)

    @property
    def label(self) -> str:
        """Maker, brand and model, each once."""
        return " ".join(dict.fromkeys(filter(None, (self.maker, self.brand, self.model)))) or "unidentified"


def switch_port_text(port: str | None, switch: str | None) -> str:
    """A port and a switch, as "switch port Gi1/0/7 of sw-hall-1"."""
    return " of ".join(filter(None, (port and f"switch port {port}", switch)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What tells a device from others. `makers`, `rules` and `firmwares` are those of all its identifications.

    `firmwares` holds rule -> what that rule read as firmware: two answers of one device may word it differently.
    """

    serials: frozenset[str] = frozenset()
    macs: frozenset[str] = frozenset()
    models: frozenset[str] = frozenset()
    makers: frozenset[str] = frozenset()
    rules: frozenset[str] = frozenset()
    firmwares: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sighting(Traits):
    """A device as one scan saw it."""

    device: DeviceSummary


def is_seen(device: Device) -> bool:
    """Whether a device showed itself: a camera did not that does not answer its recorder, which still lists it."""
    return device.behind is None or device.behind.online is not False


def sighting(judged: Judged) -> Sighting:
    """A device of a scan as comparing needs it; texts from the peer are cut and made storable (see `plain`)."""
    device = judged.device
    firmwares: defaultdict[str, set[str]] = defaultdict(set)
    for found in device.identifications:
        if value := found.attributes.get("firmware"):
            firmwares[found.rule].add(plain(value))
    return Sighting(
        device=_known(judged),
        serials=distinct((device.serial, *_attributes(device, "serial"))),
        macs=distinct((device.mac,)),
        models=distinct((device.model, *_attributes(device, "model"))),
        makers=frozenset(found.maker for found in device.identifications if found.maker),
        rules=frozenset(found.rule for found in device.identifications),
        firmwares={rule: frozenset(sorted(values)[:_MAX_VALUES]) for rule, values in firmwares.items()},
    )


def plain(text: str) -> str:
    """`text`, cut, with what no database and no JSON parser takes (NUL, half a surrogate pair) replaced."""
    if len(text) <= MAX_TEXT and text.isascii() and "\0" not in text:  # as nearly all are
        return text
    return shortened(text, MAX_TEXT).replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def _known(judged: Judged) -> DeviceSummary:
    device = judged.device

    def text(value: str | None) -> str | None:
        return None if value is None else plain(value)

    return DeviceSummary(
        id=plain(device.id),
        address=plain(device.place),
        addresses=tuple(map(plain, device.addresses[:_MAX_VALUES] or (device.place,))),
        verdict=judged.verdict,
        maker=device.maker,
        brand=text(device.brand),
        model=text(device.model),
        firmware=text(device.firmware),
        name=text(device.hostname),
        kind=device.kind,
        level=None if device.level is None else str(device.level),
        policies=tuple(dict.fromkeys(by.policy for by in judged.listed_by)),
        evidence=_evidence(device),
        mac=device.mac,
        switch_port=text(judged.switch_port.port) if judged.switch_port else None,
        switch_name=text(judged.switch_port.switch) if judged.switch_port else None,
    )


def _evidence(device: Device) -> str:
    """The best proof, as "http.server: App-webs/ (likely, rule acme-http-server)"."""
    proofs = [(rule, proof) for rule in device.identifications for proof in rule.evidence]
    if not proofs:
        return "answers like a camera" if device.camera_like else ""
    rule, best = max(proofs, key=lambda pair: pair[0].level)
    return f"{best.field}: {plain(best.value)} ({rule.level}, rule {rule.rule})"


def _attributes(device: Device, name: str) -> Iterator[str]:
    return (found.attributes[name] for found in device.identifications if name in found.attributes)


def distinct(values: Iterable[str | None]) -> frozenset[str]:
    """The values by which devices are told apart, in lower case.

    Placeholders are none of them: too short ones, and those of one repeated character.
    """
    usable = (value.strip().casefold() for value in values if value)
    kept = dict.fromkeys(plain(value) for value in usable if len(value) >= 3 and len(set(value)) > 1)
    return frozenset(list(kept)[:_MAX_VALUES])

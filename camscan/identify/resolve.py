"""Many identifications of one device -> one maker, brand and set of attributes, and what speaks against them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import combinations

from camscan.answers import Answer, Resolution, answer_of
from camscan.identify.evidence import MAX_TEXT
from camscan.identify.labels import LESS_SURE, PREFIX
from camscan.records import Identification, Level
from camscan.text.folding import normalised

_REGISTRY = "mac.organization"
_DATAGRAMS = frozenset(
    ("arp", "wsd", "sadp", "dhip", "mdns", "ssdp", "snmp", "netcommon", "mhed", "moi", "dh01", "dhcp", "udp")
)
"""Channels of answers that no router passes on from one of its ports: they are of whoever has the address."""


def resolve(identifications: Sequence[Identification]) -> Resolution:
    """Weigh what the rules and labels say about one device.

    - The highest level wins, however much speaks at lower ones; hints that agree stay a hint.
    - Several makers at `likely` or `certain` are a conflict. The one that builds for the others wins, where the labels
      say so; else one that a rule names goes before one that a label alone does, then the one seen on most channels;
      where several are, there is no maker. Nor is there where one field of one answer has values of several, however
      sure one of them is: that answer quotes a list.
    - Of several makers that are only hinted at, the one seen on most channels wins; of those that one label names, the
      one that a rule names, too, or whose own name it is, or of whom it is surest that they build for it; where several
      are left, there is none: that is a conflict.
    - A `certain` maker that a `likely` rule contradicts stays, and the contradiction is a conflict, unless the other
      maker or its brand is known as a label of the certain one. If each is at ports of its own, that is told first.
    - Attributes come from the highest level that has them. Left out is what names another maker, or none but rests only
      on answers that make another likely, and not this one: those are a neighbour's, behind the same router.
    """
    named = [found for found in identifications if found.maker is not None]
    if not named:
        brand, attributes = _brand(identifications, None), _attributes(identifications)
        return Resolution(brand=brand, attributes=attributes, agreeing=tuple(identifications))
    level = max(found.level for found in named)
    built = _built(identifications)
    leading = _by_maker(found for found in named if found.level == level)
    rivals = leading if level is Level.HINT else _ruled(_builders(leading, built))
    claiming = _builders(_by_maker(found for found in named if found.level >= Level.LIKELY), built)
    maker = None if _are_listed(claiming) else _best(rivals)
    conflicts = _apart(claiming)
    if len(leading) > 1 and (maker is None or level >= Level.LIKELY):
        conflicts.append(f"several makers at level {level}: " + "; ".join(_by(name, leading[name]) for name in leading))
    conflicts += _contradictions(named, leading, built) if level is Level.CERTAIN else ()
    foreign = _foreign(identifications, maker) if maker else frozenset()
    agreeing = tuple(_agreeing(identifications, maker, foreign))
    return Resolution(
        maker=maker,
        brand=_brand(_labels(identifications, maker, foreign), maker),
        level=level if maker else None,
        attributes=_attributes(agreeing),
        conflicts=tuple(conflicts),
        agreeing=agreeing,
    )


def _built(identifications: Iterable[Identification]) -> frozenset[tuple[str, str]]:
    """The pairs (label, maker) of which the labels that show on this device say that the maker builds for the label."""
    return frozenset(
        (normalised(found.brand), found.maker)
        for found in identifications
        if found.rule.startswith(PREFIX) and found.brand and found.maker
    )


def _by_maker(identifications: Iterable[Identification]) -> Mapping[str, list[Identification]]:
    """What speaks for each maker."""
    by_maker: defaultdict[str, list[Identification]] = defaultdict(list)
    for found in identifications:
        if found.maker is not None:
            by_maker[found.maker].append(found)
    return by_maker


def _builders(
    leading: Mapping[str, list[Identification]], built: frozenset[tuple[str, str]]
) -> Mapping[str, list[Identification]]:
    """The makers that are not labels of another one; all of them where each is."""
    labels = {name for name in leading if any((normalised(name), other) in built for other in leading if other != name)}
    return {name: found for name, found in leading.items() if name not in labels} or leading


def _ruled(leading: Mapping[str, list[Identification]]) -> Mapping[str, list[Identification]]:
    """The makers that a rule names; all of them where labels alone do."""
    ruled = {name for name, found in leading.items() if any(not one.rule.startswith(PREFIX) for one in found)}
    return {name: found for name, found in leading.items() if name in ruled} or leading


def _are_listed(rivals: Mapping[str, Iterable[Identification]]) -> bool:
    """Whether one field of one answer has several values, each of another maker."""
    values: defaultdict[tuple[Answer, str], dict[str, set[str]]] = defaultdict(dict)
    for name, found in rivals.items():
        for item in (item for one in found for item in one.evidence):
            told = item.value if len(item.value) < MAX_TEXT else ""  # of what is too long, different parts are shown
            values[answer_of(item), item.field].setdefault(name, set()).add(told)
    return any(not set.intersection(*makers.values()) for makers in values.values() if len(makers) > 1)


def _best(leading: Mapping[str, Sequence[Identification]]) -> str | None:
    """The maker that is seen on most channels; None where several are.

    A label lists all who build for it. So of those that the same channels show, the one that a rule names goes before
    those that a label alone names, then the maker whose own name the label is, then the one that surely builds for it.
    """
    channels = {name: {item.channel for one in found for item in one.evidence} for name, found in leading.items()}
    most = [name for name, seen in channels.items() if len(seen) == max(map(len, channels.values()))]
    if len(most) > 1 and all(channels[name] == channels[most[0]] for name in most):
        ruled = [name for name in most if any(not one.rule.startswith(PREFIX) for one in leading[name])]
        own = [name for name in most if any(normalised(one.brand or "") == normalised(name) for one in leading[name])]
        sure = [name for name in most if any(not one.rule.startswith(LESS_SURE) for one in leading[name])]
        most = next((some for some in (ruled, own, sure) if len(some) == 1), most)
    return most[0] if len(most) == 1 else None


def _contradictions(
    named: Iterable[Identification], leading: Iterable[str], built: frozenset[tuple[str, str]]
) -> Iterable[str]:
    """One line for each `likely` identification of a maker that the labels do not explain."""
    makers = list(leading)
    for found in named:
        names = {normalised(name) for name in (found.maker, found.brand) if name}
        explained = any((name, maker) in built for name in names for maker in makers)
        if found.level is Level.LIKELY and found.maker not in makers and not explained:
            yield f"{' or '.join(makers)} is certain, but {found.rule} says {found.maker} (likely)"


def _apart(claiming: Mapping[str, Iterable[Identification]]) -> list[str]:
    """One line where each of several makers is seen at ports of its own, and so may have a device of its own there."""
    ports = {name: _ports(found) for name, found in claiming.items()}
    apart = len(ports) > 1 and all(one.isdisjoint(other) for one, other in combinations(ports.values(), 2))
    if not apart or any(None in some for some in ports.values()):
        return []
    told = (f"{name} at {', '.join(map(str, sorted(filter(None, some))))}" for name, some in ports.items())
    return [f"may be several devices, as behind a router that forwards ports: {'; '.join(told)}"]


def _ports(identifications: Iterable[Identification]) -> set[int | None]:
    """The ports at which something is seen; None where it was not at a port that a router may pass on."""
    seen = (item for found in identifications for item in found.evidence)
    return {None if item.channel in _DATAGRAMS else item.port for item in seen}


def _by(maker: str, found: Sequence[Identification]) -> str:
    return f"{maker} by {', '.join(dict.fromkeys(one.rule for one in found))}"


def _brand(identifications: Iterable[Identification], maker: str | None) -> str | None:
    """The most specific label: one that the maker builds for, then one that is not its own name.

    Of those, the one that an answer spells out goes before one that follows from a model or a MAC, then by level.
    """
    labelled = [found for found in identifications if found.brand is not None]
    best = max(
        labelled,
        key=lambda found: (
            maker is not None and found.maker == maker,
            found.brand != maker,
            _is_spelled_out(found),
            found.level,
            len({item.channel for item in found.evidence}),
        ),
        default=None,
    )
    return best.brand if best else None


def _is_spelled_out(found: Identification) -> bool:
    """Whether the device says the name of the label itself; a registry says who has its block of MAC addresses."""
    name = normalised(found.brand or "")
    return any(name in normalised(item.value) for item in found.evidence if item.field != _REGISTRY)


def _answers(found: Identification) -> set[Answer]:
    """The answers on which an identification rests."""
    return set(map(answer_of, found.evidence))


def _foreign(identifications: Iterable[Identification], maker: str) -> AbstractSet[Answer]:
    """The answers that make another maker likely, and say nothing for this one: a neighbour's, behind one router."""
    own, others = set(), set()
    for found in identifications:
        if found.maker == maker:
            own |= _answers(found)
        elif found.maker and found.level >= Level.LIKELY:
            others |= _answers(found)
    return others - own


def _labels(
    identifications: Iterable[Identification], maker: str | None, foreign: AbstractSet[Answer]
) -> Iterator[Identification]:
    """What may name the label: another maker's name, too, but not if only ports say it where this one is not seen."""
    ports = _ports(found for found in identifications if found.maker == maker)
    elsewhere = set() if None in ports else {answer for answer in foreign if answer[1] not in ports | {None}}
    return (found for found in identifications if found.maker == maker or not _answers(found) <= elsewhere)


def _agreeing(
    identifications: Iterable[Identification], maker: str | None, foreign: AbstractSet[Answer]
) -> Iterator[Identification]:
    for found in identifications:
        if maker in (None, found.maker) or (found.maker is None and not _answers(found) <= foreign):
            yield found


def _attributes(agreeing: Iterable[Identification]) -> Mapping[str, str]:
    attributes: dict[str, str] = {}
    levels: dict[str, Level] = {}
    for found in sorted(agreeing, key=lambda found: (found.level, found.maker is not None), reverse=True):
        for name, text in found.attributes.items():
            known = attributes.setdefault(name, text)
            is_of_level = levels.setdefault(name, found.level) is found.level is not Level.HINT
            if name == "model" and is_of_level and text.startswith(known) and " " not in text:
                attributes[name] = text  # a name is often a shortened model
    return attributes

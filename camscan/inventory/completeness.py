"""How many devices there are that no source has seen: capture and recapture over the inventory and the channels.

A source is the inventory, or a group of channels that stand or fall together. What several sources have seen and
missed of each other tells, under assumptions that are printed with it, what all of them have missed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeAlias

from camscan.inventory.agreement import Found
from camscan.inventory.reconcile import Class, Result
from camscan.inventory.statistics import CONFIDENCE, MIN_OVERLAP, Size, chao, chapman
from camscan.text.wording import plural, were

INVENTORY = "inventory"
NETWORK = "network"
"""All channels as one source."""

GROUPS: Mapping[str, tuple[str, ...]] = {
    "makers' discovery": ("sadp", "dhip", "dvrip", "netcommon", "mhed", "moi", "dh01", "baichuan"),
    "web, TLS and RTSP": ("http", "tls", "rtsp", "tcp", "banner"),
    "ONVIF and WS-Discovery": ("onvif", "wsd"),
    "UPnP and mDNS": ("ssdp", "mdns"),
    "SNMP": ("snmp",),
    "link layer": ("arp", "mac", "dhcp"),
}
"""Channels that stand or fall together: by one switch in a device, one filter on the way, one place to look from."""

_GROUP_OF = {channel: group for group, channels in GROUPS.items() for channel in channels}
_OTHER = "other channels"
_REGISTRY = "mac"
"""The channel of what the IEEE registry says of a MAC: as good as the channel from which the MAC is known."""
_TELLING = frozenset((*GROUPS["makers' discovery"], *GROUPS["ONVIF and WS-Discovery"], "rtsp"))
"""Channels an answer on which shows a surveillance device, whatever it says."""

_BEHIND_LOGINS = frozenset(("login", "isapi", "cgi", "lapi", "onvif-login"))
"""Channels that show what was enrolled, and so was known: they are no chance to see a device."""

_ASSUMPTIONS = (
    "Nothing was installed, moved or removed between the inventory and the scan.",
    "Rows and devices are matched correctly.",
    "Every row that was not found is a device that is there and silent. Stale rows make the estimate too high.",
    "A device that one source sees is as likely as any other to be seen by the next source.",
    "Devices that hide from one channel mostly hide from others too: then there are more than the figure says.",
    "The estimate is about the addresses that were covered, not about what is behind a recorder or was not scanned.",
)

History: TypeAlias = frozenset[str]
"""The sources that have seen one device."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """How many devices there are at a site (None: in all), by `method`; `refused` says why there is no `size`.

    `seen` devices were seen by any of the `sources`, `overlap` by more than one.
    """

    site: str | None
    method: str
    sources: tuple[str, ...]
    seen: int
    listed: int
    """Devices that the inventory names."""
    overlap: int
    size: Size | None = None
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Completeness:
    """The estimates, in all and then by site, and the overlap of the sources: how many devices each two share."""

    estimates: tuple[Estimate, ...]
    overlap: Mapping[str, Mapping[str, int]]

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What the estimates rest on; nothing where there is none."""
        return _ASSUMPTIONS if any(one.size for one in self.estimates) else ()


def estimate(results: Iterable[Result]) -> Completeness:
    """What a reconciliation tells about the devices that neither the inventory nor any channel has seen."""
    histories: list[History] = []
    of_site: defaultdict[str, list[History]] = defaultdict(list)
    for site, history in chain.from_iterable(map(_captures, results)):
        histories.append(history)
        if site is not None:
            of_site[site].append(history)
    estimates = _estimates(None, histories)
    if len(of_site) > 1:
        for site in sorted(of_site):
            estimates += _estimates(site, of_site[site])
    return Completeness(tuple(estimates), _overlap(histories))


def sources_of(found: Found) -> History:
    """The groups of channels that have shown what a device is."""
    proofs = (proof for rule in found.judged.device.identifications for proof in rule.evidence)
    shown = {(proof.asked or proof.channel) if proof.channel == _REGISTRY else proof.channel for proof in proofs}
    shown = (shown | (found.channels & _TELLING)) - _BEHIND_LOGINS
    return frozenset(_GROUP_OF.get(channel, _OTHER) for channel in shown)


def _captures(result: Result) -> Iterable[tuple[str | None, History]]:
    """The site and the history of the one device that a result is about; none for what may be no device.

    None either for a camera that only its recorder knows: no other source had a chance to see it.
    """
    if result.found:
        if result.found.judged.device.behind:
            return
        listed = {INVENTORY} if result.row and result.row.retired is None else set()
        if history := sources_of(result.found) | listed:
            yield result.site, frozenset(history)
    elif result.cls is Class.NOT_FOUND and result.row:
        yield result.site, frozenset((INVENTORY,))


def _estimates(site: str | None, histories: Sequence[History]) -> list[Estimate]:
    """By all sources and, where these are more than two, also by the inventory against the network as one."""
    sources = tuple(sorted(frozenset().union(*histories), key=lambda name: (name != INVENTORY, name)))
    listed = sum(INVENTORY in history for history in histories)
    if len(sources) < 2:
        why = "only one source has seen anything: it cannot say what it misses" if sources else "nothing was seen"
        return [Estimate(site, "none", sources, len(histories), listed, 0, refused=why)]
    made = [_of_all(site, sources, histories, listed)]
    if len(sources) > 2 and listed:
        made.append(_of_two(site, (INVENTORY, NETWORK), [_as_two(history) for history in histories], listed))
    return made


def _of_all(site: str | None, sources: tuple[str, ...], histories: Sequence[History], listed: int) -> Estimate:
    if len(sources) == 2:
        return _of_two(site, sources, histories, listed)
    counts = Counter(map(len, histories))
    seen, overlap = len(histories), len(histories) - counts[1]
    if overlap < MIN_OVERLAP:
        return Estimate(site, "chao", sources, seen, listed, overlap, refused=_too_small(overlap))
    alone = Counter(source for history in histories if len(history) == 1 for source in history)
    size = chao([alone[source] for source in sources], counts[2], seen)
    return Estimate(site, "chao", sources, seen, listed, overlap, size)


def _of_two(site: str | None, sources: tuple[str, ...], histories: Sequence[History], listed: int) -> Estimate:
    first, second = (sum(source in history for history in histories) for source in sources)
    seen = len(histories)
    both = first + second - seen
    if both < MIN_OVERLAP:
        return Estimate(site, "chapman", sources, seen, listed, both, refused=_too_small(both))
    return Estimate(site, "chapman", sources, seen, listed, both, chapman(first, second, both))


def _as_two(history: History) -> History:
    return frozenset({INVENTORY} & history | ({NETWORK} if history - {INVENTORY} else set()))


def _too_small(overlap: int) -> str:
    seen = f"{plural(overlap, 'device')} {were(overlap)}"
    return f"the overlap is too small: {seen} seen by more than one source, and {MIN_OVERLAP} are needed"


def _overlap(histories: Sequence[History]) -> dict[str, dict[str, int]]:
    counts: Counter[tuple[str, str]] = Counter()
    for history, times in Counter(histories).items():
        for one in history:
            for other in history:
                counts[one, other] += times
    names = sorted({one for one, _ in counts}, key=lambda name: (name != INVENTORY, name))
    return {one: {other: counts[one, other] for other in names} for one in names}


def sentences(made: Estimate, quoted: Callable[[str], str] = str) -> str:
    """An estimate in plain words; `quoted` makes the name of a site harmless for where it is shown."""
    where = f" at {quoted(made.site)}" if made.site is not None else ""
    by = f"{', '.join(made.sources[:-1])} and {made.sources[-1]}" if len(made.sources) > 1 else "one source"
    if made.size is None:
        return f"No estimate{where} ({by}): {made.refused}."
    size = made.size
    least = "At least" if made.method == "chao" else "About"
    name = "Chao's lower bound" if made.method == "chao" else "Chapman's estimate"
    interval = f"{CONFIDENCE:.0%} interval {size.low:,.0f} to {size.high:,.0f}"
    text = (
        f"{least} {size.value:,.0f} devices{where} ({interval}; {name} from {by}): {made.seen:,} were seen, "
        f"{made.overlap:,} of them by more than one source."
    )
    if made.listed:
        text += f" The inventory names {made.listed:,}: {made.listed / size.value:.0%} of the estimate."
    return text

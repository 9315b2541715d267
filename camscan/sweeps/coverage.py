"""Coverage losses: channels, networks and decoys that answered before and are silent now.

A failing probe or a cut cable looks, device by device, like devices that were removed. The difference is that many
disappear at once. So a channel or network that loses more than half of its devices from one sweep to the next counts as
lost, and silent devices behind it are not reported missing. A network that is cut off affects all channels: only those
that saw fewer devices in other networks, too, are reported.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from camscan import networks
from camscan.sweeps.memory import DECOY, SITE, Gauge, Loss, Memory, Track
from camscan.sweeps.snapshot import BEHIND, SLOT, Snapshot
from camscan.text.wording import plural, were

_MIN_DROP = 3  # the fewest devices that must fall silent at once: one or two may simply have been removed
ACCEPTED_AFTER = 7
"""Sweeps after which a smaller number becomes the usual one, and silent devices count as missing.

A network without any answer stays lost for as long as it is asked.
"""
UNASKED = "targets"  # what a loss names if devices are no longer asked; it is told once, and never ends
_REMEMBERED = 3  # the usual count is the best of so many sweeps


@dataclass(frozen=True, slots=True)
class Terms:
    """The settings of a site: missing after `misses` of `of` covered sweeps, and what must answer."""

    misses: int = 3
    of: int = 3
    decoys: tuple[str, ...] = ()
    expect: int | None = None

    def met(self, latest: tuple[bool, ...]) -> bool:
        """Whether `misses` of the latest `of` are true, including the last."""
        return bool(latest) and latest[-1] and sum(latest[-self.of :]) >= self.misses

    def add(self, latest: tuple[bool, ...], value: bool) -> tuple[bool, ...]:
        """The latest values with one more, as many as are needed."""
        return (*latest, value)[-self.of :]


@dataclass(frozen=True, slots=True)
class Visibility:
    """What a complete snapshot could see. `channels` and `networks` are the updated gauges."""

    channels: Mapping[str, Gauge]
    networks: Mapping[str, Gauge]
    short: tuple[bool, ...]
    losses: tuple[Loss, ...]
    ended: tuple[Loss, ...]
    dark: bool  # whether there was no sign of life at all, so that silence means nothing

    def could_see(self, track: Track, snapshot: Snapshot) -> bool:
        """Whether a device would have been seen: asked at an address and on a channel that are not lost."""
        return not self.dark and any(
            not _is_lost(self.channels, channel)
            for place in track.places
            if not _is_lost(self.networks, network_of(place))
            for channel in snapshot.asked_at(place) & track.channels.keys()
        )


def visibility_of(memory: Memory, snapshot: Snapshot, terms: Terms) -> Visibility:
    """Compare a complete snapshot with the usual counts of what it asked."""
    memory = _in_scope(memory, snapshot)
    by_channel, by_network = _by_channel(snapshot), _by_network(snapshot)
    channels = _step(memory.channels, by_channel, frozenset().union(*set(snapshot.asked.values())), lasts=False)
    networks = _step(memory.networks, by_network, _asked_networks(snapshot), lasts=True)
    devices = sum(SLOT not in one.device.address for one in snapshot.sightings)
    short = terms.add(memory.short, terms.expect is not None and devices < terms.expect)
    cut = frozenset(name for name in _lost(networks) if not by_network.get(name))
    told = (name for name in _lost(channels) if _is_drop(_elsewhere(memory, name, cut), by_channel.get(name, 0)))
    losses = (
        *(_loss("channel", name, memory.channels[name], by_channel) for name in told),
        *(_loss("network", name, memory.networks[name], by_network) for name in _lost(networks)),
        *_decoys(snapshot, terms),
        *_too_few(devices, short, terms),
    )
    if not losses and snapshot.dark:
        remedy = "check its networks, and the way to them from this host"
        losses = (Loss(SITE, f"{snapshot.dark}: nothing can be said of the site; {remedy}"),)
    before, now = ({loss.what for loss in some} for some in (memory.losses, losses))
    marked = tuple(replace(loss, lasting=loss.what in before) for loss in losses)
    counts = {**by_channel, **by_network}
    over = (Loss(name, _shown_now(name, counts, devices)) for name in before - now - {UNASKED})
    ended = tuple(sorted((loss for loss in over if loss.text), key=lambda loss: loss.what))
    return Visibility(channels, networks, short, marked, ended, dark=bool(snapshot.dark))


def _in_scope(memory: Memory, snapshot: Snapshot) -> Memory:
    """The memory without devices that are no longer asked: those are reported separately.

    Devices that only answer multicast, from a network that was never asked, are kept: their silence means something.
    """
    seen = frozenset(address for one in snapshot.sightings for address in one.device.addresses)
    left: list[Track] = []
    stay: list[Track] = []
    for track in memory.tracks:
        asked = any(map(snapshot.asked_at, track.places))
        here = any(SLOT not in place and network_of(place) in memory.networks for place in track.places)
        dropped = here and not (asked or track.gone or track.unasked) and seen.isdisjoint(track.places)
        (left if dropped else stay).append(track)
    if not left:
        return memory
    channels = Counter(channel for track in left for channel in track.channels)
    places = Counter(name for track in left for name in {*map(network_of, track.places)})
    return replace(
        memory, tracks=tuple(stay), channels=_less(memory.channels, channels), networks=_less(memory.networks, places)
    )


def _less(gauges: Mapping[str, Gauge], left: Counter[str]) -> dict[str, Gauge]:
    return {
        name: replace(gauge, counts=tuple(max(count - left[name], 0) for count in gauge.counts))
        for name, gauge in gauges.items()
    }


@lru_cache(maxsize=65_536)  # each address comes up several times in each snapshot, and takes 10 us
def network_of(address: str) -> str:
    """The network in which an address is counted; the text itself if it is not an address.

    The channels of one recorder are a network too.
    """
    if SLOT in address:
        return f"{BEHIND} {address.partition(SLOT)[0]}"
    return str(networks.network_of(address) or address)


def _step(
    gauges: Mapping[str, Gauge], counts: Mapping[str, int], asked: frozenset[str], *, lasts: bool
) -> Mapping[str, Gauge]:
    """The gauges after one more snapshot, without those that were not asked."""
    return {
        name: _stepped(gauges.get(name, Gauge()), counts.get(name, 0), lasts=lasts)
        for name in sorted({*gauges, *counts})
        if name in asked
    }


def _stepped(gauge: Gauge, count: int, *, lasts: bool) -> Gauge:
    if _is_drop(gauge.usual, count):
        if gauge.lost < ACCEPTED_AFTER or (lasts and not count):
            return replace(gauge, lost=gauge.lost + 1)
        return Gauge((count,))
    return Gauge((*gauge.counts, count)[-_REMEMBERED:])


def _is_drop(usual: int, count: int) -> bool:
    return usual - count >= _MIN_DROP and 2 * count < usual


def _elsewhere(memory: Memory, channel: str, cut: frozenset[str]) -> int:
    """The usual number of devices on a channel, without networks that are cut off."""
    if not cut:
        return memory.channels[channel].usual
    return sum(
        channel in track.channels and any(network_of(place) not in cut for place in track.places)
        for track in memory.tracks
        if not track.gone
    )


def _by_channel(snapshot: Snapshot) -> Mapping[str, int]:
    """Devices that answered, by channel."""
    return {
        channel: sum(not targets.isdisjoint(one.device.addresses) for one in snapshot.sightings)
        for channel, targets in snapshot.answered.items()
    }


def _by_network(snapshot: Snapshot) -> Mapping[str, int]:
    """Devices that were seen, by network."""
    counts: defaultdict[str, int] = defaultdict(int)
    for one in snapshot.sightings:
        for network in {network_of(address) for address in one.device.addresses}:
            counts[network] += 1
    return counts


def _asked_networks(snapshot: Snapshot) -> frozenset[str]:
    return frozenset(network_of(address) for address, channels in snapshot.asked.items() if channels)


def _is_lost(gauges: Mapping[str, Gauge], name: str) -> bool:
    return name in gauges and gauges[name].lost > 0


def _lost(gauges: Mapping[str, Gauge]) -> Iterator[str]:
    return (name for name, gauge in gauges.items() if gauge.lost)


def _loss(kind: str, name: str, gauge: Gauge, counts: Mapping[str, int]) -> Loss:
    usual, now = plural(gauge.usual, "device"), counts.get(name, 0)
    if kind == "channel":
        return Loss(f"channel {name}", f"{name} saw {usual} before and {now} now: probe failure suspected")
    gone = "is it cut off? If it is gone, remove its addresses from the site"
    cause = "a part of it may be cut off" if now else gone
    return Loss(f"network {name}", f"{name} showed {usual} before and {now} now: {cause}")


def _shown_now(what: str, counts: Mapping[str, int], devices: int) -> str:
    """What a loss that is none any more shows; "" where that is nothing: it is behind another one, or not asked."""
    kind, _, name = what.partition(" ")
    if kind == "decoy":
        return f"{name} answers again, or is not expected to"
    seen = counts.get(name, 0) if name else devices
    return f"{name or 'the site'} shows {plural(seen, 'device')} now" if seen else ""


def _decoys(snapshot: Snapshot, terms: Terms) -> Iterator[Loss]:
    """A host that only refuses is there, and the decoy on it is not: see `camscan.app.scanning.notes`."""
    answered = frozenset[str]().union(*snapshot.answered.values())
    for address in terms.decoys:
        if address not in answered:
            why = "was not asked" if not snapshot.asked.get(address) else "does not"
            yield Loss(f"{DECOY}{address}", f"{address} should answer and {why}: the sweep may have been blind")


def _too_few(devices: int, short: tuple[bool, ...], terms: Terms) -> Iterable[Loss]:
    """A loss if there are fewer devices than expected: by more than half at once, else if it lasts."""
    if terms.expect is None or devices >= terms.expect:
        return ()
    if 2 * devices >= terms.expect and not terms.met(short):
        return ()
    return (Loss("devices", f"the site has {plural(terms.expect, 'device')} and {devices:,} {were(devices)} seen"),)

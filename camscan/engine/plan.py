"""What to ask of whom."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from camscan.probes.base import Probe, Stage, Unicast, Wide
from camscan.records import Observation

TCP = "tcp"  # the channel under which it is noted how trying TCP ports ended


@dataclass(frozen=True, slots=True)
class Plan:
    """What to ask of whom.

    `first_ports` are tried at every address, `more_ports` only where something lives (`thorough`: everywhere).
    `named_ports` reads further ports out of what a host said about itself.
    """

    probes: Sequence[Probe]
    first_ports: Sequence[int]
    more_ports: Sequence[int]
    named_ports: Callable[[str, Iterable[Observation]], Iterable[int]] = lambda _address, _seen: ()
    thorough: bool = False

    def at(self, stage: Stage) -> list[Probe]:
        """The probes of one stage, in order."""
        return [probe for probe in self.probes if probe.stage is stage]

    @property
    def discovery(self) -> list[Unicast]:
        """The probes that take part in host discovery: the first look at every address."""
        return [probe for probe in self.at(Stage.ADDRESS) if isinstance(probe, Unicast)]

    @property
    def multicasts(self) -> bool:
        """Whether a probe asks whole segments."""
        return bool(self.at(Stage.SEGMENT))

    @property
    def by_port(self) -> frozenset[str]:
        """The channels that only open ports are asked on: without one, how trying the ports ended is their outcome."""
        by_datagram = _channels(p for p in self.probes if p.stage in (Stage.SEGMENT, Stage.ADDRESS, Stage.LIVING))
        return (_channels(self.probes) - by_datagram) | _channels(self.at(Stage.PORT))

    def wide(self, version: int) -> frozenset[str]:
        """The channels on which whole segments are asked by this version of IP."""
        return _channels(p for p in self.at(Stage.SEGMENT) if isinstance(p, Wide) and version in p.versions)

    @property
    def channels(self) -> tuple[str, ...]:
        """Every channel that the plan covers at each target."""
        named = [channel for probe in self.probes for channel in probe.channels]
        return tuple(dict.fromkeys([TCP, *named] if self.first_ports else named))


def _channels(probes: Iterable[Probe]) -> frozenset[str]:
    return frozenset(channel for probe in probes for channel in probe.channels)

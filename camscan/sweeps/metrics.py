"""Figures in Prometheus' text format (version 0.0.4), for the textfile collector of its node exporter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from camscan.records import Outcome, Verdict
from camscan.sweeps.memory import SiteStatus

_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})


@dataclass(frozen=True, slots=True)
class Figure:
    """One sample of a gauge."""

    name: str
    value: float
    labels: Mapping[str, str]


HELP = {
    "camscan_last_good_sweep_timestamp_seconds": "End of the last complete sweep that was not blind, else 0.",
    "camscan_last_sweep_timestamp_seconds": "End of the last sweep, complete or not, 0 if there was none.",
    "camscan_sweep_duration_seconds": "How long the last sweep took, from start to end.",
    "camscan_devices": "Devices that the last sweep saw, by verdict.",
    "camscan_targets": "Targets of the last sweep, by outcome.",
    "camscan_channel_targets": "Targets of the last sweep, by channel and outcome.",
    "camscan_coverage_losses": "Channels, networks and decoys that answered before and are silent.",
    "camscan_missing_devices": "Devices that are reported missing.",
    "camscan_alerts_pending": "Alerts that a receiver has not accepted yet.",
}
"""Name -> what it says. All are gauges."""


def figures(site: str, memory: SiteStatus, pending: int) -> Iterator[Figure]:
    """The figures of one site."""

    def figure(name: str, value: float, **labels: str) -> Figure:
        return Figure(f"camscan_{name}", value, {"site": site, **labels})

    yield figure("last_good_sweep_timestamp_seconds", memory.sound.timestamp() if memory.sound else 0)
    yield figure("last_sweep_timestamp_seconds", memory.at.timestamp() if memory.at else 0)
    yield figure("sweep_duration_seconds", memory.seconds)
    for verdict in Verdict:
        yield figure("devices", memory.verdicts.get(verdict, 0), verdict=verdict.value)
    for outcome, count in sorted(memory.coverage.items()):
        yield figure("targets", count, outcome=outcome)
    for channel, counts in memory.by_channel.items():
        for outcome, count in sorted(({Outcome.ANSWERED.value: 0} | {**counts}).items()):
            yield figure("channel_targets", count, channel=channel, outcome=outcome)
    yield figure("coverage_losses", len(memory.losses))
    yield figure("missing_devices", memory.missing)
    yield figure("alerts_pending", pending)


def text(found: Iterable[Figure]) -> Iterator[str]:
    """The figures as a text file, grouped by name."""
    every = list(found)
    for name, meaning in HELP.items():
        samples = [one for one in every if one.name == name]
        if samples:
            yield f"# HELP {name} {meaning}\n# TYPE {name} gauge\n"
            yield from (_sample(one) for one in samples)


def _sample(one: Figure) -> str:
    labels = ",".join(f'{name}="{value.translate(_ESCAPES)}"' for name, value in one.labels.items())
    return f"{one.name}{{{labels}}} {one.value:.17g}\n"

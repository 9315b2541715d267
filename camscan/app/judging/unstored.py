"""From observations that no store keeps to devices with their verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from camscan.app.judging.criteria import Criteria
from camscan.app.judging.identifying import hosts_in
from camscan.devices import merge_hosts
from camscan.identify.resolve import resolve
from camscan.policy import Policy, judge_all, judge_each
from camscan.records import Device, Judged, Observation
from camscan.system import gctuning

if TYPE_CHECKING:
    from camscan.store.spool import Spool


def judged(observations: Iterable[Observation], criteria: Criteria) -> tuple[Judged, ...]:
    """The devices that the observations speak of, each with its verdict."""
    with gctuning.relaxed():
        return judge_all(merge_hosts(hosts_in(criteria.rules, observations), resolve), criteria.policies)


@contextmanager
def judged_apart(observations: Iterable[Observation], criteria: Criteria) -> Iterator[Iterable[Judged]]:
    """As `judged`, for more devices than memory should hold: they are judged anew each time they are gone through."""
    from camscan.devices.merge import merge_spooled
    from camscan.store.spool import Spool

    with ExitStack() as open_spools, gctuning.relaxed():
        devices = open_spools.enter_context(Spool[Device]())
        with ExitStack() as meanwhile:
            hosts = hosts_in(criteria.rules, observations)
            merge_spooled(hosts, resolve, lambda: meanwhile.enter_context(Spool()), devices)
        yield _Kept(devices, criteria.policies)


@dataclass(frozen=True, slots=True)
class _Kept:
    """Devices spooled to disk, each with its verdict."""

    devices: Spool[Device]
    policies: Sequence[Policy]

    def __iter__(self) -> Iterator[Judged]:
        return judge_each((device for _, device in self.devices.in_order()), self.policies, self.devices.last)

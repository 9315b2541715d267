"""The interface to programs that try very many TCP ports, and their results."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from camscan.errors import UsageError
from camscan.net.pacing.profile import Profile
from camscan.net.scope import port_refusal
from camscan.records import Outcome


@dataclass(frozen=True, slots=True)
class Found:
    """The result for one port of one address."""

    address: str
    port: int
    outcome: Outcome
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PortQuery:
    """What is to be tried: these ports of all addresses in `spans`, ranges without what is excluded, at a pace.

    `seed` sets the order, `rounds` how often a silent port is sent a packet. `want`: "open" tells of open ports,
    "answers" also of refusals and unreachable ones, "all" also of silent ones.
    """

    spans: Sequence[tuple[str, str]]
    ports: Sequence[int]
    profile: Profile
    seed: int
    rounds: int = 2
    want: str = "open"


def allowed(ports: Iterable[int]) -> tuple[int, ...]:
    """The ports without those that are never sent to, each once. Raises UsageError if none is left."""
    left = tuple(port for port in dict.fromkeys(ports) if port_refusal(port) is None)
    if not left:
        raise UsageError("no port is left that camscan may send to: give others")
    return left


class PortSource(Protocol):
    """A single run of another program that tries TCP ports. `notes` grow as it runs, and say what was not tried."""

    notes: list[str]

    @property
    def interrupted(self) -> bool:
        """Whether it was told to stop."""

    @property
    def ports(self) -> Sequence[int]:
        """The ports that it tries at every address."""

    @property
    def rate(self) -> float:
        """The most packets a second that it sends; 0 is unlimited."""

    @property
    def how(self) -> str:
        """How it finds open ports, in words for a report."""

    @property
    def sent(self) -> int:
        """Packets sent so far, as far as known."""

    @property
    def complete(self) -> bool:
        """Whether everything was tried."""

    @property
    def lost(self) -> int:
        """Answers lost because they came too fast; their ports were tried again."""

    def stop(self) -> None:
        """End soon; results until then are still yielded."""

    def exclude(self, spans: Iterable[tuple[str, str]]) -> None:
        """Send nothing more to these ranges, which are all that is excluded by now: within moments."""

    def run(self) -> AsyncGenerator[Sequence[Found], None]:
        """Try all ports, and yield results as they come; those known of one address at that time come together.

        Raises HostError if this host cannot do it in this way, or cannot any longer.
        """

"""The seam to programs that ask very many TCP ports for this one, and what they find."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from camscan.errors import UsageError
from camscan.net.scope import port_refusal
from camscan.records import Outcome


@dataclass(frozen=True, slots=True)
class Found:
    """How the question at one port of one address ended."""

    address: str
    port: int
    outcome: Outcome
    reason: str = ""


def allowed(ports: Iterable[int]) -> tuple[int, ...]:
    """The ports without those that are never sent to, each once.

    Raises:
        UsageError: none is left.
    """
    left = tuple(port for port in dict.fromkeys(ports) if port_refusal(port) is None)
    if not left:
        raise UsageError("no port is left that camscan may send to: give others")
    return left


class PortSource(Protocol):
    """Another program that asks TCP ports, once. `notes` grow as it runs, and say what was not asked."""

    notes: list[str]

    @property
    def interrupted(self) -> bool:
        """Whether it was told to stop."""

    @property
    def ports(self) -> Sequence[int]:
        """The ports that it asks at every address."""

    @property
    def rate(self) -> float:
        """Packets a second that it sends at most; 0 is without bound."""

    @property
    def how(self) -> str:
        """By what it finds open ports, for the readers of a report."""

    @property
    def sent(self) -> int:
        """Packets sent so far, as far as they are known."""

    @property
    def complete(self) -> bool:
        """Whether everything was asked that was to be."""

    @property
    def lost(self) -> int:
        """Answers that came faster than they could be read, and were asked for again."""

    def stop(self) -> None:
        """End soon; what has been found until then is still yielded."""

    def run(self) -> AsyncGenerator[Sequence[Found], None]:
        """Ask, and yield what ended how as it comes; whatever is known of one address by then comes together.

        Raises:
            HostError: this host cannot ask in this way, or cannot any longer.
        """

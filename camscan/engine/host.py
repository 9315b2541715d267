"""What is known of one address while it is covered."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, field, replace

from camscan.engine.plan import TCP
from camscan.probes.base import AT_HAND
from camscan.records import MOST_TELLING, SIGNS_OF_LIFE, UNCALLED, LedgerEntry, Observation, Outcome

_NO_PORT = "no open port called for it"
_UNASKED = (Outcome.EXCLUDED, Outcome.NOT_SENT, Outcome.CRASHED)


@dataclass(slots=True)
class Host:
    """What is known of one address while it is covered."""

    address: str
    observations: list[Observation] = field(default_factory=list)
    tried: dict[int, Outcome] = field(default_factory=dict)
    attempts: dict[str, Outcome] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    asked: set[int] = field(default_factory=set)
    finished: set[str] = field(default_factory=set)  # channels that host discovery has finished with
    heard: int = 0  # observations that the segment gave
    cut: str = ""  # why not everything was asked
    counted: bool = False  # whether it has been counted as alive
    left: bool = False  # whether it is done and its ledger entry written

    @property
    def alive(self) -> bool:
        """Whether the address has shown a sign of life."""
        return not all(map(SIGNS_OF_LIFE.isdisjoint, (self.tried.values(), self.attempts.values())))

    @property
    def open_ports(self) -> list[int]:
        """Ports that accepted, in the order in which they were tried."""
        return [port for port, outcome in self.tried.items() if outcome is Outcome.ANSWERED]

    @property
    def spoke(self) -> bool:
        """Whether an open port has answered a question."""
        return bool(self._speaking)

    def mute_ports(self, under_way: Iterable[int] = ()) -> int:
        """The number of open ports that were asked and have never answered, or are being asked (`under_way`)."""
        asked = {o.port for o in self.observations if o.channel != TCP and o.port in self.asked}
        return len(asked.union(under_way) - self._speaking)

    @property
    def _unasked(self) -> bool:
        """Whether a port could not be asked."""
        return Outcome.NOT_SENT in self.tried.values()

    @property
    def _speaking(self) -> set[int | None]:
        return {o.port for o in self.observations if o.channel != TCP and o.outcome.has_answer and o.port in self.asked}

    def take(self, observation: Observation) -> None:
        """Keep an observation with its first bytes only: the store has them all."""
        self.observations.append(at_hand(observation))
        self.note(observation.channel, observation.outcome, observation.reason)

    def note_port(self, port: int, outcome: Outcome, reason: str) -> None:
        """Keep the outcome at a port; of several reasons, one for which a port could not be asked.

        A second attempt that could not or may not be sent does not replace the first.
        """
        if outcome in (Outcome.EXCLUDED, Outcome.NOT_SENT) and port in self.tried:
            return
        if reason and (outcome is Outcome.NOT_SENT or not self._unasked):
            self.reasons[TCP] = reason
        self.tried[port] = outcome

    def note(self, channel: str, outcome: Outcome, reason: str) -> None:
        """Keep the most telling outcome of a channel."""
        telling = best((outcome, self.attempts.get(channel, outcome)))
        self.attempts[channel] = telling
        if reason and telling is outcome:
            self.reasons[channel] = reason
        elif telling is outcome:
            self.reasons.pop(channel, None)

    def entry(self, channels: Iterable[str], by_port: Container[str], called: Container[str]) -> LedgerEntry:
        """The outcome of every planned channel.

        Where nothing was asked on a channel of `by_port`, for want of an open port, trying the ports has decided it.
        One on which the whole segment was `called` is silent. On any other nothing was sent.
        """
        late = (Outcome.NOT_SENT,) if self.cut else ()  # ports that had not had their turn
        closed = best((*late, *(outcome for outcome in self.tried.values() if outcome is not Outcome.ANSWERED)))
        outcomes = {TCP: best((*late, *self.tried.values()))} if self.tried else {}
        reasons, alive = dict(self.reasons), self.alive
        uncalled = self.cut or (reasons.get(TCP, _NO_PORT) if self._unasked else _NO_PORT)
        for channel in channels:
            untried = closed if channel in by_port else Outcome.SILENT if channel in called else Outcome.NOT_SENT
            outcomes[channel] = self.attempts.get(channel, outcomes.get(channel, untried))
            if alive and outcomes[channel] is Outcome.NOT_SENT:  # of others it would be the same at many thousands
                reasons.setdefault(channel, uncalled if channel in by_port else self.cut or UNCALLED)
        return LedgerEntry(self.address, outcomes, reasons)


def at_hand(observation: Observation) -> Observation:
    """An observation as kept in memory: with its first bytes."""
    return observation if len(observation.raw) <= AT_HAND else replace(observation, raw=observation.raw[:AT_HAND])


def best(outcomes: Iterable[Outcome]) -> Outcome:
    """The most telling of several outcomes; if none is an answer, one that could not be asked counts first."""
    every = tuple(outcomes)
    telling = min(every, key=MOST_TELLING.__getitem__, default=Outcome.NOT_SENT)
    return telling if telling.has_answer else next((one for one in _UNASKED if one in every), telling)

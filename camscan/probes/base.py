"""The interface of probes. A probe knows what to ask and which codec to use; it never dials, sleeps or retries."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol, runtime_checkable

from camscan.net.base import Exchange, Net, Question
from camscan.records import Observation


class Stage(Enum):
    """When a probe is run."""

    SEGMENT = "segment"  # once a scan, by multicast and broadcast on every interface
    ADDRESS = "address"  # once for every address, alive or not
    LIVING = "living"  # once for every address that is alive, while its ports are asked
    PORT = "port"  # once for every open TCP port
    HOST = "host"
    """For every address that is alive, after its first ports were asked and again after all were: builds on answers.

    A probe of this stage finds in `Ask.observations` what it has asked before, and does not ask it again."""
    LOGIN = "login"
    """Once for every address that is alive, after everything else: for requests that need an enrolled login."""


AT_HAND = 64
"""Bytes of each answer that are kept in memory while its host is covered, whatever a hostile one sends. Further probes
use the fields, and at most whether there were so many bytes. The store has all bytes."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Whom to ask: an address, the open port if the stage has one, and the observations of the host so far.

    Each observation has its first `AT_HAND` bytes only.
    """

    address: str = ""
    port: int | None = None
    observations: Sequence[Observation] = ()


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run of a probe sends: packets and payload to a silent address, packets to one that answers."""

    silent_packets: int
    silent_bytes: int
    answering_packets: int


class Probe(Protocol):
    """One way to ask."""

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels whose observations it may yield."""

    @property
    def stage(self) -> Stage:
        """When it has its turn."""

    @property
    def cost(self) -> Cost:
        """What one run sends."""

    def run(self, ask: Ask, net: Net) -> AsyncGenerator[Observation, None]:
        """Ask, and yield an observation for each attempt, whatever its outcome."""


@runtime_checkable
class Unicast(Probe, Protocol):
    """A probe by datagram that separates question and answers from the exchange, so that many can be sent at once."""

    def new_question(self) -> Question:
        """A new question."""

    def read(self, question: Question, exchange: Exchange) -> Iterable[Observation]:
        """The observations from a question that `new_question` made."""


@runtime_checkable
class Wide(Probe, Protocol):
    """A probe that asks whole segments."""

    @property
    def versions(self) -> frozenset[int]:
        """The versions of IP in which it asks."""

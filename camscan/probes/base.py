"""What a probe is: what to ask, of whom, with which codec. A probe never dials, sleeps or retries by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol, runtime_checkable

from camscan.net.base import Exchange, Net, QuestionLike
from camscan.records import Observation


class Stage(Enum):
    """When a probe has its turn."""

    SEGMENT = "segment"
    """Once a scan, by multicast and broadcast on every interface."""
    ADDRESS = "address"
    """Once for every address, alive or not."""
    LIVING = "living"
    """Once for every address where something lives, beside the questions to its ports."""
    PORT = "port"
    """Once for every open TCP port."""
    HOST = "host"
    """For every living address once its first ports have been asked, and again when all have: to build on what it said.

    A probe of this stage finds in `Ask.observations` what it has asked before, and does not ask it again."""
    LOGIN = "login"
    """Once for every living address when all else has been asked: for questions that need an enrolled login."""


AT_HAND = 64
"""Bytes of each answer that stay in memory while its host is covered, whatever a hostile one sends: who asks on goes by
the fields, and by whether there were so many bytes. The store has them all."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Whom to ask: an address, the open port where the stage has one, and what the host has said so far.

    Of the bytes of each observation the first `AT_HAND` are there.
    """

    address: str = ""
    port: int | None = None
    observations: Sequence[Observation] = ()


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run of a probe sends: packets and their payload to a silent address, packets to one that answers."""

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

    def run(self, ask: Ask, net: Net) -> AsyncIterator[Observation]:
        """Ask, and yield one observation for each attempt, whatever its outcome."""


@runtime_checkable
class Unicast(Probe, Protocol):
    """A probe by datagram whose question and answers can be told apart from their exchange: many are asked at once."""

    def new_question(self) -> QuestionLike:
        """A new question."""

    def read(self, question: QuestionLike, exchange: Exchange) -> Iterable[Observation]:
        """The observations from a question that `new_question` made."""


@runtime_checkable
class Wide(Probe, Protocol):
    """A probe that asks whole segments."""

    @property
    def versions(self) -> frozenset[int]:
        """The versions of IP in which it asks."""

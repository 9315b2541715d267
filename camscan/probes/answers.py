"""From what the net brought back to observations: the step that every probe shares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from camscan.errors import DecodeError
from camscan.net.base import Exchange
from camscan.records import Fields, Observation, Outcome

Decode: TypeAlias = Callable[[bytes], Fields]


def observe(exchange: Exchange, channel: str, asked: str, decode: Decode, raw: bytes | None = None) -> Observation:
    """One observation of an exchange, with the fields that `decode` reads in `raw` (default: all bytes that came).

    What came but cannot be decoded is `GARBLED`; a parser's earlier refusal is lifted where our codec can read it.
    """
    data = exchange.raw if raw is None else raw
    bare = Observation(
        exchange.address, channel, exchange.outcome, exchange.at, exchange.port, asked, raw=data, reason=exchange.reason
    )
    if not data:
        return bare
    try:
        fields = decode(data)
    except DecodeError as error:
        return replace(bare, outcome=Outcome.GARBLED, reason=str(error))
    outcome = Outcome.ANSWERED if exchange.outcome is Outcome.GARBLED else exchange.outcome
    return replace(bare, outcome=outcome, fields=fields)


def denied(observation: Observation) -> Observation:
    """The same observation, as one whose answer asks for a login."""
    return replace(observation, outcome=Outcome.AUTH_REQUIRED)

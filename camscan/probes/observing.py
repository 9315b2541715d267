"""Turns exchanges into observations; used by all probes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from camscan.errors import DecodeError
from camscan.net.base import Exchange
from camscan.records import Fields, Observation, Outcome

Decode: TypeAlias = Callable[[bytes], Fields]


def observe(exchange: Exchange, channel: str, asked: str, decode: Decode, raw: bytes | None = None) -> Observation:
    """An observation of an exchange, with the fields that `decode` reads in `raw` (by default all bytes received).

    Bytes that cannot be decoded make it `GARBLED`. If the HTTP library refused them and the codec can read them, it is
    `ANSWERED`.
    """
    data = exchange.raw if raw is None else raw
    bare = replace(unread(exchange, channel, asked), raw=data)
    if not data:
        return bare
    try:
        fields = decode(data)
    except DecodeError as error:
        return replace(bare, outcome=Outcome.GARBLED, reason=str(error))
    return replace(bare, fields=fields, outcome=Outcome.ANSWERED if bare.outcome is Outcome.GARBLED else bare.outcome)


def unread(exchange: Exchange, channel: str, asked: str) -> Observation:
    """An observation of an exchange without fields."""
    at, outcome, why = exchange.at, exchange.outcome, exchange.reason
    return Observation(exchange.address, channel, outcome, at, exchange.port, asked, raw=exchange.raw, reason=why)


def denied(observation: Observation) -> Observation:
    """The observation, as one whose answer asks for a login."""
    return replace(observation, outcome=Outcome.AUTH_REQUIRED)

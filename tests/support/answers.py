"""Answers to try rules on, and what rules say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from camscan.records import Evidence, Identification, Level, Observation, Outcome


def answer(fields: Mapping[str, str | tuple[str, ...]], channel: str = "http", port: int = 80) -> Observation:
    """An observation whose fields are given as a mapping of one text or several."""
    values = {name: (text,) if isinstance(text, str) else text for name, text in fields.items()}
    return Observation(
        "192.0.2.1", channel, Outcome.ANSWERED, datetime(2026, 10, 1, tzinfo=UTC), port, "GET /", values, b"raw"
    )


def says(
    rule: str, level: Level, maker: str | None = None, brand: str | None = None, *channels: str, **attributes: str
) -> Identification:
    """An identification with evidence on the given channels."""
    evidence = tuple(Evidence(channel, 80, "x", "x", "") for channel in channels or ("http",))
    return Identification(rule, level, maker, brand, attributes, evidence)

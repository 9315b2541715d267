"""Labelled answers."""

from __future__ import annotations

from camscan.evaluation.corpus import Entry, Truth


def entry(channel: str, raw: str, *, ambiguous: bool = False, id_: str = "", **truth: object) -> Entry:
    """An answer with its label: `entry("http", "Server: x", vendor="Axis")`."""
    return Entry(id_ or raw[:32], channel, raw, Truth(**truth), ambiguous=ambiguous)  # type: ignore[arg-type]  # by name

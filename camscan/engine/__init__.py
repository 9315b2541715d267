"""Targets x probes x net -> observations and ledger."""

from camscan.engine.plan import TCP, Plan
from camscan.engine.probing import Sink
from camscan.engine.run import Engine

__all__ = ["TCP", "Engine", "Plan", "Sink"]

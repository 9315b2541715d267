"""Targets x probes x net -> observations and ledger."""

from camscan.engine.plan import KNOCK, Plan
from camscan.engine.run import Engine, Sink

__all__ = ["KNOCK", "Engine", "Plan", "Sink"]

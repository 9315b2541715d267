"""Probes: what to ask, of whom, with which codec. `registry.py` holds the list."""

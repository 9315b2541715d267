"""Probes: what to send, to which hosts and ports, and which codec reads the answer. `registry.py` is the list."""

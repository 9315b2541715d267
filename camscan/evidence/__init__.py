"""Bundles of evidence: written and verified as streams. No SQL, no socket, no clock; what rules say is handed in."""

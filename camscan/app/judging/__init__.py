"""From observations to devices, and to their verdicts by fingerprints and policies."""

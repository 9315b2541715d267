"""What one exchange with a peer may take, however the peer behaves."""

from __future__ import annotations

MAX_BYTES = 96 * 1024
"""Read from one connection without login, and kept of the answers to one inquiry by datagram."""
MAX_ENROLLED_BYTES = 256 * 1024
"""Read from one connection to an enrolled device: a recorder's list of 64 cameras takes up to 200 KiB."""
SILENCE = 4.0
"""Seconds that a peer may let pass before its first byte, or until TLS is established; slow devices take three."""
LEAST_BYTES = 64
"""What has to come in such a time, once a peer has begun to answer: a modem gives thousands."""
TOTAL = 8.0
"""Seconds for one whole exchange from the open connection on, however the bytes drip."""

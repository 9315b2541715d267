"""What one exchange with a peer may take, and what all with one host, however they behave."""

from __future__ import annotations

MAX_BYTES = 96 * 1024  # read from one connection without login, and kept of the answers to one inquiry by datagram
MAX_ENROLLED_BYTES = 1024 * 1024
"""Read from one connection to an enrolled device: a recorder's list of 256 cameras takes up to 600 KiB."""
MAX_HOST_BYTES = 1024 * 1024
"""Taken from one host in all, TLS included: forty times what the most talkative device of the simulated site gives."""
ENROLLED_GRACE = 24.0
"""Seconds for which our own pace may hold up what comes on one connection to an enrolled device: so long that the
longest list comes at 20 packets a second."""
MAX_ENROLLED_HOST_BYTES = 4 * MAX_HOST_BYTES
"""The same where a login is enrolled for the host: a recorder may have several long lists of its channels."""
MAX_HOST_DATAGRAMS = MAX_HOST_BYTES // 2
"""Of that, by datagram: the other half is left to what comes on connections, which nobody else can send."""
SILENCE = 4.0
"""Seconds that a peer may let pass before its first byte, or until TLS is established; slow devices take three."""
LEAST_BYTES = 64  # what has to come in such a time, once a peer has begun to answer: a modem gives thousands
TOTAL = 8.0  # seconds for one whole exchange from the open connection on, however the bytes drip

"""Sequence numbers that prove an answer: who did not see the question cannot know them.

AES-128 of host and ports, one block each (FIPS 197), of which 32 bits are taken. The key is drawn anew for each run and
never leaves it.
"""

from __future__ import annotations

import os

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from camscan.syn.order import Numbers


class Cookies:
    """Gives the cookie of each question; `key` is 16 bytes."""

    def __init__(self, key: bytes | None = None) -> None:
        self._encryptor = Cipher(AES(key or os.urandom(16)), ECB()).encryptor()  # noqa: S305 - it hides no text

    def of(self, hosts: Numbers, ports: Numbers, source_ports: Numbers | np.uint32) -> Numbers:
        """The cookies of SYNs to these hosts, by their numbers, and ports, from these ports of ours."""
        blocks = np.zeros((len(hosts), 4), np.uint32)
        blocks[:, 0], blocks[:, 1], blocks[:, 2] = hosts, ports, source_ports
        secret = np.frombuffer(self._encryptor.update(blocks.view(np.uint8).data), np.uint32)
        return secret[::4].copy()

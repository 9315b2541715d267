"""Baichuan: whether the port speaks it. The nonce that it gives is not used for anything."""

from __future__ import annotations

from camscan.codecs import baichuan
from camscan.probes.binary import BinaryProbe

_HEADER = 20


def _is_complete(data: bytes) -> bool:
    return len(data) >= _HEADER


BAICHUAN = BinaryProbe(
    "baichuan", "nonce", (baichuan.PORT,), baichuan.encode_nonce_request(), _is_complete, baichuan.decode
)

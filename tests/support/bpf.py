"""Runs a classic BPF program as the kernel does (Documentation/networking/filter.rst), for tests of filters."""

from __future__ import annotations

import struct

_STEP = struct.Struct("@HBBI")
_SIZES = {0x20: 4, 0x28: 2, 0x30: 1, 0x40: 4, 0x48: 2, 0x50: 1}
_INDEXED = (0x40, 0x48, 0x50)


def passed(program: bytes, packet: bytes) -> int:
    """How many bytes of the packet the program lets through; a load behind its end lets none."""
    steps = list(_STEP.iter_unpack(program))
    accumulator = index = at = 0
    while True:
        code, then, otherwise, value = steps[at]
        at += 1
        if code in _SIZES:
            place = value + (index if code in _INDEXED else 0)
            part = packet[place : place + _SIZES[code]]
            if len(part) < _SIZES[code]:
                return 0
            accumulator = int.from_bytes(part)
        elif code == 0xB1:
            index = 4 * (packet[value] & 15)
        elif code == 0x06:
            return int(value)
        else:
            holds = {0x15: accumulator == value, 0x35: accumulator >= value, 0x45: bool(accumulator & value)}[code]
            at += then if holds else otherwise

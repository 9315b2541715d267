"""Which questions have been answered: one bit for each, so that 10 million targets take 1.25 MB a port."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from camscan.syn.order import Numbers, Range

MAX_QUESTIONS = 1 << 28  # hosts times ports of one sweep: 32 MB of bits
_TOLD = 4 * 32_768  # bytes of numbers that are told together, so that they fit into a line
_CHUNK = 1 << 16  # hosts looked at together; a multiple of 8


class Settled:
    """The questions that need not be asked again, by the numbers of host and port.

    Those of `barred` hosts, from one number to another, count as settled. For whoever wants to go on from the others in
    another run, they are also single numbers: host times ports plus port.
    """

    def __init__(
        self, hosts: int, ports: int, before: bytes = b"", barred: Iterable[Range] = (), *, telling: bool = False
    ) -> None:
        self._hosts = hosts
        self._ports = np.uint32(ports)
        self._bits = np.zeros((ports, (hosts + 7) // 8), np.uint8)
        self._new: list[Numbers] | None = None
        self.count = 0
        for first, last in barred:
            self._bar(first, last + 1)
        for begin in range(0, len(before) - 3, _TOLD):
            self.add(*self._parted(np.frombuffer(before[begin : begin + _TOLD], "<u4").astype(np.uint32)))
        if telling:
            self._new = []

    def _bar(self, begin: int, end: int) -> None:
        """Settle all questions of hosts of which none is settled: all their numbers would take 32 times the room."""
        whole = range(-(-begin // 8), end // 8)
        self._bits[:, whole.start : whole.stop] = 0xFF
        beside = (range(begin, end),) if not whole else (range(begin, whole.start * 8), range(whole.stop * 8, end))
        for host in chain.from_iterable(beside):
            self._bits[:, host >> 3] |= 1 << (host & 7)
        self.count += (end - begin) * len(self._bits)

    def _parted(self, numbers: Numbers) -> tuple[Numbers, Numbers]:
        inside = numbers < np.uint64(self._hosts) * self._ports
        hosts, ports = np.divmod(numbers[inside], self._ports)
        return hosts, ports

    def new_numbers(self) -> Iterator[bytes]:
        """The numbers of what was settled since the last call, as little-endian 32-bit words, some at a time."""
        new, self._new = self._new or [], [] if self._new is not None else None
        words = b"".join(numbers.astype("<u4").tobytes() for numbers in new)
        for begin in range(0, max(len(words), 1), _TOLD):
            yield words[begin : begin + _TOLD]

    def has(self, hosts: Numbers, ports: Numbers) -> NDArray[np.bool_]:
        """For each question, whether it is settled."""
        held: NDArray[np.uint8] = self._bits[ports, hosts >> np.uint32(3)] & _bit(hosts)
        return held.astype(np.bool_)

    def add(self, hosts: Numbers, ports: Numbers) -> NDArray[np.intp]:
        """Settle questions; returns the places of those that were not settled before, each once."""
        _, first = np.unique((ports.astype(np.uint64) << np.uint64(32)) | hosts, return_index=True)
        new: NDArray[np.intp] = first[~self.has(hosts[first], ports[first])]
        np.bitwise_or.at(self._bits, (ports[new], hosts[new] >> np.uint32(3)), _bit(hosts[new]))
        self.count += len(new)
        if self._new is not None:
            self._new.append(hosts[new] * self._ports + ports[new])
        return new

    def open_questions(self) -> Iterator[tuple[Numbers, int]]:
        """The hosts of which a port is not settled, some at a time, and the port's number."""
        for port, bits in enumerate(self._bits):
            for begin in range(0, self._hosts, _CHUNK):
                part = np.unpackbits(bits[begin // 8 : (begin + _CHUNK) // 8], bitorder="little")
                hosts = np.flatnonzero(part[: self._hosts - begin] == 0) + begin
                if len(hosts):
                    yield hosts.astype(np.uint32), port


def _bit(hosts: Numbers) -> NDArray[np.uint8]:
    return np.left_shift(np.uint8(1), (hosts & np.uint32(7)).astype(np.uint8))

"""PACKET_TX_RING beside sendmmsg(2): how fast each hands the same SYNs to the kernel, interleaved in one run.

A cable of namespaces whose far end drops everything. Run as root: python benchmarks/txring.py [ROUNDS]
"""

from __future__ import annotations

import mmap
import os
import socket
import statistics
import struct
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from support.lab import lab  # noqa: E402  the checkout is put on the path first
from support.namespaces import Namespace  # noqa: E402

from camscan.l2.sockets import packet_socket  # noqa: E402
from camscan.syn.packets import BATCH, ETHERNET, IP, TcpPackets  # noqa: E402
from camscan.syn.sending import EthernetSender  # noqa: E402

PACKETS = 64 * BATCH
_SOL_PACKET, _VERSION, _TX_RING, _V2 = 263, 10, 13, 1
_FRAME, _DATA = 128, 32
"""Bytes of a frame, and where its packet begins: behind struct tpacket2_hdr."""


class Ring:
    """Sends rows by a ring in memory shared with the kernel (packet_mmap.rst): one copy, one system call a batch."""

    def __init__(self, interface: str, length: int) -> None:
        self._sock = packet_socket(socket.SOCK_RAW, 0, interface)
        self._sock.setblocking(True)
        self._sock.setsockopt(_SOL_PACKET, _VERSION, _V2)
        size = _FRAME * BATCH
        self._sock.setsockopt(_SOL_PACKET, _TX_RING, struct.pack("@IIII", size // 8, 8, _FRAME, BATCH))
        self._memory = mmap.mmap(self._sock.fileno(), size)
        self._frames = np.frombuffer(self._memory, np.uint8).reshape(BATCH, _FRAME)
        self._words = self._frames.view(np.uint32)
        self._length = length

    def send(self, rows: np.ndarray) -> None:
        """Send a whole batch, and wait until the kernel has taken it."""
        self._frames[:, _DATA : _DATA + self._length] = rows[:, ETHERNET : ETHERNET + self._length]
        self._words[:, 1] = self._length
        self._words[:, 0] = 1
        while (self._words[:, 0] & 3).any():
            self._sock.send(b"")


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    took: dict[str, list[tuple[float, float]]] = {"sendmmsg": [], "TX_RING": []}
    with lab() as made:
        made.rules(
            made.site,
            "table netdev sink {\nchain c {\n"
            f"type filter hook ingress device {made.interface} priority 0;\ndrop\n}}\n}}\n",
        )
        with Namespace(made.scanner).inside():
            packets = TcpPackets("10.99.0.1", b"\2\0\0\0\0\1", b"\2\0\0\0\0\2")
            length = IP - ETHERNET + packets.length
            sender, ring = EthernetSender(made.interface, packets.rows, packets.length), Ring(made.interface, length)

            def by_sendmmsg() -> None:
                sent = 0
                while sent < BATCH:
                    sent += sender.send(sent, BATCH - sent)[0]

            for _ in range(rounds):
                for name, send in (("sendmmsg", by_sendmmsg), ("TX_RING", lambda: ring.send(packets.rows))):
                    wall, cpu = time.monotonic(), time.process_time()
                    for _ in range(PACKETS // BATCH):
                        send()
                    took[name].append((time.monotonic() - wall, time.process_time() - cpu))
        there = made.run(
            ["cat", f"/sys/class/net/{made.interface}/statistics/rx_packets"], side=made.site
        ).stdout.strip()
    print(f"{2 * rounds * PACKETS:,} handed over, {int(there):,} arrived; load {os.getloadavg()[0]:.1f}")
    for name, runs in took.items():
        wall, cpu = (statistics.median(column) for column in zip(*runs, strict=True))
        print(f"{name:9} {PACKETS / wall:>10,.0f} packets/s, {cpu / PACKETS * 1e6:.2f} CPU s per million")


if __name__ == "__main__":
    main()

"""PACKET_TX_RING beside sendmmsg(2): how fast each hands the same SYNs to the kernel, interleaved in one run.

A cable of namespaces whose far end drops everything. Run as root: python benchmarks/txring.py [ROUNDS]
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from support.lab import lab  # noqa: E402  the checkout is put on the path first
from support.namespaces import Namespace  # noqa: E402

from camscan.syn.packets import BATCH, TcpPackets  # noqa: E402
from camscan.syn.sending import EthernetSender  # noqa: E402
from camscan.syn.txring import RingSender  # noqa: E402

PACKETS = 64 * BATCH


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
            senders = [make(made.interface, packets.rows, packets.length) for make in (EthernetSender, RingSender)]
            for _ in range(rounds):
                for name, sender in zip(took, senders, strict=True):
                    wall, cpu = time.monotonic(), time.process_time()
                    for _ in range(PACKETS // BATCH):
                        sent = 0
                        while sent < BATCH:
                            sent += sender.send(sent, BATCH - sent)[0]
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

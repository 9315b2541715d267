"""Time, CPU, size and memory of every report format over a large report.

Run: python benchmarks/reports.py [DEVICES] [FORMAT]...
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from support.sample import sample  # noqa: E402  the checkout is put on the path first

from camscan.errors import HostError  # noqa: E402
from camscan.reports import FORMATS, Page  # noqa: E402


def main(count: int, names: list[str]) -> None:
    print(f"{count:,} devices")
    for form in FORMATS.values():
        if form.name in (names or {*FORMATS} - {"pdf"}):
            # A process of its own for each format, so that its memory is its own too.
            process = multiprocessing.get_context("spawn").Process(target=measure, args=(count, form.name))
            process.start()
            process.join()


def measure(count: int, name: str) -> None:
    report, size = sample(count), 0
    before, began, spent = peak(), time.perf_counter(), time.process_time()
    try:
        for piece in FORMATS[name].render(report, Page(120)):
            size += len(piece if isinstance(piece, bytes) else piece.encode())
    except HostError as error:
        print(f"   {name:<9} {error}")
        return
    taken, spent = time.perf_counter() - began, time.process_time() - spent
    memory = f"memory {before:.0f} MB with the report, then {peak():.0f} MB"
    print(f"   {name:<9}{taken:7.2f} s, {spent:.2f} s of CPU{size / 1e6:8.2f} MB; {memory}")


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 20_000, sys.argv[2:])

"""Millions of mutated answers through every decoder; whatever brings one down is kept in tests/samples/crashes.

    python benchmarks/decoders.py                        ten million each: some two hours on two cores
    python benchmarks/decoders.py --seconds 30           as many as half a minute allows, each
    python benchmarks/decoders.py --only http wsd

Each decoder runs in processes of its own, whose memory is limited: an input that wants more brings it down, too.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from support.mutate import DECODERS, Trial, attempt, keep  # noqa: E402  the checkout is put on the path first

MEMORY = 1024 * 1024 * 1024
"""Bytes of address space that a process may have; the interpreter with all codecs takes a third of it."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=10_000_000, help="for each decoder")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="for each decoder at most")
    parser.add_argument("--processes", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--only", nargs="+", choices=sorted(DECODERS), default=list(DECODERS), metavar="DECODER")
    parser.add_argument("--seed", type=int, default=random.randrange(2**32), help="to repeat a run")
    parser.add_argument("--figures", type=Path, help="a file to which the counts are added, for docs/torture.md")
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}")
    failed = False
    for name in arguments.only:
        began = time.monotonic()
        trials = list(torture(name, arguments.inputs, arguments.seconds, arguments.processes, arguments.seed))
        failed |= report(name, trials, time.monotonic() - began, arguments.figures)
    sys.exit(failed)


def torture(name: str, inputs: int, seconds: float, processes: int, seed: int) -> Iterator[Trial]:
    """Share the inputs out among the processes."""
    with ProcessPoolExecutor(processes, initializer=confine) as pool:
        shares = [
            pool.submit(attempt, name, inputs // processes, seconds, seed + number) for number in range(processes)
        ]
        yield from (share.result() for share in shares)


def confine() -> None:
    """Limit the memory of this process."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def report(name: str, trials: Sequence[Trial], seconds: float, figures: Path | None) -> bool:
    """Print how a decoder fared, and keep what brought it down; whether anything did."""
    tried, slowest = sum(trial.tried for trial in trials), max(trial.slowest for trial in trials)
    print(f"{name:<20}{tried:>12,} inputs{tried / seconds:>10,.0f}/s, slowest {slowest * 1000:.1f} ms", flush=True)
    if figures:
        with figures.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps({"name": f"decoder.{name}", "value": [tried, round(slowest * 1000, 1)]}) + "\n")
    crashed = [trial for trial in trials if trial.crash is not None]
    for trial in crashed:
        assert trial.crash is not None
        print(f"    {keep(name, trial.crash)}: {trial.why}")
    return bool(crashed)


if __name__ == "__main__":
    main()

"""A thousand sweeps that are killed at a random moment: what was lost, doubled or damaged.

python benchmarks/kills.py [--rounds 1000] [--seed 1]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from support.killing import kill_sweeps


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        tally = kill_sweeps(Path(folder), arguments.rounds, arguments.seed)
    print(f"{tally.rounds:,} sweeps, {tally.killed:,} of them killed, in {time.perf_counter() - started:.0f} s")
    print(f"observations that were said to be stored: {tally.acknowledged:,}, lost: {len(tally.lost)}")
    print(f"alerts: {tally.alerts}, lost: {len(tally.untold)}, doubled: {len(tally.doubled)}", end="")
    print(f", delivered again with the same id: {tally.repeated}")
    print(f"damage to the store: {len(tally.damaged)}")
    for problem in (*tally.lost, *tally.untold, *tally.doubled, *tally.damaged):
        print(f"  {problem}")
    sys.exit(not tally.good)


if __name__ == "__main__":
    main()

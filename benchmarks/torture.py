"""Everything of `make torture`, part by part; what is done already is not done again.

    python benchmarks/torture.py                      all parts that are left, then docs/torture.md
    python benchmarks/torture.py --fresh              all parts, whatever was done before
    python benchmarks/torture.py --only gallery host  these parts alone, done or not
    python benchmarks/torture.py --seconds 10         no decoder gets more than ten seconds

Each part keeps its figures, what it printed and how it ended in out/torture, so a run that was interrupted goes on
with the part that it was at. A part that fails stops no other, and is tried again the next time.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

ROOT = Path(__file__).parent.parent
PYTEST = ("-m", "pytest", "--quiet", "-m", "torture or not torture")

PARTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "scope": (*PYTEST, "tests/torture/test_scope.py"),
        "wire": (*PYTEST, "tests/torture/test_harm.py"),
        "syscalls": (*PYTEST, "tests/torture/test_syscalls.py"),
        "router": (*PYTEST, "tests/torture/test_router.py"),
        "flood": (*PYTEST, "tests/torture/test_flood.py"),
        "injection": (*PYTEST, "tests/torture/test_injection.py"),
        "host": (*PYTEST, "tests/torture/test_host.py"),
        "gallery": (*PYTEST, "tests/torture/test_gallery.py"),
        "crashes": (*PYTEST, "tests/torture/test_decoders.py"),
        "kills": (*PYTEST, "tests/store/test_kill.py"),
        "disk": (*PYTEST, "tests/store/test_disk.py"),
        "harm": ("benchmarks/harm.py", "--markdown", "docs/harm.md", "--figures", "{figures}"),
        "decoders": ("benchmarks/decoders.py", "--figures", "{figures}", "--seconds", "{seconds}"),
    }
)
"""Part -> what Python is to run; the longest ones last."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a part ended: its exit status, how long it took, when that was, and its last word."""

    code: int
    seconds: float
    at: str
    word: str


def run(part: str, seconds: float, out: Path) -> Ended:
    """Run one part, and keep what it prints."""
    figures, printed = out / f"{part}.jsonl", out / f"{part}.txt"
    figures.unlink(missing_ok=True)
    words = [word.format(figures=figures, seconds=seconds) for word in PARTS[part]]
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    environment = {**os.environ, "CAMSCAN_FIGURES": str(figures.resolve()), "PYTHONPATH": path}
    began = time.monotonic()
    with printed.open("w", encoding="utf-8") as stream:
        code = subprocess.run(
            [sys.executable, *words], check=False, cwd=ROOT, env=environment, stdout=stream, stderr=subprocess.STDOUT
        ).returncode
    lines = [line.strip() for line in printed.read_text(encoding="utf-8").splitlines() if line.strip()]
    now = datetime.now(UTC).isoformat(timespec="seconds")
    ended = Ended(code, round(time.monotonic() - began, 1), now, lines[-1] if lines else "")
    (out / f"{part}.json").write_text(json.dumps(asdict(ended)), encoding="utf-8")
    return ended


def kept(part: str, out: Path) -> Ended | None:
    """How a part ended the last time; None where it never did."""
    file = out / f"{part}.json"
    return Ended(**json.loads(file.read_text(encoding="utf-8"))) if file.exists() else None


def publish(out: Path) -> None:
    """Write docs/torture.md from the figures of all parts, in the order of the parts."""
    files = [file for part in PARTS if (file := out / f"{part}.jsonl").exists()]
    every = out / "figures.txt"
    every.write_text("".join(file.read_text(encoding="utf-8") for file in files), encoding="utf-8")
    subprocess.run([sys.executable, "docs/make_torture.py", str(every.resolve())], cwd=ROOT, check=True)
    print(f"docs/torture.md is written; what each part printed is in {out}/PART.txt")


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fresh", action="store_true", help="forget what was done before")
    parser.add_argument("--only", nargs="+", choices=list(PARTS), default=[], metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--seconds", type=float, default=float("inf"), help="for each decoder at most")
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "torture")
    given = parser.parse_args(words)
    given.out.mkdir(parents=True, exist_ok=True)
    for file in given.out.glob("*.json*") if given.fresh else ():
        file.unlink()
    failed = False
    for part in given.only or PARTS:
        ended = kept(part, given.out)
        again = ended is None or ended.code != 0 or part in given.only
        if ended is None or again:
            ended = run(part, given.seconds, given.out)
        failed |= ended.code != 0
        state = "FAILED" if ended.code else "passed" if again else "passed before"
        print(f"{part:<10}{state:<15}{ended.seconds:>8,.0f} s  {ended.at}  {ended.word[:80]}", flush=True)
    publish(given.out)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())

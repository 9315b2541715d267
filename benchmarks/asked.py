"""What the commands take on the estate that `benchmarks/country.py make FOLDER` made.

    python benchmarks/asked.py FOLDER [WORD]...    all commands, or those in whose line one of these words stands

For each command: seconds, seconds of processors with all its processes, and the most memory that these had together,
looked at twenty times a second. This program imports nothing large: what a process is started with counts as its own.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

SITE = "site-1500"
_PAUSE = 0.05
_PAGE = os.sysconf("SC_PAGE_SIZE")
COMMANDS = f"""
status --config F/camscan.toml
scans
scans --site {SITE}
devices --site {SITE}
devices
report --site {SITE} --format html -o O/report.html
diff --site {SITE}
diff
progress --deadline 2026-12-31
progress --deadline 2026-12-31 --format json
progress --site {SITE}
state list --in removed
state list --site {SITE}
reconcile F/list.csv --site {SITE} --format csv -o O/site.csv
reconcile F/list.csv --each-site --format json -o O/estate.json
sample --inventory F/list.csv --format csv -o O/sample.csv
evidence keygen -o O/evidence.key
evidence export --site {SITE} --key O/evidence.key -o O/bundle.zip
db export --site {SITE} -o O/site.jsonl
db prune --config F/camscan.toml --dry-run
db check
db backup O/copy.db
"""


def main() -> None:
    folder, wanted = Path(sys.argv[1]).absolute(), sys.argv[2:]
    output = folder / "asked"
    output.mkdir(exist_ok=True)
    places = {"F": folder, "O": output}
    print(f"{'seconds':>9}{'CPU s':>9}{'MiB':>8}")
    for line in COMMANDS.strip().splitlines():
        if not wanted or any(word in line for word in wanted):
            words = [
                str(places[word[0]] / word[2:]) if word[:2] in {"F/", "O/"} else word for word in shlex.split(line)
            ]
            ask(
                line,
                [*words, *(() if {"--config", "keygen", "sample"} & {*words} else ("--db", str(folder / "estate.db")))],
            )


def ask(line: str, words: list[str]) -> None:
    """Run a command and print what it took."""
    begin = time.perf_counter()
    with Path(os.devnull).open("wb") as nowhere:
        child = subprocess.Popen([sys.executable, "-m", "camscan", *words], stdout=nowhere)
    peak = [0]
    watcher = threading.Thread(target=watch, args=(child.pid, peak))
    watcher.start()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    took = time.perf_counter() - begin
    watcher.join()
    most = max(peak[0], used.ru_maxrss << 10)
    ended = f"   [exit {child.returncode}]" if child.returncode else ""
    print(f"{took:9.2f}{used.ru_utime + used.ru_stime:9.2f}{most >> 20:8,}   {line}{ended}", flush=True)


def watch(pid: int, peak: list[int]) -> None:
    """Note the most memory that a process and those that it started have at one time."""
    while together := sum(map(resident, family(pid))):
        peak[0] = max(peak[0], together)
        time.sleep(_PAUSE)


def family(pid: int) -> Iterator[int]:
    yield pid
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from family(int(child))


def resident(pid: int) -> int:
    with suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    return 0


if __name__ == "__main__":
    main()

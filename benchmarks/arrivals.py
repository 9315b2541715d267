"""Runs a tool of a sweep and notes what arrives of it at the site: counted there, by the kernel, every millisecond."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from support.lab import Lab

from benchmarks.rivals import SOURCE, Job, Pairs, Tool

BEFORE: list[str] = []
"""What every tool is run by."""
_PRIORITY_OF_WATCHING = 9
"""What looks at arrivals has a glance at the clock and at a counter, and does not wait for a tool to let it."""
_LOOKS = 20
"""Looks at a process's memory for one at that of those it has forked, which takes longer."""
_LONGEST = 180.0
"""Seconds after which a tool is ended."""


_WATCH = """
import socket, sys, time
path, stop = f"/sys/class/net/{sys.argv[1]}/statistics/rx_packets", time.monotonic() + float(sys.argv[2])
beat = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
due, seen = 0, []
with open(path, buffering=1) as file:
    print("ready", flush=True)
    while (now := time.monotonic()) < stop:
        file.seek(0)
        seen.append((now, int(file.read())))
        if now >= due:
            try:
                beat.sendto(b"beat", (sys.argv[3], 9))  # masscan ends with the first packet after its wait
            except ConnectionRefusedError:
                pass
            due = now + 0.1
        time.sleep(0.0008)
        if len(seen) % 64 == 0 and not sys.stdin.isatty():
            import select
            if select.select([sys.stdin], [], [], 0)[0]:
                break
print("\\n".join(f"{at:.6f} {count}" for at, count in seen))
"""


@dataclass
class Ran:
    """How one run went."""

    wall: float
    cpu: float
    memory: int
    found: Pairs
    arrived: list[tuple[float, int]] = field(repr=False)

    @property
    def rate(self) -> float:
        """Packets a second between the arrival of the first and of the last fiftieth."""
        total = self.arrived[-1][1]
        inner = [(at, count) for at, count in self.arrived if total * 0.02 <= count <= total * 0.98]
        if len(inner) < 2 or inner[-1][0] == inner[0][0]:
            return float("nan")
        return (inner[-1][1] - inner[0][1]) / (inner[-1][0] - inner[0][0])

    @property
    def most_in_10_ms(self) -> float:
        """The most packets that arrived within 10 ms."""
        most, first = 0.0, 0
        for at, count in self.arrived:
            while at - self.arrived[first][0] > 0.0105:
                first += 1
            took = at - self.arrived[first][0]
            if took > 0.0085:
                most = max(most, (count - self.arrived[first][1]) * 0.01 / took)
        return most


@cache
def realtime(priority: int) -> tuple[str, ...]:
    """What a command is put behind so that it goes before all other work; nothing where that is not allowed."""
    command = ("chrt", "--fifo", str(priority))
    allowed = shutil.which("chrt") and subprocess.run([*command, "true"], capture_output=True, check=False)
    return command if allowed and allowed.returncode == 0 else ()


@contextmanager
def watching(where: Lab, seen: list[tuple[float, int]]) -> Iterator[None]:
    """Note what arrives at the site during the body."""
    watch = [*realtime(_PRIORITY_OF_WATCHING), sys.executable, "-c", _WATCH, where.interface, str(_LONGEST), SOURCE]
    command = ["ip", "netns", "exec", where.site, *watch]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield
        finally:
            out, _ = process.communicate("stop\n")
            lines = [line.split() for line in out.splitlines()]
            base = int(lines[0][1])
            seen += [(float(at), int(count) - base) for at, count in lines]


def run(tool: Tool, job: Job) -> Ran:
    """Run a tool once, in the scanner's namespace."""
    command = [*BEFORE, "ip", "netns", "exec", job.where.scanner, *tool.command(job)]
    arrived: list[tuple[float, int]] = []
    memory = of_forked = looks = 0
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as ask, watching(job.where, arrived):
        ask.write(tool.stdin(job))
        ask.seek(0)
        began = time.monotonic()
        process = subprocess.Popen(command, stdin=ask, stdout=out, stderr=subprocess.DEVNULL)
        while not (ended := os.wait4(process.pid, os.WNOHANG))[0]:
            if time.monotonic() - began > _LONGEST:
                process.kill()
            memory = max(memory, _memory(process.pid))
            if (looks := looks + 1) % _LOOKS == 0:
                of_forked = max(of_forked, _memory_of_forked(process.pid))
            time.sleep(0.01)
        process.returncode = os.waitstatus_to_exitcode(ended[1])
        if process.returncode:
            print(f"{tool.name} ended with {process.returncode}", file=sys.stderr)
        wall, usage = time.monotonic() - began, ended[2]
        out.seek(0)
        found = tool.read(out.read())
    return Ran(wall, usage.ru_utime + usage.ru_stime, (memory + of_forked) // 1024, found, arrived)


def _memory(process: int) -> int:
    """The most kB that a process has had; not `ru_maxrss`, which begins with that of the process that started it."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0)


def _memory_of_forked(process: int) -> int:
    """The kB that the processes which one has started have for themselves at the moment."""
    kilobytes = 0
    with suppress(OSError):
        for child in Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split():
            rolled_up = Path(f"/proc/{child}/smaps_rollup").read_text(encoding="ascii")
            private = (line for line in rolled_up.splitlines() if line.startswith("Private_"))
            kilobytes += sum(int(line.split()[1]) for line in private) + _memory_of_forked(int(child))
    return kilobytes

"""What a bundle of evidence costs, and whether anything that is done to one is found.

python benchmarks/evidence.py             both
python benchmarks/evidence.py scale       export and verify scans of 2,000, 20,000 and 60,000 devices
python benchmarks/evidence.py alter       10,000 random edits, cuts, reorders and rebuilds of a bundle
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from ipaddress import IPv4Address
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from support.bundles import KINDS, bundle, checked

from camscan.errors import EvidenceError
from camscan.records import LedgerEntry, Observation, Outcome, Scan, ScanStatus
from camscan.store.store import Store

SCALES, TARGETS = (2_000, 20_000, 60_000), 65_536
QUIET = 11
"""Attempts on each device that nothing answers, beside ten that are answered."""
ROUNDS = 2_500
"""Of each of the four kinds of things that are done to a bundle."""
AT = datetime(2026, 11, 24, tzinfo=UTC)
PAGE = """<!DOCTYPE html><html><head><title>index</title><script src="/doc/script/jquery.js"></script>
<script>var nonce="{nonce}";</script></head><body>{text}</body></html>"""
SADP = """<?xml version="1.0" encoding="UTF-8"?>\r\n<ProbeMatch>\r\n<Uuid>{uuid}</Uuid>\r\n<Types>inquiry</Types>
<DeviceDescription>DS-2CD2385G1-I</DeviceDescription>\r\n<DeviceSN>DS-2CD2385G1-I20190507AAWRD{number:09}</DeviceSN>
<MAC>44-19-b6-{mac}</MAC>\r\n<IPv4Address>{address}</IPv4Address>\r\n<SoftwareVersion>V5.5.84</SoftwareVersion>
</ProbeMatch>"""


def main() -> None:
    chosen = sys.argv[1:] or ["scale", "alter"]
    if "scale" in chosen:
        scale()
    if "alter" in chosen:
        alter()


def scale() -> None:
    """Whole commands on scans of few devices, of as few devices with many more observations, and of many devices."""
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        run("keygen", "-o", "key")
        for devices, quiet in (*((devices, QUIET) for devices in SCALES), (SCALES[0], QUIET * 20)):
            db = Path(f"{devices}-{quiet}.db")
            with ProcessPoolExecutor(1) as apart:  # a child's peak memory begins with that of its parent
                count = apart.submit(store, db, devices, quiet).result()
            print(f"== {devices:,} devices, {count:,} observations, {TARGETS:,} targets; store {size(db)}")
            run("export", "--db", str(db), "-o", "bundle.zip", "--key", "key", "--quiet")
            run("verify", "bundle.zip", "--key", "key.pub", "--quiet")
            print(f"   bundle {size(Path('bundle.zip'))}")


def run(*words: str) -> None:
    """Run a command of `camscan evidence`, and print its time, CPU time and peak memory."""
    begin = time.perf_counter()
    with Path(os.devnull).open("w", encoding="ascii") as nowhere:
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
        command = [sys.executable, "-m", "camscan", "evidence", *words]
        pid = os.posix_spawn(
            sys.executable, command, environment, file_actions=[(os.POSIX_SPAWN_DUP2, nowhere.fileno(), 1)]
        )
        _, status, used = os.wait4(pid, 0)
    assert status == 0, f"camscan evidence {words[0]} failed"
    taken, busy = time.perf_counter() - begin, used.ru_utime + used.ru_stime
    print(f"   {taken:8.1f} s, {busy:.1f} of them on the CPU {used.ru_maxrss >> 10:6,} MiB  {words[0]}", flush=True)


def size(path: Path) -> str:
    return f"{path.stat().st_size >> 20:,} MiB"


def store(db: Path, devices: int, quiet: int) -> int:
    """A stored scan of a /16. Returns how many observations it has."""
    scan = Scan("4f2a00", AT, ("10.0.0.0/16",), ("http", "rtsp", "sadp", "tcp"), None, AT, ScanStatus.COMPLETE)
    count = 0
    with Store.open(db) as opened:
        opened.begin(scan)
        for numbers in (range(start, min(start + 100, TARGETS)) for start in range(0, TARGETS, 100)):
            seen = [one for number in numbers if number < devices for one in device(number, quiet)]
            opened.append(scan.id, seen, [entry(number, devices) for number in numbers])
            count += len(seen)
        opened.finish(scan)
    return count


def address(number: int) -> str:
    return str(IPv4Address((10 << 24) + number))


def entry(number: int, devices: int) -> LedgerEntry:
    outcome = Outcome.ANSWERED if number < devices else Outcome.SILENT
    return LedgerEntry(address(number), dict.fromkeys(("http", "rtsp", "sadp", "tcp"), outcome))


def device(number: int, quiet: int) -> Iterator[Observation]:
    """What one camera answers, each answer with something of its own in it, and what it does not answer."""
    draw, target = random.Random(number), address(number)
    for port in (80, 554, 8000):
        yield Observation(target, "tcp", Outcome.ANSWERED, AT, port, fields={"tcp.port": (str(port),)})
    mac = "-".join(f"{number >> shift & 255:02x}" for shift in (16, 8, 0))
    raw = SADP.format(uuid=draw.randbytes(16).hex(), number=number, mac=mac, address=target).encode()
    yield Observation(target, "sadp", Outcome.ANSWERED, AT, 37020, "inquiry", {"sadp.types": ("inquiry",)}, raw)
    for path in ("/", "/doc/page/login.asp", "/favicon.ico", "/ISAPI/System/deviceInfo"):
        page = PAGE.format(nonce=draw.randbytes(16).hex(), text="<p>some text of the page</p>" * 40)
        head = f"HTTP/1.1 200 OK\r\nServer: App-webs/\r\nETag: {draw.randbytes(6).hex()}\r\nContent-Length: {len(page)}"
        yield Observation(target, "http", Outcome.ANSWERED, AT, 80, f"GET {path}", {}, f"{head}\r\n\r\n{page}".encode())
    for asked in ("OPTIONS", "DESCRIBE"):
        challenge = f'WWW-Authenticate: Digest realm="IP Camera(C6496)", nonce="{draw.randbytes(16).hex()}"'
        raw = f"RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\n{challenge}\r\n\r\n".encode()
        yield Observation(target, "rtsp", Outcome.AUTH_REQUIRED, AT, 554, asked, {}, raw)
    for port in range(9_000, 9_000 + quiet):
        yield Observation(target, "tcp", Outcome.SILENT, AT, port, reason="no answer within 3 s")


def alter() -> None:
    """Do everything to a bundle, many times."""
    data = bundle()
    for name, (altering, trust) in KINDS.items():
        draw, begin = random.Random(20), time.perf_counter()
        parts: Counter[str] = Counter()
        missed = 0
        for _ in range(ROUNDS):
            altered = data
            while altered == data:  # a part moved to where it was
                altered = altering(data, draw)
            try:
                checked(altered, trust)
                missed += 1
            except EvidenceError as error:
                parts[str(error).partition(":")[0].partition(" line")[0]] += 1
        first = ", ".join(f"{part} {count}" for part, count in parts.most_common(4))
        print(f"== {name}: {ROUNDS:,} times in {time.perf_counter() - begin:.1f} s")
        print(f"   found {parts.total():,}, missed {missed}; the first part that does not hold: {first}")
        assert not missed


if __name__ == "__main__":
    main()

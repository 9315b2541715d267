"""Each system call of the network fails once: all is found as ever, or the scan is partial and the ledger says why."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from support.admitted import Told, assert_admitted
from support.rig import Result, neighbours, rig

from camscan.records import ScanStatus

pytestmark = [pytest.mark.netns, pytest.mark.slow]

DEVICES = 4
FAULTS = {
    "socket": ("EMFILE", (5, 60, 120)),
    "setsockopt": ("ENOMEM", (3, 20, 40)),
    "getsockopt": ("ENOBUFS", (40, 101, 200)),
    "bind": ("EADDRINUSE", (1, 2, 3)),
    "connect": ("ENETUNREACH", (10, 60, 100)),
    "sendto": ("ENOBUFS", (10, 40, 70)),
    "recvfrom": ("ECONNRESET", (10, 40, 70)),
    "recvmsg": ("ENOMEM", (5, 25, 30)),
    "epoll_ctl": ("ENOSPC", (41, 120, 250)),
    "epoll_wait": ("EINTR", (40, 200, 400)),
    "getsockname": ("ENOBUFS", (5, 15, 25)),
    "getpeername": ("ENOTCONN", (3, 10, 20)),
}
"""System call -> an error that it may well end with, by its manual page, and at which of its calls."""

Fault = tuple[str, str, int]


def assert_borne(faults: Iterable[Fault], folder: Path, usual: Told) -> Result:
    """Scan while these calls fail, each once, and hold the scan to what it owes."""
    trace = folder / "trace.txt"
    given = list(faults)
    under = ["strace", "-f", "-qq", "-o", str(trace), "-e", f"trace={','.join(call for call, *_ in given)}"]
    for call, error, when in given:
        under += ["-e", f"inject={call}:error={error}:when={when}"]
    with rig(neighbours(DEVICES), folder) as site:
        result = site.scan("--rate", "4000", under=under)
    failed = re.findall(r"^\d+ +(?:<\.\.\. )?(\w+).*\(INJECTED\)$", trace.read_text(), re.MULTILINE)
    assert {call for call, *_ in given} == set(failed)
    assert_admitted(site, result, usual)
    assert (result.code, result.scan.status) in {(0, ScanStatus.COMPLETE), (4, ScanStatus.PARTIAL)}, result.errors
    # The one recvfrom(2) that fails may be that by which the event loop wakes itself up; asyncio logs it, and goes on.
    before, _, logged = result.errors.partition("ERROR asyncio")
    assert "Traceback" not in before
    if "Traceback" in logged:
        assert "recvfrom" in {call for call, *_ in given}
        assert (logged.count("Traceback"), "_read_from_self()" in logged) == (1, True), result.errors
    return result


def test_each_call_fails_once_in_one_scan(tmp_path: Path, usual: Told) -> None:
    assert_borne([(call, error, moments[1]) for call, (error, moments) in FAULTS.items()], tmp_path, usual)


@pytest.mark.torture
@pytest.mark.parametrize("moment", range(3))
@pytest.mark.parametrize("call", FAULTS)
def test_a_call_fails_once(
    call: str, moment: int, tmp_path: Path, usual: Told, figure: Callable[[str, object], None]
) -> None:
    error, moments = FAULTS[call]
    result = assert_borne([(call, error, moments[moment])], tmp_path, usual)
    figure(f"syscall.{call}.{moment}", str(result.scan.status))

"""The program: a request on standard input, JSON lines out, and an exit code."""

from __future__ import annotations

import gc
import io
import os
import sys
from typing import BinaryIO

from camscan.l2.lines import Lines, RefusalError, run
from camscan.l2.sockets import Stop, until_stopped

_PIECE = 1024 * 1024


def main() -> int:
    """Do what standard input asks for."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # else numpy starts threads that nothing here has work for
    return run(_do)


def _do(lines: Lines) -> None:
    try:
        with until_stopped() as stop:
            _ask(lines, stop)
    except ImportError as error:
        reason = str(error).strip().partition("\n")[0]
        raise RefusalError(f"a library that sweeps need cannot be loaded, reinstall camscan: {reason}") from error


def _ask(lines: Lines, stop: Stop) -> None:
    """Each method loads only what it needs."""
    from camscan.syn.report import Report  # noqa: PLC0415
    from camscan.syn.request import MAX_INPUT, MAX_SETTLED, read  # noqa: PLC0415

    request = read(sys.stdin.buffer.readline(MAX_INPUT + 1), _rest(sys.stdin.buffer, MAX_SETTLED))
    if request.method == "syn":
        from camscan.syn.sweep import Sweep  # noqa: PLC0415

        do = Sweep(request, Report(lines), stop).run
    else:
        from camscan.syn.connect import ConnectSweep  # noqa: PLC0415

        do = ConnectSweep(request, Report(lines), stop).run
    gc.freeze()  # what was loaded stays, and to walk through all of it would keep a sweep for 8 ms
    do()


def _rest(stream: BinaryIO, most: int) -> bytes:
    """What is left to read, up to `most` bytes: `read(most)` first takes memory for as many, which a host may lack."""
    kept = io.BytesIO()
    while (left := most - kept.tell()) and (piece := stream.read(min(left, _PIECE))):
        kept.write(piece)
    return kept.getvalue()


if __name__ == "__main__":
    sys.exit(main())

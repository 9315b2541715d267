"""The program: a request on standard input, JSON lines out, and an exit code."""

from __future__ import annotations

import os
import sys

from camscan.l2.lines import DONE, FAILED, Lines, RefusalError
from camscan.l2.sockets import until_told
from camscan.syn.report import Report
from camscan.syn.request import MAX_INPUT, MAX_SETTLED, read


def main() -> int:
    """Do what standard input asks for."""
    lines = Lines(sys.stdout.buffer)
    try:
        code = _run(lines)
        lines.flush()
    except BrokenPipeError:  # nobody reads any more; nor may Python try to write what is left
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    return code


def _run(lines: Lines) -> int:
    try:
        request = read(sys.stdin.buffer.readline(MAX_INPUT + 1), sys.stdin.buffer.read(MAX_SETTLED))
        with until_told() as stop:
            if request.method == "syn":
                from camscan.syn.sweep import Sweep  # noqa: PLC0415 - each loads only what it needs

                Sweep(request, Report(lines), stop).run()
            else:
                from camscan.syn.connect import Connects  # noqa: PLC0415

                Connects(request, Report(lines), stop).run()
    except RefusalError as error:
        lines.say("error", message=str(error))
        return error.code
    return DONE


if __name__ == "__main__":
    sys.exit(main())

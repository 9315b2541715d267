"""Becomes another program, which ends with the process that started it, however that ends.

A scan that is killed leaves nothing behind that sends: nmap does not notice that nobody reads what it finds.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

_PR_SET_PDEATHSIG = 1
LAUNCHER = "camscan.net.programs.tied"  # the name of this module, as `python -m` starts it


def tied(command: Sequence[str]) -> list[str]:
    """The command, given by a path, so that it ends with this process."""
    return [sys.executable, "-P", "-m", LAUNCHER, str(os.getpid()), *command]


def main() -> NoReturn:
    """Become the program that the arguments name, behind the process that started this one."""
    parent, *command = sys.argv[1:]
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(parent):
        sys.exit(1)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # as it was before Python had it ignored
    try:
        os.execv(command[0], command)  # noqa: S606 - no shell is wanted
    except OSError as error:
        sys.exit(f"{command[0]} cannot be run: {error.strerror}")


if __name__ == "__main__":
    main()

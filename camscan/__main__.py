"""The `camscan` command, which `python -m camscan` runs as well."""

from __future__ import annotations

import os
import signal
import sys

_FIRST = 1  # the process that a container begins with, and which no signal ends that it does not handle


def main() -> None:
    """Run the command line; who interrupts it while it is still being loaded is told so as by any command."""
    if sys.platform != "linux":  # before anything is loaded, much of which is not there
        remedy = "use a Linux host, a virtual machine that is bridged to the network, or WSL 2 with mirrored networking"
        sys.exit(f"Error: camscan runs on Linux alone, not on {sys.platform}: {remedy}")
    try:
        if os.getpid() == _FIRST:  # `docker stop` would go unheard until the command has come to its own handlers
            signal.signal(signal.SIGTERM, signal.default_int_handler)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})  # the image blocks it until now
        from camscan.cli import main as run  # noqa: PLC0415 - all that takes long to load comes with it

        run()
    except KeyboardInterrupt:
        sys.stderr.write("\nAborted!\n")
        sys.exit(1)


if __name__ == "__main__":
    main()

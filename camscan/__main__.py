"""The `camscan` command, which `python -m camscan` runs as well."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; who interrupts it while it is still being loaded is told so as by any command."""
    try:
        from camscan.cli import main as run  # noqa: PLC0415 - all that takes long to load comes with it

        run()
    except KeyboardInterrupt:
        sys.stderr.write("\nAborted!\n")
        sys.exit(1)


if __name__ == "__main__":
    main()

"""The command line: the only click, and the only place where the commands are."""

from camscan.cli.main import main

__all__ = ["main"]

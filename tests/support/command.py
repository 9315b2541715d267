"""A command in this process: what it prints and how it exits, without the second that a process takes to start."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import pytest

from camscan.cli import main


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


def camscan(capsys: pytest.CaptureFixture[str], *words: str) -> Done:
    """Run a command as its user does, but for the process."""
    capsys.readouterr()
    code = 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["camscan", *words])
        try:
            main()
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    printed = capsys.readouterr()
    return Done(code, printed.out, printed.err)

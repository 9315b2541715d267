"""What a test needs of its host. Where that is lacking the test is left out; CI has it all, and fails instead."""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest


def leave_out(reason: str) -> NoReturn:
    """Leave this test out, or let it fail where CAMSCAN_ALL_TESTS asks for all."""
    if os.environ.get("CAMSCAN_ALL_TESTS"):
        pytest.fail(reason)
    pytest.skip(reason)


def needs(*programs: str) -> list[str]:
    """Where these programs lie; where one is lacking, this test is left out."""
    if missing := [program for program in programs if not shutil.which(program)]:
        leave_out(f"not installed: {', '.join(missing)}")
    return [found for program in programs if (found := shutil.which(program))]

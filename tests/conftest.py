"""What holds for all tests."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# A shared machine is slow at times; what takes too long by itself is measured in benchmarks/.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture
def figure() -> Callable[[str, object], None]:
    """Note a figure for docs/torture.md by name: `figure("loss.30%", 0.98)`.

    It is kept where CAMSCAN_FIGURES names a file, else only printed.
    """

    def note(name: str, value: object) -> None:
        line = json.dumps({"name": name, "value": value})
        print(line)  # noqa: T201 - shown with -rP, and where a test fails
        if file := os.environ.get("CAMSCAN_FIGURES"):
            with Path(file).open("a", encoding="utf-8") as stream:
                stream.write(line + "\n")

    return note

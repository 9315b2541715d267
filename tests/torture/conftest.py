"""Figures that the long tests reach, for docs/torture.md."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def figure() -> Callable[[str, object], None]:
    """Note a figure by name: `figure("loss.30", 0.98)`. Kept where CAMSCAN_FIGURES names a file, else only printed."""

    def note(name: str, value: object) -> None:
        line = json.dumps({"name": name, "value": value})
        print(line)  # noqa: T201 - shown with -rP, and where a test fails
        if file := os.environ.get("CAMSCAN_FIGURES"):
            with Path(file).open("a", encoding="utf-8") as stream:
                stream.write(line + "\n")

    return note

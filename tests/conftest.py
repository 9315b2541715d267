"""What holds for all tests."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# A shared machine is slow at times; what takes too long by itself is measured in benchmarks/.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(scope="session", autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Default stores and configurations lie in a folder of the tests, also for programs that they start."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
            patch.setenv(name, str(home))
        yield


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

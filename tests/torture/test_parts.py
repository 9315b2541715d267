"""`make torture` goes on where it was, tries again what failed, and lets no part stop another."""

from __future__ import annotations

import re
import runpy
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
GOOD = "import os, pathlib; pathlib.Path(os.environ['CAMSCAN_FIGURES']).write_text(os.linesep); print('1 passed')"
BAD = "import sys; sys.exit('1 failed')"


@pytest.fixture
def torture(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The program, with parts that take no time; it writes no page."""
    found = runpy.run_path(str(ROOT / "benchmarks" / "torture.py"))
    main: Callable[..., int] = found["main"]
    world = main.__globals__
    monkeypatch.setitem(world, "PARTS", {"one": ("-c", GOOD), "two": ("-c", BAD), "three": ("-c", GOOD)})
    monkeypatch.setitem(world, "publish", lambda out: sys.stdout.write(f"published {len(list(out.glob('*.jsonl')))}\n"))
    return world


def test_what_passed_is_not_done_again(
    torture: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def states(*words: str) -> tuple[int, list[str]]:
        code = torture["main"]([*words, "--out", str(tmp_path)])
        return code, [line[:25].strip() for line in capsys.readouterr().out.splitlines()]

    assert states() == (1, ["one       passed", "two       FAILED", "three     passed", "published 2"])
    assert (tmp_path / "two.txt").read_text() == "1 failed\n"
    torture["PARTS"]["two"] = ("-c", GOOD)
    assert states() == (0, ["one       passed before", "two       passed", "three     passed before", "published 3"])
    assert states("--only", "one") == (0, ["one       passed", "published 3"])
    torture["PARTS"]["three"] = ("-c", BAD)
    assert states() == (
        0,
        ["one       passed before", "two       passed before", "three     passed before", "published 3"],
    )
    assert states("--fresh") == (1, ["one       passed", "two       passed", "three     FAILED", "published 2"])


def test_every_part_names_what_is_there() -> None:
    parts = runpy.run_path(str(ROOT / "benchmarks" / "torture.py"))["PARTS"]
    for words in parts.values():
        assert (ROOT / next(word for word in words if word.endswith(".py"))).exists()
    tried = {word for words in parts.values() for word in words}
    assert {f"tests/torture/{file.name}" for file in (ROOT / "tests" / "torture").glob("test_*.py")} - tried == {
        "tests/torture/test_parts.py"
    }


def test_the_page_on_harm_reads_as_it_will_be_written_anew() -> None:
    page = runpy.run_path(str(ROOT / "benchmarks" / "harm.py"))["PAGE"]
    form = re.sub(r"\\\{\w+\\\}", "(?s:.+?)", re.escape(page))
    assert re.fullmatch(form, (ROOT / "docs" / "harm.md").read_text(encoding="utf-8"))

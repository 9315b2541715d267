from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support.schemas import validator

from camscan.cli.evaluate import evaluate
from camscan.errors import UsageError

ENTRIES = [
    {"id": "right", "channel": "http", "raw": "Server: App-webs/", "truth": {"vendor": "Hikvision", "is_target": True}},
    {"id": "missed", "channel": "http", "raw": "Server: x/1", "truth": {"vendor": "Axis"}},
    {"id": "broken", "channel": "http", "raw": "", "truth": {}},
]


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    path = tmp_path / "answers.json"
    path.write_text(json.dumps(ENTRIES))
    return path


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(evaluate, [str(word) for word in words])


def test_figures(answers: Path) -> None:
    result = run(answers)
    assert result.exit_code == 0
    assert result.stdout.startswith("2 answers, 0 of them of unknown makers, 0 ambiguous; 1 miss, 0 false claims\n")
    assert "Warning: left out:" in result.stderr
    assert "missed" not in result.stdout


def test_misses(answers: Path) -> None:
    assert "  missed  http     Axis   none   none\n" in run(answers, "--misses").stdout


def test_programs_get_the_same_as_one_document(answers: Path, tmp_path: Path) -> None:
    found = json.loads(run(answers, "--format", "json").stdout)
    validator("camscan-evaluation-1").validate(found)
    assert [miss["id"] for miss in found["misses"]] == ["missed"]
    assert run(answers, "-o", tmp_path / "a.json").exit_code == 0
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8")) == found


def test_a_markdown_page_by_its_name(answers: Path, tmp_path: Path) -> None:
    page = tmp_path / "accuracy.md"
    assert run(answers, "-o", page).exit_code == 0
    assert page.read_text(encoding="utf-8").startswith("# Accuracy\n")


def test_a_share_that_is_not_reached_fails(answers: Path) -> None:
    result = run(answers, "--fail-below", "0.98")
    assert result.exit_code == 1
    assert "Error: 0.500 is below 0.98" in result.stderr
    assert run(answers, "--fail-below", "0.5").exit_code == 0


def test_nothing_to_measure_is_wrong_use(tmp_path: Path) -> None:
    assert isinstance(run(tmp_path).exception, UsageError)

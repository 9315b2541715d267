"""`camscan fingerprints`: rules are listed, tried and checked, and brands asked for."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from support.command import camscan

from camscan.identify import check
from camscan.records import Level


def test_the_list_of_rules_stands_in_columns(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [re.split(" {2,}", line) for line in camscan(capsys, "fingerprints", "list").stdout.splitlines()]
    assert {level for _, _, level, _ in rows} == {"doubt", *map(str, Level)}


def test_fingerprints_can_be_tried(capsys: pytest.CaptureFixture[str]) -> None:
    done = camscan(capsys, "fingerprints", "try", "http.server", "App-webs/")
    assert "hikvision-http-server: Hikvision (likely)" in done.stdout
    assert camscan(capsys, "fingerprints", "try", "http.server", "nobody").stdout == "No rule matches.\n"
    doubted = camscan(capsys, "fingerprints", "try", "http.header", "x-shopify-stage: production")
    assert doubted.stdout.startswith(
        "doubt-head-of-site: no more than hints: the head is that of the software of shops"
    )


def test_a_rule_that_is_tried_says_what_a_check_finds_wrong_with_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rule = "{id: mine, field: http.server, pattern: '^NL-Embedded', level: likely, source: x, confirmed: 2026-11"
    (tmp_path / "makers").mkdir()
    (tmp_path / "makers" / "mine.yaml").write_text(
        f"maker: Axis\nrules:\n  - {rule}, examples: [NL-Embedded/1], near_misses: [NL-Embedded/2]}}\n"
    )
    done = camscan(capsys, "fingerprints", "try", "http.server", "NL-Embedded/3", "--fingerprints", str(tmp_path))
    assert (done.returncode, done.stdout) == (0, "mine: Axis (likely)\n")
    assert "mine: the near miss http.server='NL-Embedded/2' matches: narrow the pattern" in done.stderr
    other = camscan(capsys, "fingerprints", "try", "http.server", "App-webs/", "--fingerprints", str(tmp_path))
    assert other.stderr == ""


def test_who_builds_for_a_brand_can_be_asked(capsys: pytest.CaptureFixture[str]) -> None:
    found = camscan(capsys, "fingerprints", "brands", "amcrest technologies", "Belkin").stdout.splitlines()
    assert found[0].startswith("Amcrest: every device built by Dahua, confidence high (")
    assert found[1:] == ["Belkin: no other maker is known to build for it"]
    every = camscan(capsys, "fingerprints", "brands").stdout.splitlines()
    dahua = camscan(capsys, "fingerprints", "brands", "--maker", "dahua").stdout.splitlines()
    assert {line for line in every if " built by Dahua, " in line} == set(dahua)
    assert len(every) > len(dahua) > 50


def test_a_folder_of_which_no_rule_would_be_read_is_wrong_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "makers").mkdir()
    (tmp_path / "makers" / "northlight.yaml").write_text("maker: Axis\n")
    for command in ("check", "list"):
        done = camscan(capsys, "fingerprints", command, "--fingerprints", str(tmp_path / "makers"))
        assert (done.returncode, done.stdout) == (2, "")
        assert "makers contains no rules: give the folder that contains makers/" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["fingerprints", "try", "http.server", "NL/1"],
        ["fingerprints", "list", "--maker", "Axis"],
        ["fingerprints", "coverage"],
        ["fingerprints", "evaluate", "answers.json"],
        ["identify", "answer.txt"],
        ["fingerprints", "check"],
    ],
)
def test_a_rule_file_that_is_broken_is_never_left_out_in_silence(
    words: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Else "no rule matches" reads as if the rule that was just written were wrong."""
    monkeypatch.setattr(check, "_check_rule", lambda *_: ())  # test_docs has the built-in ones checked
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules" / "makers").mkdir(parents=True)
    (tmp_path / "rules" / "makers" / "northlight.yaml").write_bytes(b"maker: Axis\nrules:\n  - id: a\x07\n")
    answer = "Server: App-webs/\n"
    (tmp_path / "answer.txt").write_text(answer)
    entry = {"id": "1", "channel": "http-banner", "raw": answer, "truth": {"vendor": "Hikvision"}}
    (tmp_path / "answers.json").write_text(json.dumps([entry]))
    done = camscan(capsys, *words, "--fingerprints", "rules")
    broken = "rules/makers/northlight.yaml:3: not YAML: unacceptable character #x0007"
    if words == ["fingerprints", "check"]:
        assert done.returncode == 1
        assert done.stdout.startswith(broken)
        assert done.stderr.endswith(": 1 fault\n")
        return
    assert done.returncode == 0, done.stderr
    (told,) = caplog.messages
    assert told.startswith(f"left out: {broken}")


def test_of_a_folder_of_own_rules_these_alone_are_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(check, "_check_rule", lambda rule, *_: [rule.id])
    (tmp_path / "makers").mkdir()
    (tmp_path / "makers" / "own.yaml").write_text(
        "maker: Axis\nrules:\n  - {id: own-server, field: http.server, pattern: '^App-webs/$', level: likely, "
        "examples: [App-webs/], source: x, confirmed: 2026-10}\n"
    )
    done = camscan(capsys, "fingerprints", "check", "--fingerprints", str(tmp_path))
    own, *others = done.stdout.splitlines()
    assert own.endswith("own.yaml:3: own-server: own-server")
    assert others
    assert all("is also Axis by own-server (likely)" in line for line in others)
    assert "1 rule with 1 example, beside " in done.stderr


def test_the_coverage_of_some_makers_alone(capsys: pytest.CaptureFixture[str]) -> None:
    head, first, second = camscan(
        capsys, "fingerprints", "coverage", "--maker", "bosch", "--maker", "Axis"
    ).stdout.splitlines()
    assert (head.split()[0], first.split()[0], second.split()[0]) == ("rules/examples", "Bosch", "Axis")
    done = camscan(capsys, "fingerprints", "coverage", "--maker", "Bosh")
    assert (done.returncode, done.stderr) == (2, "Error: no rule names the maker 'Bosh': did you mean 'Bosch'?\n")


def test_no_name_is_offered_that_is_hardly_like_what_was_written(capsys: pytest.CaptureFixture[str]) -> None:
    done = camscan(capsys, "fingerprints", "brands", "Nope")
    assert done.returncode == 2
    assert "did you mean" not in done.stderr

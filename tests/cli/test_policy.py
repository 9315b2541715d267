"""`camscan policy`: what users see of the lists, and what they are told about a list of their own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from camscan.app.judging.criteria import chosen_policies
from camscan.cli.policy import _lines, policy
from camscan.errors import RuleError, UsageError

OWN = """\
id: ours
title: What we no longer buy
jurisdiction: XX
citation: Board minutes of 1 May
url: https://intranet.example.org/minutes
since: 2026-05-01
entities:
  - {name: 'Hangzhou Hikvision Digital Technology Co., Ltd.', makers: [Hikvision]}
directions:
  - {applies: core, text: Not on the core network., citation: page 3, url: 'https://intranet.example.org/minutes#3'}
"""


def run(*words: str) -> Result:
    return CliRunner().invoke(policy, words)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    file = tmp_path / "ours.yaml"
    file.write_text(OWN)
    return file


def test_the_list_names_what_comes_with_camscan_and_what_a_folder_adds(own: Path) -> None:
    (own.parent / "policies").mkdir()
    own.rename(own.parent / "policies" / own.name)
    lines = run("list", "--fingerprints", str(own.parent)).stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["ours", "uk-nil", "us-fcc-covered", "us-ndaa-889"]
    assert lines[0].split(maxsplit=7)[1:] == [
        "XX",
        "2026-05-01",
        "1",
        "entity",
        "1",
        "maker",
        "What we no longer buy",
    ]


def test_for_programs(own: Path) -> None:
    found = json.loads(run("show", str(own), "--format", "json").stdout)
    assert found["schema"] == "camscan-policies/1"
    [one] = found["policies"]
    assert (one["id"], one["since"], one["makers"]) == ("ours", "2026-05-01", ["Hikvision"])
    assert one["directions"][0]["applies"] == "core"
    assert len(json.loads(run("list", "--format", "json").stdout)["policies"]) == 3


def test_a_dash_is_stdout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("list", "--output", "-").stdout == run("list").stdout
    assert list(tmp_path.iterdir()) == []


def test_a_policy_in_full_names_entities_dates_and_sentences(own: Path) -> None:
    shown = run("show", str(own)).stdout
    assert "ours: What we no longer buy" in shown
    assert "  - Hangzhou Hikvision Digital Technology Co., Ltd.: Hikvision, since 2026-05-01\n" in shown
    own.write_text(OWN.replace("[Hikvision]", "[Hikvision], kinds: [camera, recorder]"))
    assert ": Hikvision, camera, recorder only, since 2026-05-01\n" in run("show", str(own)).stdout
    assert "  core: Not on the core network.\n    page 3, 2026-05-01; https://intranet" in shown


def test_the_uk_policy_quotes_what_binds_sensitive_sites_and_core_networks() -> None:
    [one] = json.loads(run("show", "uk-nil", "--format", "json").stdout)["policies"]
    texts = {direction["applies"]: direction["text"] for direction in one["directions"]}
    assert "onto sensitive sites" in texts["sensitive"]
    assert "connected to departmental core networks" in texts["core"]


def test_an_unknown_policy_is_wrong_use() -> None:
    assert isinstance(run("show", "uk-nill").exception, RuleError)


def test_good_policies_can_be_used(own: Path) -> None:
    assert run("check").stdout == "3 policies checked, no faults.\n"
    assert run("check", str(own)).stdout == "1 policy checked, no faults.\n"
    assert run("check", str(own.parent)).exit_code == 0


def test_every_fault_of_every_file_is_told_with_file_line_and_remedy(own: Path) -> None:
    own.write_text(OWN.replace("[Hikvision]", "[hikvision]"))
    other = own.with_name("broken.yaml")
    other.write_text(OWN.replace("https://intranet.example.org/minutes\n", "intranet\n").replace("core,", "lobby,"))
    done = run("check", str(own.parent))
    assert isinstance(done.exception, UsageError)
    assert done.stdout == ""
    first, second, third = str(done.exception).splitlines()
    assert first == f"{other}:5: `url` is 'intranet': write it like https://example.org/list"
    assert second == f"{other}:10: lobby: `applies` is 'lobby': write one of sensitive, core"
    assert third == f"{own}:8: unknown maker 'hikvision': write 'Hikvision'"


def test_an_empty_folder_is_no_policy(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no policy in"):
        CliRunner().invoke(policy, ["check", str(tmp_path)], catch_exceptions=False)


def test_a_narrow_terminal_gets_the_title_on_lines_of_its_own() -> None:
    lines = "".join(_lines(chosen_policies(()), 60)).splitlines()
    assert all(len(line) <= 60 for line in lines)
    assert [line.split()[0] for line in lines if line[0] != " "] == ["uk-nil", "us-fcc-covered", "us-ndaa-889"]
    assert "  Security update on surveillance equipment" in lines

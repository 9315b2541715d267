"""The examples of docs/deploy.md hold: each is read by what will read it, where that is at hand."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from camscan.cli.config import config, init
from camscan.cli.status import status
from camscan.cli.sweep import sweep
from camscan.sweeps.document import signature
from camscan.sweeps.metrics import HELP

PAGE = (Path(__file__).parents[2] / "docs" / "deploy.md").read_text(encoding="utf-8")
COMMANDS: dict[str, click.Command] = {"sweep": sweep, "status": status, "init": init, "config": config}


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)


def parsed(words: list[str]) -> None:
    """Let the command itself read its words."""
    COMMANDS[words[0]].make_context(words[0], words[1:])


def test_cron_lines() -> None:
    lines = blocks("cron")[0].splitlines()
    assert len(lines) == 2
    for line in lines:
        *when, user, program, command = line.split(maxsplit=7)
        assert all(re.fullmatch(r"[0-9*/,-]+", field) for field in when)
        assert (len(when), user, program) == (5, "camscan", "/opt/camscan/bin/camscan")
        parsed(shlex.split(command.removesuffix(">/dev/null")))
        assert "%" not in line, "cron reads it as a line break"


def test_systemd_units(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed")
    for unit in blocks("ini"):
        name = unit.splitlines()[0].removeprefix("# /etc/systemd/system/")
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(unit.replace("/opt/camscan/bin/camscan", shutil.which("true") or ""))
    units = [str(tmp_path / name) for name in ("camscan-sweep.service", "camscan-sweep.timer")]
    command = [analyze, "verify", "--man=no", "--recursive-errors=no", *units]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={"SYSTEMD_UNIT_PATH": f"{tmp_path}:"}
    )
    ours = [line for line in done.stderr.splitlines() if "camscan" in line]
    assert (done.returncode, ours) == (0, []), done.stderr


def test_the_unit_starts_what_exists() -> None:
    start = re.findall(r"^ExecStart=\S+ (.*)$", PAGE, re.MULTILINE)
    assert len(start) == 1
    parsed(shlex.split(start[0]))


def test_docker() -> None:
    words = shlex.split(blocks("sh")[0].replace("\\\n", " "))
    assert words[:2] == ["docker", "run"]
    parsed(words[words.index("camscan") + 1 :])


def manifest(number: int) -> Any:
    return yaml.safe_load(blocks("yaml")[number])


def test_the_cron_job_is_whole_and_has_no_privilege() -> None:
    job = manifest(0)
    assert (job["apiVersion"], job["kind"], job["spec"]["concurrencyPolicy"]) == ("batch/v1", "CronJob", "Forbid")
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    [container] = pod["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {mount["name"] for mount in container["volumeMounts"]} == {volume["name"] for volume in pod["volumes"]}
    parsed(container["args"])


def test_the_prometheus_rule_uses_a_figure_that_there_is() -> None:
    [rule] = manifest(1)["groups"][0]["rules"]
    assert set(re.findall(r"camscan_\w+", rule["expr"])) <= set(HELP)
    assert set(re.findall(r"`(camscan_\w+)`", PAGE)) <= set(HELP)


def test_the_receivers_check_knows_our_signature() -> None:
    scope: dict[str, Any] = {}
    exec(blocks("python")[0], scope)  # noqa: S102 - our own example
    assert scope["is_genuine"](b"key", b"body", signature(b"key", b"body"))
    assert not scope["is_genuine"](b"key", b"body!", signature(b"key", b"body"))

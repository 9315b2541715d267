"""The examples of docs/deploy.md hold: each is read by what will read it, where that is at hand."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import click
import yaml

from camscan.cli.config import config
from camscan.cli.init import init
from camscan.cli.status import status
from camscan.cli.sweep import sweep
from camscan.sweeps.document import signature
from camscan.sweeps.metrics import HELP
from camscan.sweeps.schedule import Schedule, crontab, service, timer

PAGE = (Path(__file__).parents[2] / "docs" / "deploy.md").read_text(encoding="utf-8")
COMMANDS: dict[str, click.Command] = {"sweep": sweep, "status": status, "init": init, "config": config}


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)


def parsed(words: list[str]) -> None:
    """Let the command itself read its words."""
    COMMANDS[words[0]].make_context(words[0], words[1:])


def test_cron_lines_and_units_are_what_the_program_writes() -> None:
    program, config = ("/opt/camscan/bin/camscan",), Path("/etc/camscan/camscan.toml")
    found = Schedule(program, config, 2, 17, 600, secrets=(Path("/etc/camscan/webhook.secret"),))
    assert blocks("cron") == [crontab(found, "camscan")]
    assert blocks("ini") == [
        f"# /etc/systemd/system/camscan-sweep.service\n{service(found)}",
        f"# /etc/systemd/system/camscan-sweep.timer\n{timer(found)}",
    ]


def test_what_they_start_exists() -> None:
    start = re.findall(r"^ExecStart=\S+ (.*)$", PAGE, re.MULTILINE)
    lines = re.findall(r"^[0-9*/ ]+ \* \* \* camscan \S+ ([^>\n]*)", PAGE, re.MULTILINE)
    assert (len(start), len(lines)) == (1, 2)
    for words in (*start, *lines):
        parsed(shlex.split(words))


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


def test_the_prometheus_rules_use_figures_that_there_are() -> None:
    rules = manifest(1)["groups"][0]["rules"]
    assert len(rules) == 2
    assert {name for rule in rules for name in re.findall(r"camscan_\w+", rule["expr"])} <= set(HELP)
    assert set(re.findall(r"`(camscan_\w+)`", PAGE)) <= set(HELP)


def test_the_receivers_check_knows_our_signature() -> None:
    scope: dict[str, Any] = {}
    exec(blocks("python")[0], scope)  # noqa: S102 - our own example
    assert scope["is_genuine"](b"key", b"body", signature(b"key", b"body"))
    assert not scope["is_genuine"](b"key", b"body!", signature(b"key", b"body"))


def test_every_figure_is_named() -> None:
    assert [name for name in HELP if f"`{name}`" not in PAGE] == []

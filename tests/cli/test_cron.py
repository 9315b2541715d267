"""`camscan cron` prints and writes what starts sweeps, and overwrites nothing unasked."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from camscan.app.sweeping import scheduling
from camscan.cli.cron import cron
from camscan.errors import UsageError

CONFIG = '[[site]]\nname = "hq"\nnetworks = ["127.91.7.0/30"]\nchannels = ["rtsp"]\n'
SECRETS = """
[store]
url = "c.db"
[notify]
webhook = "https://alerts.example.org/"
secret_file = "key"
[[apprise]]
name = "mail"
url_env = "CAMSCAN_MAIL_URL"
[ping]
url_file = "ping.url"
[metrics]
textfile = "/var/lib/node/camscan.prom"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "c.toml").write_text(CONFIG)
    return tmp_path / "c.toml"


def run(*words: object, **options: Any) -> Result:
    return CliRunner().invoke(cron, [str(word) for word in words], **options)


def test_show_prints_files_that_install_writes(config: Path, tmp_path: Path) -> None:
    for kind, names in (("systemd", ["camscan-sweep.service", "camscan-sweep.timer"]), ("cron", ["camscan"])):
        folder = tmp_path / kind
        folder.mkdir()
        shown = run("show", "--config", config, "--kind", kind).stdout
        done = run("install", "--config", config, "--kind", kind, "--folder", folder)
        assert done.exit_code == 0, done.output
        assert sorted(path.name for path in folder.iterdir()) == names
        for path in folder.iterdir():
            assert path.read_text() in shown
            assert path.stat().st_mode & 0o777 == 0o644
        assert "is as it should be" in run("install", "--config", config, "--kind", kind, "--folder", folder).stderr


def test_the_kind_is_what_the_host_has(config: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(scheduling, "_BOOTED", tmp_path)
    assert "[Service]" in run("show", "--config", config).stdout
    monkeypatch.setattr(scheduling, "_BOOTED", tmp_path / "none")
    assert "* * *" in run("show", "--config", config).stdout


@pytest.mark.parametrize(("answer", "code", "text"), [("n\n", 1, "mine"), ("", 1, "mine"), ("y\n", 0, "camscan")])
def test_what_is_there_is_asked_about(config: Path, tmp_path: Path, answer: str, code: int, text: str) -> None:
    (tmp_path / "camscan").write_text("mine")
    words = ("install", "--config", config, "--kind", "cron", "--folder", tmp_path)
    assert run(*words, "--dry-run").exit_code == 0
    assert (tmp_path / "camscan").read_text() == "mine"
    assert run(*words, input=answer).exit_code == code
    assert text in (tmp_path / "camscan").read_text()


def test_yes_overwrites_and_a_dry_run_writes_nothing(config: Path, tmp_path: Path) -> None:
    words = ("install", "--config", config, "--kind", "cron", "--folder", tmp_path)
    assert "would be written:" in run(*words, "--dry-run").stdout
    assert not (tmp_path / "camscan").exists()
    (tmp_path / "camscan").write_text("mine")
    assert run(*words, "--yes").exit_code == 0
    assert "mine" not in (tmp_path / "camscan").read_text()


def test_secrets_and_folders_of_the_configuration_are_in_the_service(config: Path, tmp_path: Path) -> None:
    config.write_text(CONFIG + SECRETS)
    shown = run("show", "--config", config, "--kind", "systemd")
    for line in (
        f"LoadCredential=key:{tmp_path}/key",
        f"LoadCredential=ping.url:{tmp_path}/ping.url",
        f"EnvironmentFile={tmp_path}/secret.env",
        "ReadWritePaths=-/var/lib/node",
    ):
        assert f"\n{line}\n" in shown.stdout
    assert f"the service does not start without {tmp_path}/secret.env: create it" in shown.stderr
    (tmp_path / "secret.env").touch()
    assert "secret.env" not in run("show", "--config", config, "--kind", "systemd").stderr
    assert "cannot write" in shown.stderr, "a made up user cannot write the store beside the configuration"
    assert "cannot write" not in run("show", "--config", config, "--kind", "systemd", "--user", "root").stderr


def test_what_the_service_could_not_see_is_said(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("show", "--config", config, "--kind", "systemd")
    monkeypatch.setattr(scheduling, "_HIDDEN", ())
    assert "cannot see" not in run(*words).stderr
    monkeypatch.setattr(scheduling, "_HIDDEN", (config.parent,))
    assert f"the service cannot see {config}, " in run(*words, "--user", "root").stderr
    monkeypatch.setattr(scheduling, "_HIDDEN", (Path(sys.prefix).resolve(),))
    assert f"the service cannot see {sys.prefix}, " in run(*words).stderr
    assert "cannot see" not in run("show", "--config", config, "--kind", "cron").stderr


def test_what_enrolled_logins_need_is_said(config: Path) -> None:
    config.write_text(f'{CONFIG}credentials = "logins.age"\nunlock = "systemd:key"\n')
    said = run("show", "--config", config, "--kind", "systemd").stderr
    assert "logins.age, the logins of 'hq': name one with --user" in said
    assert "LoadCredentialEncrypted=key" in said
    assert "logins.age" not in run("show", "--config", config, "--kind", "systemd", "--user", "root").stderr


@pytest.mark.parametrize(
    "words", [("--at", "25:00"), ("--at", "noon"), ("--jitter", "soon"), ("--user", "a b"), ("--user", "x\n* * * * *")]
)
def test_what_cannot_be_used(config: Path, words: tuple[str, ...]) -> None:
    assert isinstance(run("show", "--config", config, *words).exception, UsageError)


def test_a_path_with_a_line_break_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "a\n* * * * * root evil"
    folder.mkdir()
    (folder / "c.toml").write_text(CONFIG)
    failed = run("show", "--config", folder / "c.toml", "--kind", "cron").exception
    assert isinstance(failed, UsageError)
    assert "control characters" in str(failed)


@pytest.mark.slow
def test_the_lines_work_with_an_empty_environment_and_a_bare_path(config: Path) -> None:
    config.write_text(f'{CONFIG}[store]\nurl = "c.db"\n')
    shown = run("show", "--config", config, "--kind", "cron", "--user", "root", "--jitter", "0").stdout
    sweep, watch = re.findall(r"^[0-9*/ ]+ \* \* \* root (.*)$", shown, re.MULTILINE)

    def by_cron(command: str) -> subprocess.CompletedProcess[str]:
        words = ["env", "-i", "PATH=/usr/bin:/bin", "/bin/sh", "-c", command]
        return subprocess.run(words, capture_output=True, text=True, check=False, timeout=120, cwd="/")

    overdue = by_cron(watch)
    assert (overdue.stdout, overdue.stderr.splitlines()[-1]) == ("", "Overdue: hq; last complete sweep: never.")
    first, second = by_cron(sweep), by_cron(sweep)
    assert (first.returncode, first.stdout) == (0, "")
    assert re.fullmatch(r'\S+ warning sweep\.changes site=hq .* summary="the first sweep: .*"\n', first.stderr)
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    assert (by_cron(watch).stdout, by_cron(watch).stderr) == ("", "")
    assert sys.executable.rpartition("/")[0] in sweep

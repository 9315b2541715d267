"""The documents say what the program does."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import click
import pytest
import yaml
from click.testing import CliRunner
from support.listed import store_scan
from support.needs import needs

from camscan import __version__
from camscan.app.judging import criteria
from camscan.cli.main import camscan
from camscan.cli.terminal.output import ENDINGS
from camscan.identify.rules import RULE_FOLDERS
from camscan.probes.registry import CHANNELS
from camscan.records import Observation, Outcome
from camscan.reports import FORMATS

ROOT = Path(__file__).parent.parent
PAGES = (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "fingerprints" / "README.md")
ANSWER = {"http.server": ("NL-Embedded/2.4",), "http.title": ("Northlight DoorView 310",)}


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def commands(command: click.Command, path: str = "camscan") -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            sub = command.get_command(context, name)
            assert sub is not None
            yield from commands(sub, f"{path} {name}")
    else:
        yield path, command


COMMANDS = dict(commands(camscan))


def test_the_command_reference_is_current() -> None:
    """In a process of its own: click keeps, of each option of help, how it was called when it was first asked for."""
    command = [sys.executable, "docs/make_reference.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_container_is_built_from_all_that_the_wheel_is() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    about = project["project"]
    parts = {*wheel["packages"], *wheel["force-include"], *wheel["shared-data"], *about["license-files"]} | {
        about["readme"]
    }
    copied = re.findall(r"^COPY (?!--)(.+) \S+$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    sent = [line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[:1] == "!"]
    for part in parts:
        assert (ROOT / part).exists()
        for given in (" ".join(copied).split(), sent):
            assert any(Path(part).is_relative_to(path) for path in given), part


def test_a_container_keeps_nothing_that_only_builds_it() -> None:
    def locked(name: str) -> set[str]:
        return set(re.findall(r"^([\w.-]+)==", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))

    (removed,) = re.findall(r"pip uninstall --yes (.+)", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
    assert set(removed.split()) == {"pip"} | locked("requirements-build.lock") - locked("requirements.lock")


def test_a_container_is_built_by_the_python_that_runs_it_and_that_the_project_supports() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    builds, runs = re.findall(
        r"^FROM python:([\d.]+)-", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert builds == runs
    assert f"Programming Language :: Python :: {runs}" in project["classifiers"]


def test_the_cronjob_in_the_guide_fits_the_container() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    (user,), (volume,) = (re.findall(rf"^{word} (.+)$", dockerfile, re.MULTILINE) for word in ("USER", "VOLUME"))
    guide = (ROOT / "docs/deploy.md").read_text(encoding="utf-8")
    documents = map(yaml.safe_load, re.findall(r"^```yaml\n(.*?)^```", guide, re.MULTILINE | re.DOTALL))
    (job,) = (document for document in documents if document.get("kind") == "CronJob")
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    rights, (container,) = pod["securityContext"], pod["containers"]
    assert f"{rights['runAsUser']}:{rights['runAsGroup']}" == user
    assert rights["fsGroup"] == rights["runAsGroup"]
    assert volume in {mount["mountPath"] for mount in container["volumeMounts"]}
    assert container["image"] == f"camscan:{__version__}"


def test_the_page_of_reports_names_every_format_and_the_endings_that_ask_for_it() -> None:
    page = (ROOT / "docs/reports.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([a-z]+) \| (.*?) ?\|", page, re.MULTILINE)[1:]
    assert [name for name, _ in rows] == [*FORMATS]
    told = {ending: name for name, endings in rows for ending in re.findall(r"\.[a-z.]+", endings)}
    assert told == ENDINGS


def test_the_guide_names_every_file_of_fingerprints_that_several_makers_share() -> None:
    guide = (ROOT / "fingerprints/README.md").read_text(encoding="utf-8")
    rows = {row[1]: row[2] for row in re.finditer(r"^\| `(\w+)/[^|]*\|(.+)\|$", guide, re.MULTILINE)}
    for folder in ("devices", "channels", "names", "doubts"):
        files = {path.stem for path in (ROOT / "fingerprints" / folder).glob("*.yaml")}
        assert set(re.findall(r"`([\w-]+)`", rows[folder])) == files
    assert {f"{name}/" for name in rows} >= {*RULE_FOLDERS}


def test_the_page_for_man_has_every_command_and_no_fault() -> None:
    page = (ROOT / "docs/camscan.1").read_text(encoding="utf-8")
    assert {path.replace("-", r"\-") for path in COMMANDS} <= set(re.findall(r'^\.SS "(.+)"$', page, re.MULTILINE))
    (groff,) = needs("groff")
    done = subprocess.run([groff, "-man", "-ww", "-Tutf8"], input=page, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert "Scan networks and name the makers of the devices that answer." in " ".join(done.stdout.split())


def test_a_shell_completes_by_the_file_that_is_installed_for_it() -> None:
    script = (
        "source docs/completion/camscan.bash; complete -p camscan;"
        " COMP_WORDS=(camscan re) COMP_CWORD=1; _camscan_completion camscan; echo ${COMPREPLY[@]}"
    )
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", script], cwd=ROOT, env={"PATH": path}, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["complete -o nosort -F _camscan_completion camscan", "reconcile report"]


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_has_an_example_in_its_help(path: str) -> None:
    text = COMMANDS[path].help or ""
    assert re.search(r"Examples?:", text), f"{path} has no example"
    assert path.rsplit(maxsplit=1)[-1] in text.split("Example")[1]


@pytest.mark.parametrize("path", COMMANDS)
def test_every_option_says_what_it_does(path: str) -> None:
    for parameter in COMMANDS[path].params:
        if isinstance(parameter, click.Option) and parameter.name not in ("profile", "policies"):
            assert parameter.help, f"{path} {parameter.name}"


@pytest.mark.parametrize("path", COMMANDS)
def test_an_option_for_a_number_is_not_shown_as_one_for_a_range(path: str) -> None:
    for option in COMMANDS[path].params:
        if isinstance(option, click.Option) and isinstance(option.type, click.IntRange | click.FloatRange):
            assert option.metavar or option.count, f"{path} {option.name}"


def test_every_channel_is_described() -> None:
    text = (ROOT / "docs" / "channels.md").read_text(encoding="utf-8")
    assert [channel for channel in CHANNELS if f"`{channel}`" not in text] == []


def test_the_worked_fingerprint_holds_and_so_does_the_library_with_it(tmp_path: Path) -> None:
    """One of the commands is `fingerprints check`, which tries it on every example of the library too."""
    page = (ROOT / "docs" / "fingerprints.md").read_text(encoding="utf-8")
    for name, text in re.findall(r"```yaml\n# my-rules/(\S+)\n(.*?)```", page, re.DOTALL):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    library = criteria.library((tmp_path,))
    assert library.warnings == ()
    answer = Observation("", "http", Outcome.ANSWERED, datetime(2026, 11, 24, tzinfo=UTC), fields=ANSWER)
    assert {found.maker for found in library.identify([answer])} == {"Northlight"}
    store_scan(tmp_path / "c.db")
    words = ["--fingerprints", str(tmp_path)]
    commands = re.findall(r"    camscan (.*) --fingerprints my-rules\n", page)
    assert len(commands) == 3
    for command in commands:
        db = ["--db", str(tmp_path / "c.db")] if command.startswith("devices") else []
        done = CliRunner().invoke(camscan, [*shlex.split(command), *words, *db])
        assert (done.exit_code, "left out" in done.output) == (0, False), done.output


def test_the_commands_that_the_documents_show_can_be_given() -> None:
    shown = [
        (page.name, re.split(r"\s#\s| \| | > ", command)[0])
        for page in PAGES
        for command in re.findall(
            r"^ {4}(?:\S[^|\n]*\| |sudo |\.venv/bin/|\$ )?camscan (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE
        )
    ]
    assert len(shown) > 100
    for page, words in shown:
        command: click.Command = camscan
        rest, context = shlex.split(words), click.Context(camscan, info_name="camscan")
        while isinstance(command, click.Group):
            name, found, rest = command.resolve_command(context, rest)
            assert found is not None, (page, words)
            command, context = found, click.Context(found, info_name=name, parent=context)
        command.make_parser(context).parse_args(args=rest)


def test_links_between_documents_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_what_is_locked_goes_with_the_licence_of_camscan() -> None:
    licences = script("make_licences")
    assert set(licences.locked()) >= {"aiohttp", "python-nmap", "scapy"}
    told = {name: licences.licence_of(name) for name in licences.locked()}
    unfit = {name: told for name, told in told.items() if told is not None and not licences.is_compatible(told)}
    assert unfit == licences.APART


@pytest.mark.parametrize(
    ("expression", "fits"),
    [
        ("MIT", True),
        ("Apache-2.0 OR BSD-3-Clause", True),
        ("GPL-2.0-only OR MIT", True),
        ("MIT AND GPL-2.0-only", False),
        ("(MIT AND BSD-3-Clause) OR Proprietary", True),
        ("", False),
    ],
)
def test_a_licence_fits_or_does_not(expression: str, fits: bool) -> None:
    assert script("make_licences").is_compatible(expression) is fits


def test_inputs_of_a_decoder_are_added_up_over_runs_and_short_ones_left_out() -> None:
    lines = ('{"name": "decoder.arp", "value": [10, 0.5]}', '{"name": "decoder.arp", "value": 20000}')
    figures = script("make_torture").read([*lines, '{"name": "decoder.arp", "value": [20, 0.2]}'])
    assert (figures["decoder.arp"], figures["decoders"]) == ([30, 0.5], [30])


def test_the_torture_page_says_what_was_reached_and_what_was_not() -> None:
    torture = script("make_torture")
    lines = ['{"name": "kills", "value": 2000}', '{"name": "decoder.http", "value": [12000000, 3.1]}']
    lines += ['{"name": "family.resetting", "value": [1, 13.0, 110]}', '{"name": "decoder.arp", "value": 20000}']
    page = torture.page(torture.read(lines))
    assert "| resetting | Accepts, and resets at once. | 1 | 13.0 | 110 |" in page
    assert "| 10,000 | 2,000 | no |" in page
    assert "| 12,000,000 to 12,000,000; 12,000,000 through 1 decoders | yes |" in page
    assert "| 120 | not measured | - |" in page
    assert "| http | 12,000,000 | 3.1 ms |" in page
    assert "| arp |" not in page


def test_every_test_that_security_names_is_there() -> None:
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:tests|benchmarks)/[\w/.]+)(?:::(\w+))?`", page)
    assert len(named) > 50
    for file, test in named:
        assert (ROOT / file).exists(), file
        text = (ROOT / file).read_text(encoding="utf-8") if test else ""
        assert not test or re.search(rf"^(?:async )?def {test}\(", text, re.MULTILINE), f"{file}::{test}"

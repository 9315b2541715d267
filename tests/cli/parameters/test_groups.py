"""What groups share: what their help says of their commands, and `--verbose`."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import ClassVar, cast

import click
import pytest
from click.testing import CliRunner

from camscan.cli.contents import CLAUSES, SECTIONS
from camscan.cli.main import camscan
from camscan.cli.parameters.groups import OPTION_SECTIONS, CommandGroup, Sectioned, set_verbosity, with_verbose
from camscan.cli.plan import plan
from camscan.cli.scan import scan
from camscan.cli.simulate import simulate
from camscan.errors import UsageError


def command(name: str, text: str) -> click.Command:
    return click.Command(name, help=text)


def listed(group: click.Group) -> str:
    return CliRunner().invoke(group, ["--help"], terminal_width=80).output


def test_commands_stand_under_their_headings_in_the_order_given() -> None:
    class Parted(CommandGroup):
        sections: ClassVar = {"Later letters": ("zeta", "alpha")}

    group = Parted("tool", [command("zeta", "Do the last."), command("alpha", "Do the first.")])
    group.add_command(command("alone", "Stand by itself."))
    order = r"Later letters:\n +zeta +Do the last\n +alpha +Do the first\n\nCommands:\n +alone"
    assert re.search(order, listed(group))


def test_a_clause_is_never_cut_short() -> None:
    group = CommandGroup("tool")
    long = "Say in a sentence that is longer than the line of a terminal what this command is for: all of it"
    group.add_command(command("wordy", f"{long}. And more.\n\nFurther down."))
    text = " ".join(listed(group).split())
    assert text.endswith("wordy Say in a sentence that is longer than the line of a terminal what this command is for")


def test_every_file_of_commands_has_its_place() -> None:
    placed = [name for names in SECTIONS.values() for name in names]
    assert sorted(placed) == sorted(CLAUSES)
    help_ = listed(camscan)
    assert all(re.search(rf"^  {name} ", help_, re.MULTILINE) for name in placed)
    assert "..." not in help_.split("Scan a network")[1]


@pytest.mark.parametrize("name", CLAUSES)
def test_the_overview_says_of_a_command_what_its_own_help_begins_with(name: str) -> None:
    context = click.Context(camscan)
    assert CLAUSES[name] == CommandGroup.clause(cast("CommandGroup", camscan), context, name)


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    logger = logging.getLogger()
    level = logger.level
    logger.setLevel(logging.WARNING)
    yield logger
    logger.setLevel(level)


@pytest.mark.parametrize(
    ("words", "level"),
    [
        (["policy", "list"], logging.WARNING),
        (["policy", "list", "-v"], logging.INFO),
        (["policy", "list", "--verbose", "--verbose"], logging.DEBUG),
        (["-v", "policy", "list"], logging.INFO),
        (["-vv", "policy", "list", "-v"], logging.DEBUG),
        (["doctor", "-v"], logging.INFO),
    ],
)
def test_verbose_is_heard_on_either_side_of_the_command(words: list[str], level: int, root: logging.Logger) -> None:
    done = CliRunner().invoke(camscan, words)
    assert done.exit_code == 0, done.output
    assert root.level == level


def test_no_terminal_obeys_a_log(
    root: logging.Logger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(root, "handlers", [])
    set_verbosity(0)
    logging.getLogger("x").error("said %s", "\x1b[2J", exc_info=ValueError("\x07"))
    assert capsys.readouterr().err.splitlines() == [r"ERROR x: said \x1b[2J", r"ValueError: \x07"]


def test_what_is_handed_on_to_another_program_is_not_heard() -> None:
    assert not any("-v" in option.opts for option in with_verbose(simulate).params)


def test_an_option_that_is_left_out_may_be_empty() -> None:
    @click.command()
    @click.option("--who", default="")
    @click.option("--why", multiple=True)
    def told(who: str, why: tuple[str, ...]) -> None:
        click.echo(f"{who!r} {why}")

    command = with_verbose(told)
    assert CliRunner().invoke(command, []).output == "'' ()\n"
    for words in (["--who", ""], ["--who", " \n"], ["--why", "x", "--why", ""]):
        assert isinstance(CliRunner().invoke(command, words).exception, UsageError)


@pytest.mark.parametrize("command", [scan, plan])
def test_each_option_stands_under_a_heading_once(command: click.Command) -> None:
    assert isinstance(command, Sectioned)
    shown = dict(command.sections(click.Context(command)))
    assert list(shown)[-1] == "Options"
    (only,) = shown["Options"]
    assert only[0].endswith("--help")  # with -h where the whole of camscan is loaded
    own = [one for one in command.params if isinstance(one, click.Option) and not one.hidden]
    assert sum(map(len, shown.values())) == len(own) + 1
    text = command.get_help(click.Context(command))
    assert all(text.count(f"\n{heading}:\n") == 1 for heading in shown)


def test_each_name_under_a_heading_is_that_of_an_option() -> None:
    assert {name for _, names in OPTION_SECTIONS for name in names} <= {option.name for option in scan.params}

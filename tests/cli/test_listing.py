"""What a group's help says of its commands."""

from __future__ import annotations

import re

import click
from click.testing import CliRunner

from camscan.cli.listing import Listing
from camscan.cli.main import SECTIONS, camscan


def command(name: str, text: str) -> click.Command:
    return click.Command(name, help=text)


def listed(group: click.Group) -> str:
    return CliRunner().invoke(group, ["--help"], terminal_width=80).output


def test_commands_stand_under_their_headings_in_the_order_given() -> None:
    group = Listing("tool")
    group.add_section("Later letters:", (command("zeta", "Do the last."), command("alpha", "Do the first.")))
    group.add_command(command("alone", "Stand by itself."))
    order = r"Later letters.*zeta +Do the last\n +alpha +Do the first\n.*Commands:\n +alone"
    assert re.search(order, listed(group), re.DOTALL)


def test_a_clause_is_never_cut_short() -> None:
    group = Listing("tool")
    long = "Say in a sentence that is longer than the line of a terminal what this command is for: all of it"
    group.add_command(command("wordy", f"{long}. And more.\n\nFurther down."))
    text = " ".join(listed(group).split())
    assert text.endswith("wordy Say in a sentence that is longer than the line of a terminal what this command is for")


def test_every_command_of_camscan_has_its_place() -> None:
    placed = [one.name for _, commands in SECTIONS for one in commands]
    assert sorted(placed, key=str) == sorted(camscan.commands)
    assert "..." not in listed(camscan).split("Look at a network")[1]

"""The help of `scan` and `plan`: nothing is left out, and everything has its heading."""

from __future__ import annotations

import click
import pytest

from camscan.cli.plan import plan
from camscan.cli.scan import scan
from camscan.cli.sections import SECTIONS, Sectioned


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
    assert {name for _, names in SECTIONS for name in names} <= {option.name for option in scan.params}

"""Hints at what to write instead of options and arguments that a command does not take."""

from __future__ import annotations

from collections.abc import Iterator

import click

_BY_OPTION = (
    ("--config", "the configuration is named with --config"),
    ("--scan", "a scan is chosen with --scan"),
    ("--output", "a file to write is named with --output"),
)
_BY_FOLDER = "a folder of rules is chosen with --fingerprints"
_CHOOSE = "`camscan devices` reports on the devices that it chooses, in the same formats"
_ELSEWHERE = {
    ("scans", ""): "`camscan report --scan ID` reports on one",
    ("scan", "--dry-run"): "`camscan plan` shows what a scan would send",
    **{("report", option): _CHOOSE for option in ("--verdict", "--maker", "--brand")},
    **{("ports", option): "redirect what it writes, as in `> open.jsonl`" for option in ("-o", "--output")},
    ("devices", "--state"): "`camscan state list --in STATE` lists devices by state",
}
"""(command, option that it lacks, or "" for an argument) -> what does that."""


def advised(error: click.UsageError) -> click.UsageError:
    """The error with what to write instead, where that is known."""
    if isinstance(error, click.BadParameter) and _names_several(error):
        told = f"{error.message.rstrip('.')}: name one, and give the option again for each other."
        return click.BadParameter(told, error.ctx, error.param)
    if told := ", ".join(_advice(error)):
        return click.UsageError(f"{error.message.rstrip('.')}: {told}.", error.ctx)
    return error


def _names_several(error: click.BadParameter) -> bool:
    """Whether one choice was to be several, as in "--verdict listed,suspected"."""
    value, several, _ = error.message.partition(" is not one of ")
    return bool(several) and "," in value and bool(getattr(error.param, "multiple", False))


def _as_format(name: str, command: click.Command) -> Iterator[str]:
    """How a format is chosen, where an option is called as one."""
    for param in command.params:
        if param.name == "format_" and isinstance(param.type, click.Choice) and name in param.type.choices:
            yield f"write --format {name}"


def _advice(error: click.UsageError) -> Iterator[str]:
    command = error.ctx.command if error.ctx else None
    if command is None:
        return
    if isinstance(error, click.NoSuchOption) and isinstance(command, click.Group):
        if not error.possibilities:
            yield "options of a command stand behind its name"
    elif isinstance(error, click.NoSuchOption):
        yield from _as_format(error.option_name.removeprefix("--"), command)
        if found := _ELSEWHERE.get((command.name or "", error.option_name)):
            yield found
    elif error.message.startswith("Got unexpected extra argument"):
        taken = {name for param in command.params for name in param.opts}
        if found := _ELSEWHERE.get((command.name or "", "")):
            yield found
        told = [how for option, how in _BY_OPTION if option in taken]
        of_rules = "--fingerprints" in taken and not any(isinstance(param, click.Argument) for param in command.params)
        yield from told or ([_BY_FOLDER] if of_rules else [])

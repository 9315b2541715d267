"""Options that mean the same in every command that has them."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click

from camscan.cli import completing
from camscan.errors import UsageError
from camscan.records import NAME

_Command = TypeVar("_Command", bound=Callable[..., Any])

FORMAT_NAMES = ("table", "json", "jsonl", "csv", "html", "xlsx", "markdown", "pdf", "sarif", "netbox", "cyclonedx")
ENDINGS = {".cdx.json": "cyclonedx", ".htm": "html", ".md": "markdown", ".ndjson": "jsonl"} | {
    f".{name}": name for name in FORMAT_NAMES[1:-2]
}
"""Which format a file's name asks for, the longer ending first. One that ends otherwise says nothing."""

_FOREIGN = frozenset((".doc", ".docx", ".ods", ".odt", ".tsv", ".xls", ".xml", ".yaml", ".yml", ".zip"))
"""Endings of files that a table of text would be no good as: whoever opens it expects something else."""


def _not_empty(_context: click.Context, option: click.Parameter, value: Any) -> Any:
    values = (value,) if isinstance(value, str) else value or ()
    if not all(map(str.strip, values)):  # as a script hands it over whose variable is not set
        name = max(option.opts, key=len)
        raise UsageError(f"{name} is empty: give it a value, or leave it out")
    return value


def _site(context: click.Context, option: click.Parameter, value: Any) -> Any:
    names = (value,) if isinstance(value, str) else value or ()
    if not all(re.fullmatch(NAME, name) for name in _not_empty(context, option, names)):
        raise UsageError("--site is no name: write at most 64 characters on one line, such as depot")
    return value


def _file(_context: click.Context, _option: click.Parameter, file: Path | None) -> Path | None:
    if file == Path():
        raise UsageError("--output is empty: name a file, or leave it out")
    return None if file == Path("-") else file


db = click.option(
    "--db",
    metavar="PATH-OR-URL",
    callback=_not_empty,
    envvar="CAMSCAN_DB",
    show_envvar=True,
    help="The store: a SQLite file or an SQLAlchemy URL. Default: camscan.db in your data directory.",
)
config = click.option(
    "--config",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="CAMSCAN_CONFIG",
    show_envvar=True,
    help="The configuration. Default: camscan.toml, else /etc/camscan/camscan.toml.",
)
configured_db = click.option(
    "--db",
    metavar="PATH-OR-URL",
    callback=_not_empty,
    help="The store, instead of the one in the configuration.",
)
output = click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=_file,
    is_eager=True,  # its ending decides the format, so it is read first
    help="Write to this file instead of stdout.",
)
policy = click.option(
    "--policy",
    "policies",
    multiple=True,
    metavar="ID-OR-FILE",
    shell_complete=completing.policies,
    help="Judge by this policy; repeatable. Default: all that come with camscan.",
)
fingerprints = click.option(
    "--fingerprints",
    "folders",
    multiple=True,
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="A folder of rules that extends or overrides the built-in ones; repeatable.",
)


of_site = partial(click.option, "--site", metavar="NAME", callback=_site, shell_complete=completing.sites)
site = of_site(help="The site that the scan belongs to.")
sites = of_site("names", multiple=True, help="Only this site; repeatable. Default: all.")
all_hosts = click.option("--all", "all_hosts", is_flag=True, help="Show every host that answered, not only devices.")
quiet = click.option("-q", "--quiet", is_flag=True, help="No progress and no summary on stderr.")
CHANGES = ("listed", "suspected", "new", "returned", "coverage-loss")
"""What --fail-on may name where scans are compared."""
fail_on_changes = click.option(
    "--fail-on", multiple=True, type=click.Choice(CHANGES), help="Exit with 3 if this is among the changes; repeatable."
)
of_scan = partial(click.option, "--scan", metavar="ID", shell_complete=completing.scans)
scan_id = of_scan("scan_id", help="Which scan (a prefix will do). Default: the latest.")

sweep = click.option(
    "--sweep",
    type=click.Choice(["auto", "connect", "syn", "nmap"]),
    default="auto",
    show_default=True,
    help="Find open ports by SYN packets, which take CAP_NET_RAW, by connecting, or by an nmap that is installed; auto "
    "goes by privilege and number.",
)
interface = click.option(
    "--interface",
    multiple=True,
    metavar="NAME",
    help="Multicast and ARP on this interface alone; repeatable. Default: on all that are connected to the targets.",
)
targets = click.argument("targets", nargs=-1, metavar="[TARGET]...")
_EXCLUDING = (
    click.option("--exclude", multiple=True, metavar="TARGET", help="Never touch these; exclusions always win."),
    click.option(
        "--exclude-file",
        "exclude_files",
        multiple=True,
        type=click.Path(dir_okay=False, exists=True),
        help="A file of exclusions; repeatable.",
    ),
    click.option("--allow-public", is_flag=True, help="Allow targets in public address space."),
    click.option("--allow-large", is_flag=True, help="Allow more than 65,536 addresses."),
)
_PACING = (
    click.option(
        "--profile",
        type=click.Choice(["default", "gentle", "fast"]),
        default="default",
        show_default=True,
        help="How hard to ask: at most 1,000 packets a second in all; gentle 200, and easy on routers; fast 10,000.",
    ),
    click.option("--rate", type=click.IntRange(1, 100_000), metavar="N", help="Packets a second in all."),
    sweep,
    click.option(
        "--ports",
        metavar="LIST",
        callback=_not_empty,
        help="TCP ports to ask instead of the usual ones: 80,554,8000-8010.",
    ),
    click.option("--channels", metavar="LIST", callback=_not_empty, help="Only these channels: wsd,sadp,http."),
    click.option("--thorough", is_flag=True, help="Ask everything of every address, alive or not."),
    click.option(
        "--snmp-community",
        metavar="NAME",
        envvar="CAMSCAN_SNMP_COMMUNITY",
        show_envvar=True,
        help="Ask SNMP v2c with it.",
    ),
)

_TAGS = (
    click.option("--sensitive", is_flag=True, help="It is a sensitive site: a listed device there is ranked first."),
    click.option("--core", multiple=True, metavar="TARGET", help="This is a core network; repeatable."),
)


credentials_file = click.option(
    "--credentials",
    "credentials_file",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file of enrolled logins; encrypted where it ends in .age. Default: credentials.json of your user.",
)
unlock = click.option(
    "--unlock",
    metavar="SOURCE",
    default="prompt",
    show_default=True,
    help="Where the key of an encrypted file comes from: prompt, fd:N, file:PATH or systemd:NAME.",
)
_LOGINS = (
    click.option(
        "--with-credentials", is_flag=True, help="Log in to the devices that are enrolled for this site, once each."
    ),
    credentials_file,
    unlock,
)


def stacked(options: tuple[Callable[[_Command], _Command], ...]) -> Callable[[_Command], _Command]:
    """Several options as one decorator, in the order in which they are to appear."""

    def apply(command: _Command) -> _Command:
        for option in reversed(options):
            command = option(command)
        return command

    return apply


def _asked_by(file: Path, otherwise: str) -> str:
    name = file.name.lower()
    return next((format_ for ending, format_ in ENDINGS.items() if name.endswith(ending)), otherwise)


def formats(*names: str, otherwise: str | None, unsaid: str) -> Callable[[_Command], _Command]:
    """In which of these formats: the one that is named, else as the output's name ends, else this one."""

    def chosen(context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
        file: Path | None = context.params.get("output")
        if value is None and file and file.suffix.lower() in _FOREIGN:
            raise UsageError(f"nothing is written as {file.suffix} here: name one of {', '.join(names)} by --format")
        asked = value or (_asked_by(file, names[0]) if file else otherwise)
        if asked is not None and asked not in names:
            raise UsageError(
                f"cannot write {file} as {asked} here: name another file, or --format {' or '.join(names)}"
            )
        return asked

    said = f"How to write it. Default: as the ending of --output says, else {unsaid}."
    return click.option("--format", "format_", type=click.Choice(names), callback=chosen, help=said)


def written(*names: str) -> Callable[[_Command], _Command]:
    """In which of these formats, and where to; the first is that of what nobody says anything of."""
    return stacked((formats(*names, otherwise=names[0], unsaid=names[0]), output))


judging = stacked((policy, fingerprints))
excluding = stacked(_EXCLUDING)
pacing = stacked(_PACING)
logins = stacked(_LOGINS)
tags = stacked(_TAGS)

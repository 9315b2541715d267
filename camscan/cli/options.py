"""Options that mean the same in every command that has them."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click

from camscan.cli import completing
from camscan.cli.numbers import Whole
from camscan.cli.telling import tell
from camscan.errors import UsageError
from camscan.records import NAME
from camscan.reports import FORMATS

_Command = TypeVar("_Command", bound=Callable[..., Any])

FORMAT_NAMES = tuple(FORMATS)
_NO_ENDINGS = ("table", "netbox", "cyclonedx")
ENDINGS = {".cdx.json": "cyclonedx", ".htm": "html", ".md": "markdown", ".ndjson": "jsonl"} | {
    f".{name}": name for name in FORMAT_NAMES if name not in _NO_ENDINGS
}
"""Which format a file's name asks for, the longer ending first. One that ends otherwise says nothing."""

_FOREIGN = frozenset(
    (
        *(".doc", ".docx", ".gz", ".jpg", ".ods", ".odt", ".png", ".pptx", ".rtf"),
        *(".tsv", ".xls", ".xml", ".xz", ".yaml", ".yml", ".zip", ".zst"),
    )
)
"""Endings of files that a table of text would be no good as: whoever opens it expects something else."""


class Existing(click.Path):
    """A file or a folder that is there. Of one that is closed to this user, click itself would say that it is not."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """See click.Path.convert."""
        try:
            Path(value).stat()
        except PermissionError as error:
            self.fail(f"{value!s}: {error.strerror}: check who may read it and the folders above it", param, ctx)
        except OSError:
            pass  # which click tells
        return super().convert(value, param, ctx)


def _site(_context: click.Context, _option: click.Parameter, value: Any) -> Any:
    names = (value,) if isinstance(value, str) else value or ()
    if not all(re.fullmatch(NAME, name) for name in names):
        raise UsageError("--site is not a valid name: use at most 64 characters on one line, such as depot")
    return value


def _file(_context: click.Context, _option: click.Parameter, file: Path | None) -> Path | None:
    return None if file == Path("-") else file


def typed(context: click.Context, _param: click.Parameter, value: Any) -> Any:
    """The value; where it stands for stdin, and that is a terminal, what to do there is told."""
    names = (value,) if isinstance(value, str) else value or ()
    if "-" in names and not context.resilient_parsing and sys.stdin.isatty():
        tell("Reading from this terminal: paste or type, then press Enter and Ctrl-D.")
    return value


of_db = partial(click.option, "--db", metavar="PATH-OR-URL", envvar="CAMSCAN_DB", show_envvar=True)
db = of_db(help="The store: a SQLite file or an SQLAlchemy URL. Default: camscan.db in your data directory.")
config = click.option(
    "--config",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="CAMSCAN_CONFIG",
    show_envvar=True,
    help="The configuration file. Default: camscan.toml, else /etc/camscan/camscan.toml.",
)
configured_db = click.option("--db", metavar="PATH-OR-URL", help="The store to use instead of the configured one.")
output = click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=_file,
    is_eager=True,  # its ending decides the format, so it is read first
    help="Write to FILE instead of stdout.",
)
policy = click.option(
    "--policy",
    "policies",
    multiple=True,
    metavar="ID-OR-FILE",
    shell_complete=completing.policies,
    help="Judge by this policy; repeatable. Default: all policies that come with camscan.",
)
fingerprints = click.option(
    "--fingerprints",
    "folders",
    multiple=True,
    type=Existing(path_type=Path, file_okay=False, exists=True),
    help="A folder of your own rules, which extend or override the built-in ones; repeatable.",
)


of_site = partial(click.option, "--site", metavar="NAME", callback=_site, shell_complete=completing.sites)
site = of_site(help="The site that the scan belongs to.")
site_of_login = of_site(help="The site that the login is for. Default: scans without a site.")
sites = of_site("names", multiple=True, help="Only this site; repeatable. Default: all sites.")
all_hosts = click.option("--all", "all_hosts", is_flag=True, help="Show every host that answered, not only devices.")
quiet = click.option("-q", "--quiet", is_flag=True, help="Print no progress and no summary on stderr.")
fail_on_devices = click.option(
    "--fail-on",
    multiple=True,
    type=click.Choice(["listed", "suspected", "returned"]),
    help="Exit with 3 if such a device was found; repeatable.",
)
CHANGES = ("listed", "suspected", "new", "returned", "coverage-loss")
"""What --fail-on may name where scans are compared."""
fail_on_changes = click.option(
    "--fail-on", multiple=True, type=click.Choice(CHANGES), help="Exit with 3 if this is among the changes; repeatable."
)
of_scan = partial(click.option, "--scan", metavar="ID", shell_complete=completing.scans)
scan_id = of_scan("scan_id", help="The scan to use, by its ID or the start of one. Default: the latest.")

sweep = click.option(
    "--sweep",
    type=click.Choice(["auto", "connect", "syn", "nmap"]),
    default="auto",
    show_default=True,
    help="How to find open ports: by SYN packets (needs CAP_NET_RAW), by connecting, or with an installed nmap. "
    "auto uses syn or connect, by privilege and number of ports.",
)
interface = click.option(
    "--interface",
    multiple=True,
    metavar="NAME",
    help="Use multicast and ARP on this interface only; repeatable. Default: on all interfaces connected to the "
    "targets.",
)
targets = click.argument("targets", nargs=-1, metavar="[TARGET]...", callback=typed)
_EXCLUDING = (
    click.option(
        "--exclude",
        multiple=True,
        metavar="TARGET",
        callback=typed,
        help="Send nothing to this target: exclusions always win; repeatable.",
    ),
    click.option(
        "--exclude-file",
        "exclude_files",
        multiple=True,
        type=Existing(dir_okay=False, exists=True),
        help="Read exclusions from this file; repeatable.",
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
        help="How fast to ask: default sends at most 1,000 packets a second in all, gentle 200 and spares routers, "
        "fast 10,000.",
    ),
    click.option(
        "--rate",
        type=Whole(1, 100_000),
        metavar="N",
        help="At most this many packets a second in all, instead of the profile's.",
    ),
    sweep,
    click.option(
        "--ports", metavar="LIST", help="Ask these TCP ports instead of the usual ones, such as 80,554,8000-8010."
    ),
    click.option("--channels", metavar="LIST", help="Ask on these channels only, such as wsd,sadp,http."),
    click.option(
        "--thorough", is_flag=True, help="Ask every address everything, even where nothing shows a sign of life."
    ),
    click.option(
        "--snmp-community",
        metavar="NAME",
        envvar="CAMSCAN_SNMP_COMMUNITY",
        show_envvar=True,
        help="Also ask by SNMP v2c, with this community.",
    ),
)

_TAGS = (
    click.option("--sensitive", is_flag=True, help="Mark the site as sensitive: its listed devices are ranked first."),
    click.option(
        "--core",
        multiple=True,
        metavar="TARGET",
        help="Mark this as a core network: its listed devices are ranked first; repeatable.",
    ),
)


credentials_file = click.option(
    "--credentials",
    "credentials_file",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file of enrolled logins, encrypted if its name ends in .age. Default: credentials.json in your "
    "configuration directory.",
)
unlock = click.option(
    "--unlock",
    metavar="SOURCE",
    help="Where the key to an encrypted file comes from: prompt, fd:N, file:PATH or systemd:NAME. Default: prompt.",
)
_LOGINS = (
    click.option("--with-credentials", is_flag=True, help="Log in, once each, to the devices enrolled for this site."),
    credentials_file,
    unlock,
)


def combined(options: tuple[Callable[[_Command], _Command], ...]) -> Callable[[_Command], _Command]:
    """Several options as one decorator, in the order in which they are to appear."""

    def apply(command: _Command) -> _Command:
        for option in reversed(options):
            command = option(command)
        return command

    return apply


def _asked_by(file: Path, otherwise: str) -> str:
    name = file.name.lower()
    return next((format_ for ending, format_ in ENDINGS.items() if name.endswith(ending)), otherwise)


def formats(
    *names: str, otherwise: str | None, unsaid: str, elsewhere: Mapping[str, str] | None = None
) -> Callable[[_Command], _Command]:
    """In which of these formats: the one that is named, else as the output's name ends, else this one.

    `elsewhere`: which command writes some that this one does not.
    """

    def chosen(context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
        file: Path | None = context.params.get("output")
        ending = file.suffix.lower() if file and value is None else ""
        meant = [f"write {right}, or " for right in ENDINGS if ending != right and sorted(ending) == sorted(right)]
        if ending in _FOREIGN or meant:
            choice = f"choose one of {', '.join(names)} with --format"
            raise UsageError(f"cannot write {file and file.suffix} files here: {''.join(meant[:1])}{choice}")
        asked = value or (_asked_by(file, names[0]) if file else otherwise)
        if asked is not None and asked not in names:
            other = f"use {elsewhere[asked]}, or " if elsewhere and asked in elsewhere else ""
            raise UsageError(
                f"cannot write {file} as {asked} here: {other}choose another file name, or --format"
                f" {' or '.join(names)}"
            )
        return asked

    said = f"The output format. Default: by the extension of --output, else {unsaid}."
    return click.option("--format", "format_", type=click.Choice(names), callback=chosen, help=said)


def written(*names: str, elsewhere: Mapping[str, str] | None = None) -> Callable[[_Command], _Command]:
    """In which of these formats, and where to; the first is that of what nobody says anything of."""
    return combined((formats(*names, otherwise=names[0], unsaid=names[0], elsewhere=elsewhere), output))


judging = combined((policy, fingerprints))
excluding = combined(_EXCLUDING)
pacing = combined(_PACING)
logins = combined(_LOGINS)
tags = combined(_TAGS)

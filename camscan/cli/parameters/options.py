"""Options that mean the same in every command that has them."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

import click

from camscan.cli.parameters import completing
from camscan.cli.parameters.numbers import Whole
from camscan.cli.terminal.telling import hush, tell
from camscan.errors import UsageError
from camscan.records import NAME

if TYPE_CHECKING:
    from camscan.app.judging.criteria import Criteria
    from camscan.app.planning.scope import CredentialOptions


_Command = TypeVar("_Command", bound=Callable[..., Any])
Decorator: TypeAlias = Callable[[_Command], _Command]


def combined(*options: Decorator[_Command]) -> Decorator[_Command]:
    """Several options as one decorator, in the order in which they are to appear."""

    def apply(command: _Command) -> _Command:
        for option in reversed(options):
            command = option(command)
        return command

    return apply


def gathered(
    name: str, make: Callable[..., object], taken: tuple[str, ...], *options: Decorator[_Command]
) -> Decorator[_Command]:
    """Options whose values, those `taken`, the command is given as one: as what `make` makes of them, called `name`."""

    def apply(command: _Command) -> _Command:
        @wraps(command)
        def gathering(**given: Any) -> Any:
            return command(**{name: make(*map(given.pop, taken))}, **given)

        return combined(*options)(cast("_Command", gathering))

    return apply


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


def typed(context: click.Context, _param: click.Parameter, value: Any) -> Any:
    """The value; where it stands for stdin, and that is a terminal, what to do there is told."""
    names = (value,) if isinstance(value, str) else value or ()
    if "-" in names and not context.resilient_parsing and sys.stdin.isatty():
        tell("Reading from this terminal: paste or type, then press Enter and Ctrl-D.")
    return value


choice = partial(click.Choice, case_sensitive=False)

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
_policy = click.option(
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
quiet = click.option(
    "-q",
    "--quiet",
    is_flag=True,
    expose_value=False,
    callback=hush,
    help="Print no progress and no summary on stderr.",
)
fail_on_devices = click.option(
    "--fail-on",
    multiple=True,
    type=choice(["listed", "suspected", "returned"]),
    help="Exit with 3 if such a device was found; repeatable.",
)
CHANGES = ("listed", "suspected", "new", "returned", "coverage-loss")
"""What --fail-on may name where scans are compared."""
fail_on_changes = click.option(
    "--fail-on", multiple=True, type=choice(CHANGES), help="Exit with 3 if this is among the changes; repeatable."
)
of_scan = partial(click.option, "--scan", metavar="ID", shell_complete=completing.scans)
scan_id = of_scan("scan_id", help="The scan to use, by its ID or the start of one. Default: the latest.")

sweep = click.option(
    "--sweep",
    type=choice(["auto", "connect", "syn", "nmap"]),
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
excluding = combined(
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
pacing = combined(
    click.option(
        "--profile",
        type=choice(["default", "gentle", "fast"]),
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

tags = combined(
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
_unlock = click.option(
    "--unlock",
    metavar="SOURCE",
    help="Where the key to an encrypted file comes from: prompt, fd:N, file:PATH or systemd:NAME. Default: prompt.",
)


@dataclass(frozen=True, slots=True)
class Judging:
    """What devices are judged by, as the user names it; no policy named means all that come with camscan."""

    policies: tuple[str, ...]
    folders: tuple[Path, ...]

    def criteria(self) -> Criteria:
        """The rules and policies. Raises RuleError if one cannot be used."""
        from camscan.app.judging.criteria import criteria_of

        return criteria_of(self.policies, self.folders)


def _login(file: Path | None, unlock: str | None) -> CredentialOptions:
    from camscan.app.planning.scope import CredentialOptions

    return CredentialOptions(file, unlock)


_LOGIN = ("login", _login, ("credentials_file", "unlock"))

judging = gathered("judging", Judging, ("policies", "folders"), _policy, fingerprints)
login = gathered(*_LOGIN, credentials_file, _unlock)
logins = gathered(
    *_LOGIN,
    click.option("--with-credentials", is_flag=True, help="Log in, once each, to the devices enrolled for this site."),
    credentials_file,
    _unlock,
)

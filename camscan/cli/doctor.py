"""`camscan doctor`: what this host can and cannot do."""

from __future__ import annotations

import platform
import resource
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import click

from camscan import __version__
from camscan.cli.parameters import options
from camscan.cli.terminal.exits import Exit
from camscan.cli.terminal.output import Output, written
from camscan.errors import CamscanError
from camscan.reports.escape import terminal

SCHEMA = "camscan-doctor/1"
_FEW_DESCRIPTORS = 1_024
_EXPAT = (2, 7, 2)
_LONGEST = 1_000
"""Characters of one finding on a terminal."""
_PACKAGES = ("aiohttp", "cryptography", "google-re2", "lxml", "scapy", "sqlalchemy", "zeep")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: "ok", "note" (works, with a limit) or "bad" (something does not work), and what to do."""

    grade: str
    text: str


@click.command()
@options.of_db(
    help="A store to look at too: whether this user may use it, and who may do too much in a PostgreSQL database."
)
@written("table", "json")
def doctor(db: str | None, out: Output) -> None:
    """Show what this host can and cannot do: privileges, multicast, limits, library versions.

    The exit code is 1 if something does not work.

    \b
    Examples:
      camscan doctor
      camscan doctor --db postgresql://camscan@db.example/camscan
      camscan doctor --format json | jq -r '.findings[] | select(.grade != "ok").text'
    """
    checks = dict(_CHECKS)
    if db:
        checks["store"] = partial(_store, db)
    found = [(about, finding) for about, check in checks.items() for finding in _looked_at(check)]
    if out.format == "json":
        findings = [{"about": about, "grade": finding.grade, "text": finding.text} for about, finding in found]
        out.write_json({"schema": SCHEMA, "version": __version__, "findings": findings})
    else:
        out.write_lines(f"{finding.grade:<5}{terminal(finding.text, _LONGEST)}" for _, finding in found)
    sys.exit(Exit.FAILED if any(finding.grade == "bad" for _, finding in found) else Exit.DONE)


def _looked_at(check: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """What a check finds; one that this host does not let be made is a finding, too."""
    try:
        yield from check()
    except CamscanError as error:
        yield Finding("bad", str(error))


def _versions() -> Iterator[Finding]:
    from importlib.metadata import PackageNotFoundError, version
    from pyexpat import version_info

    packages, missing = list[str](), list[str]()
    for name in _PACKAGES:
        try:
            packages.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    yield Finding("ok", f"camscan {__version__}, Python {platform.python_version()}, {', '.join(packages)}")
    if missing:
        yield Finding("bad", f"not installed: {', '.join(missing)} (reinstall camscan)")
    if version_info < _EXPAT:
        text = ".".join(map(str, version_info))
        yield Finding("note", f"expat {text} is slow on huge XML tokens: camscan cuts answers before it sees them")


def _descriptors() -> Iterator[Finding]:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < _FEW_DESCRIPTORS:
        yield Finding("note", f"only {hard} open files are allowed: large scans will be slower (raise `ulimit -Hn`)")
    else:
        yield Finding("ok", f"open files: {'unlimited' if hard == resource.RLIM_INFINITY else hard}")


def _interfaces() -> Iterator[Finding]:
    from camscan.net.kernel.bridges import bridge, bridged
    from camscan.net.kernel.interfaces import interfaces

    usable = [i for i in interfaces() if i.multicast and not i.loopback]
    by_four = {i.name for i in usable if i.network.version == 4}
    able = [i for i in usable if i.network.version == 4 or (i.network.is_link_local and i.name not in by_four)]
    for interface in able:
        yield Finding("ok", f"{interface.name}: {interface.address} in {interface.network}, multicast possible")
    if not able:
        yield Finding("note", "no interface supports multicast: devices can only be found by asking each address")
    if (on := bridge()) and (names := bridged()):
        yield Finding("note", f"{', '.join(names)}: on {on.name}, which multicast does not leave: {on.remedy}")


def _privilege() -> Iterator[Finding]:
    from camscan.net.kernel.privilege import can_use_realtime, has_net_raw

    if has_net_raw():
        yield Finding("ok", "CAP_NET_RAW: ARP sweeps, SYN sweeps and passive listening are possible")
    else:
        yield Finding("note", "no CAP_NET_RAW: no ARP sweep, no passive listening, ports are swept by connecting")
    if can_use_realtime():
        yield Finding("ok", "real-time priority: other work on this host does not disturb the pace of port sweeps")
    else:
        yield Finding(
            "note", "no real-time priority (CAP_SYS_NICE): other work on this host makes the pace of port sweeps uneven"
        )


def _port_sweeps() -> Iterator[Finding]:
    """What `camscan.syn` needs, which may be installed and not fit this processor or its libraries."""
    try:
        import numpy as np
    except ImportError as error:
        reason = str(error).strip().partition("\n")[0]
        yield Finding(
            "bad", f"numpy cannot be loaded, so `camscan ports` and `--sweep syn` fail: reinstall camscan ({reason})"
        )
    else:
        yield Finding("ok", f"numpy {np.__version__}: what ports are swept with is there")


def _sqlite() -> Iterator[Finding]:
    import sqlite3

    yield Finding("ok", f"SQLite {sqlite3.sqlite_version}")


def _library() -> Iterator[Finding]:
    from camscan.app.judging.criteria import chosen_policies, library

    rules = library(log=False)
    yield Finding(
        "ok", f"{len(rules.rules)} fingerprints, {len(rules.brands)} brands, {len(chosen_policies(()))} policies"
    )
    for warning in rules.warnings:
        yield Finding("bad", f"left out: {warning}")


def _registry() -> Iterator[Finding]:
    from camscan.codecs.oui import registry_date

    yield Finding("ok", f"MAC registry: {registry_date()} (a newer one comes with a newer aiooui)")


def _store(db: str) -> Iterator[Finding]:
    from camscan.store.check import excess_privileges

    found = excess_privileges(db)
    for text in found or ():
        yield Finding("note", text)
    if not found:
        more = "" if found is None else ", and nobody may do more there than is needed"
        yield Finding("ok", f"the store can be reached{more}")


_CHECKS: Mapping[str, Callable[[], Iterator[Finding]]] = {
    "versions": _versions,
    "open-files": _descriptors,
    "interfaces": _interfaces,
    "privileges": _privilege,
    "port-sweeps": _port_sweeps,
    "sqlite": _sqlite,
    "fingerprints": _library,
    "mac-registry": _registry,
}
"""What is looked at, in this order, by what it is about."""

"""`camscan state`: record how far the removal of a device is: who said what, when and why."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterator, Sequence
from shlex import quote
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from camscan.cli.parameters import options
from camscan.cli.parameters.numbers import Whole
from camscan.cli.terminal.exits import Exit
from camscan.cli.terminal.output import Output, written
from camscan.cli.terminal.telling import tell
from camscan.errors import UsageError
from camscan.reports.escape import terminal
from camscan.summaries import GIVEN, State
from camscan.text.timestamps import utc

if TYPE_CHECKING:
    from camscan.app.reporting.statements import CurrentState, Statement
    from camscan.store.registered import Entry
    from camscan.store.store import Store

SCHEMA = "camscan-states/1"
_LIST = "list"
_EXAMPLE = 'ticketed --why "CHG-4711, to be replaced in May"'
_OF_LISTS = frozenset({"format_", "output", "fail_on"})  # options that mean nothing where a state is recorded
_HEADS = ("state", "at", "site", "address", "device", "who", "why")
_COLUMNS = ("site", "device", "address", "state", "at", "who", "why", "proof")


@click.command()
@click.argument("device", default=_LIST, metavar="[DEVICE|list]")
@click.argument("state", required=False, type=options.choice([state.value for state in GIVEN]), metavar="[STATE]")
@click.option("--why", metavar="TEXT", help="The reason, such as a ticket number; required with STATE.")
@click.option("--who", metavar="NAME", help="Who says so. Default: the user who runs this command.")
@options.of_site(help="The site of the device, or the site to list.")
@click.option("--no-site", is_flag=True, help="The device belongs to no site, or list those that belong to none.")
@click.option(
    "--clean",
    type=Whole(1, 100),
    default=3,
    show_default=True,
    metavar="N",
    help="How many clean scans `removed` and `replaced` require.",
)
@click.option(
    "--in", "only", type=options.choice([state.value for state in State]), help="List only devices in this state."
)
@options.db
@written("table", "json", "csv", "xlsx")
@click.option("--fail-on", type=options.choice(["returned"]), help="Exit with 3 if a removed device has come back.")
def state(
    device: str,
    state: str | None,
    why: str | None,
    who: str | None,
    site: str | None,
    no_site: bool,
    clean: int,
    only: str | None,
    db: str | None,
    out: Output,
    fail_on: str | None,
) -> None:
    """Record the state of a device on its way to removal, show its history, or list devices by state.

    DEVICE is a serial number, a MAC address in any notation, or an address. STATE is found, confirmed, ticketed,
    disconnected, removed, replaced or exempt. What is recorded is kept for good. `removed` and `replaced` are
    accepted only after --clean complete scans that asked the address, did not see the device, and saw something
    else alive in its network. If a removed serial or MAC is seen again, at any site, the device is `returned`.

    \b
    Examples:
      camscan state 10.20.0.17 ticketed --why "CHG-4711, to be replaced in May"
      camscan state DS-2CD2385G1-I20190507AAWRD12345678 removed --why "taken down by Ann" --who "Ann Lee"
      camscan state 44:19:b6:00:00:01
      camscan state list --in returned --fail-on returned
    """
    from camscan.app.judging.criteria import Criteria, library
    from camscan.app.reporting.registering import update_register
    from camscan.app.reporting.statements import current_states, find_device, history, record_state
    from camscan.cli.parameters.stored import open_store

    out.ready()
    _check(device, state, only)
    _check_given(state)
    where, words, rules = _where(site, no_site=no_site), _words(state, why, who, clean), library()
    with open_store(db) as store:
        _check_site(store, site)
        tell(*(one.text for one in update_register(store, Criteria(rules), tell)))
        if words:
            said = record_state(store, find_device(store, device, where), words, rules, tell)
            resting = f", by the clean scans {', '.join(said.proof)}" if said.proof else ""
            tell(f"{said.device} at {said.address} is {said.state} from now on{resting}.")
            return
        about = None if device == _LIST else find_device(store, device, where)
        found = list(history(store, about) if about else current_states(store, where, State(only) if only else None))
        if not found:
            tell(*_nothing(store, where, only, about))
    if out.format == "table":
        out.write_lines(_table(found))
    elif out.format == "json":
        out.write(_json(found))
    else:
        out.write_table("camscan states", "States", _COLUMNS, _rows(found))
    if fail_on and any(one.state is State.RETURNED for one in found):
        sys.exit(Exit.FOUND)


def _check(device: str, state: str | None, only: str | None) -> None:
    """See that a list and a statement are not asked for at once."""
    if only and (state or device != _LIST):
        raise UsageError("--in is for `camscan state list`: leave out the device, or --in")
    if state and device == _LIST:
        raise UsageError(f"name the device that is {state}; `camscan state list --in {state}` lists those that are")


def _check_given(state: str | None) -> None:
    """See that nothing is asked of a statement that only a list or a history has, and the other way round."""
    context = click.get_current_context()
    for option in context.command.params:
        if context.get_parameter_source(str(option.name)) is not ParameterSource.COMMANDLINE:
            continue
        name = max(option.opts, key=len)
        if state and option.name in _OF_LISTS:
            raise UsageError(f"{name} is for lists and histories: leave it out where you give a state")
        if option.name == "clean" and not (state and State(state).is_gone):
            raise UsageError(f"{name} is for `removed` and `replaced`: leave it out")


def _check_site(store: Store, site: str | None) -> None:
    """See that a site is one: of one that is misspelt, nothing would ever be returned."""
    from camscan.cli.parameters.stored import unknown_site

    known = {*store.sites(), *store.register.sites()}
    if site is not None and known and site not in known:
        raise unknown_site(site, known)


def _where(site: str | None, *, no_site: bool) -> str | None:
    """The site that is meant: "" is none of all, None any."""
    if site and no_site:
        raise UsageError("--site and --no-site exclude each other: leave one out")
    return "" if no_site else site


def _words(state: str | None, why: str | None, who: str | None, clean: int) -> Statement | None:
    from camscan.app.reporting.statements import Statement

    if state is None:
        if why or who:
            raise UsageError(f"--{'why' if why else 'who'} needs a state: give one, such as `ticketed`")
        return None
    if not (why or "").strip():
        raise UsageError("give a reason with --why, such as a ticket number")
    return Statement(State(state), str(why).strip(), (who or _user()).strip(), clean)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError) as error:
        raise UsageError("the current user has no name: give one with --who NAME") from error


def _nothing(store: Store, where: str | None, only: str | None, about: Entry | None) -> tuple[str, ...]:
    """Why there is nothing to show, and how to begin."""
    from camscan.cli.parameters.stored import same_store

    if about is not None:
        begin = f"Nobody has recorded a state of {about.device} at {about.address} yet: record its first as in"
        return begin, f"  camscan state {quote(about.address)} {_EXAMPLE}{same_store()}"
    if not store.sites():
        made = "make one with `camscan scan`, then record what becomes of its devices"
        return (f"{store.where} has no scans yet: {made}",)
    site = "" if where is None else f" at site {where}" if where else " without a site"
    if only:
        return (f"No device{site} is {only}.",)
    begin = f"choose one from `camscan devices{same_store()}`, and record its first as in"
    example = f"  camscan state ADDRESS {_EXAMPLE}{same_store()}"
    return f"Nobody has recorded the state of a device{site} yet: {begin}", example


def _object(one: CurrentState) -> dict[str, Any]:
    texts = {name: getattr(one, name) or None for name in ("site", "device", "address", "state", "who", "why")}
    return {**texts, "at": utc(one.at) if one.at else None, "proof": list(one.proof)}


def _json(found: Sequence[CurrentState]) -> Iterator[str]:
    from camscan.reports.json import document

    return document({"schema": SCHEMA}, "states", map(_object, found))


def _rows(found: Sequence[CurrentState]) -> Iterator[list[str]]:
    rows = ({**_object(one), "proof": " ".join(one.proof)} for one in found)
    return ([row[name] or "" for name in _COLUMNS] for row in rows)


def _table(found: Sequence[CurrentState]) -> Iterator[str]:
    from camscan.reports.columns import lines

    rows = (
        (
            one.state.upper() if one.state is State.RETURNED else one.state,
            f"{one.at:%Y-%m-%d %H:%M} UTC" if one.at else "-",
            *(terminal(text or "-") for text in (one.site, one.address, one.device, one.who, one.why)),
        )
        for one in found
    )
    return lines([_HEADS, *rows]) if found else iter(())

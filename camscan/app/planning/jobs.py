"""The job of one scan: of a new one by the user's choices, of a resumed one by its record."""

from __future__ import annotations

import json
import platform
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

from camscan.app.planning.scope import Choices, ScanScope, eligible, scope_of
from camscan.app.planning.strategy import Strategy, strategy_of, sweep_method
from camscan.errors import TargetError, UsageError
from camscan.net.kernel.interfaces import interfaces, sources
from camscan.net.kernel.routes import Routes
from camscan.net.kernel.ways import samples
from camscan.net.programs.method import Method
from camscan.records import Observation, Scan, ScanStatus, Vantage
from camscan.scansettings import CHOICES, GATEWAYS, MERGED, METHOD, SEED, SPECS
from camscan.store.store import Store
from camscan.targets import parse

if TYPE_CHECKING:
    from camscan.credentials.broker import CredentialBroker

_SHOWN_TARGETS = 64  # targets that the record shows; its settings hold all of them
_NOT_KEPT = frozenset({"targets", "snmp_community", "with_credentials"})
"""Choices that the record does not hold: the targets stand in it with files read in, secrets are never stored, and
logins are made only by a command that says so."""
_UNCOUNTED = "a run before this one was broken off: what it sent is not counted"


@dataclass(frozen=True, slots=True)
class Job:
    """What one scan is to do, and to remember.

    `done` are targets that the ledger of an interrupted run has already, and whether each has shown a sign of life,
    `heard` what others answered in it on channels on which whole segments are asked.
    After `seconds`, where they are given, it is interrupted. Where one of the `decoys` does not answer, it was blind.
    """

    scan: Scan
    scope: ScanScope
    strategy: Strategy
    seed: int
    method: Method
    done: Mapping[str, bool] = field(default_factory=dict)
    heard: tuple[Observation, ...] = ()
    seconds: float | None = None
    broker: CredentialBroker | None = None
    resumed: bool = False
    decoys: tuple[str, ...] = ()

    @property
    def covered(self) -> int:
        """How many of the addresses that are asked an interrupted run has covered: not those that are excluded."""
        excluded = self.scope.excluded
        return sum(address not in excluded for address in self.done) if excluded else len(self.done)


def new_job(choices: Choices, site: str | None) -> Job:
    """A scan that is about to start; the settings of its record hold what a resumed run needs.

    Whether its decoys are asked is another question (`check_decoys`).
    """
    scope, strategy, seed = scope_of(choices), strategy_of(choices), secrets.randbits(32)
    method = sweep_method(choices, scope.asked, strategy)
    shown = scope.specs if len(scope.specs) <= _SHOWN_TARGETS else (*scope.specs[:_SHOWN_TARGETS], "...")
    decoys = _decoys(choices)
    parse(choices.core, whole_networks=True)  # nothing that is asked depends on it, but a report at the end does
    record = Scan(
        secrets.token_hex(6),
        datetime.now(UTC),
        shown,
        strategy.plan.channels,
        site,
        excluded=tuple(scope.excluded.networks()),
        vantage=_vantage(scope),
        settings={
            SEED: str(seed),
            SPECS: "\n".join(scope.specs),
            CHOICES: _kept(choices, scope, decoys),
            METHOD: f"{method.name}: {method.reason}",
            **_gateways(scope, {}),
        },
    )
    return Job(record, scope, strategy, seed, method, decoys=decoys)


def _kept(choices: Choices, scope: ScanScope, decoys: tuple[str, ...]) -> str:
    """The choices as the record holds them, with exclusions that a later run can read again."""
    choices = replace(choices, exclude=scope.excluding, exclude_files=(), expect_decoy=decoys)
    return json.dumps({name: value for name, value in asdict(choices).items() if name not in _NOT_KEPT})


def _vantage(scope: ScanScope) -> Vantage:
    names = dict.fromkeys(interface.name for interface in eligible(scope))
    firsts = islice((first for first, _ in scope.asked.spans()), _SHOWN_TARGETS)
    used = sources((*firsts, *samples(scope.asked.spans())))
    own = ((interface.name, interface.address) for interface in interfaces() if interface.address in scope.asked)
    return Vantage(platform.node(), tuple(names), tuple(dict.fromkeys((*used, *own))))


def _gateways(scope: ScanScope, before: Mapping[str, str]) -> dict[str, str]:
    """What the settings say of gateways of this host that are asked, and of those that a run before this one had."""
    now = [gateway for gateway in sorted(Routes.read().gateways) if gateway in scope.asked]
    found = dict.fromkeys((*before.get(GATEWAYS, "").split(), *now))
    return {GATEWAYS: " ".join(found)} if found else {}


def _together(before: Vantage, now: Vantage) -> Vantage:
    """Where both runs looked from: the host may have another address, or another interface, than before."""
    interfaces = tuple(dict.fromkeys((*before.interfaces, *now.interfaces)))
    return replace(before, interfaces=interfaces, sources=tuple(dict.fromkeys((*before.sources, *now.sources))))


def _decoys(choices: Choices) -> tuple[str, ...]:
    """The decoys, as the ledger writes them. Raises TargetError if one is no address, or several."""
    found = list[str]()
    for text in choices.expect_decoy:
        if (named := parse([text])).count != 1:
            raise TargetError(f"cannot use {text} as a decoy: name one address")
        found += named.shuffled(0)
    return tuple(found)


def check_decoys(job: Job) -> None:
    """See that a scan asks its decoys. Raises TargetError if it does not ask one."""
    for decoy in job.decoys:
        if decoy not in job.scope.asked:
            raise TargetError(
                f"the decoy {decoy} is not asked: add it to the targets, or drop the exclusion that covers it"
            )


def ignored_options(now: Choices) -> list[str]:
    """The options that were given for a resumed scan, and would change nothing in it."""
    usual, heeded = Choices(), {"targets", "exclude", "exclude_files", "snmp_community", "with_credentials"}
    names = (item.name for item in fields(Choices) if item.name not in heeded)
    return [f"--{name.replace('_', '-')}" for name in names if getattr(now, name) != getattr(usual, name)]


def is_asked_as(before: Scan, now: Choices) -> bool:
    """Whether a scan was begun with these choices, except for its exclusions, which are read anew when it goes on."""
    added = {"exclude", "exclude_files", "expect_decoy"}
    kept = before.choices
    usual, wanted = (json.loads(json.dumps(asdict(choices))) for choices in (Choices(), now))
    return all(kept.get(name, usual[name]) == wanted[name] for name in wanted.keys() - _NOT_KEPT - added)


def resume_job(store: Store, job: Job) -> Job:
    """Resume an interrupted scan in the store, from what `job_for_rest` says of it."""
    store.resume(job.scan.id, job.scan.settings)
    covered, wide = store.covered(job.scan.id), job.strategy.plan.wide(4) | job.strategy.plan.wide(6)
    seen = (one.open() for one in store.stored(job.scan.id) if one.channel in wide)
    heard = tuple(one for one in seen if one.target not in covered and one.outcome.has_answer)
    return replace(job, done=covered, heard=heard)


def job_for_rest(before: Scan, now: Choices) -> Job:
    """The rest of an interrupted scan, with its own choices; exclusion files are read anew, new exclusions come on top.

    Raises UsageError if targets were given, or it has asked none, or was not begun here.
    """
    _check_resumable(before, now)
    kept = before.choices
    choices = Choices(**{**kept, "targets": tuple(before.settings[SPECS].split("\n"))})
    choices = replace(
        choices,
        exclude=(*choices.exclude, *now.exclude),
        exclude_files=(*choices.exclude_files, *now.exclude_files),
        snmp_community=now.snmp_community,
        with_credentials=now.with_credentials,
    )
    scope, strategy, decoys = scope_of(choices), strategy_of(choices), _decoys(choices)
    record = replace(
        before,
        status=ScanStatus.RUNNING,
        finished_at=None,
        notes=before.notes if before.finished_at else tuple(dict.fromkeys((*before.notes, _UNCOUNTED))),
        channels=tuple(dict.fromkeys((*before.channels, *strategy.plan.channels))),
        excluded=tuple(scope.excluded.networks()),
        vantage=_together(before.vantage, _vantage(scope)),
        settings={**before.settings, CHOICES: _kept(choices, scope, decoys), **_gateways(scope, before.settings)},
    )
    by_syn = before.settings.get(METHOD, "").startswith("syn:")
    method = Method("syn" if by_syn else "connect", "resumed")
    return Job(record, scope, strategy, int(before.settings[SEED]), method, resumed=True, decoys=decoys)


def _check_resumable(before: Scan, now: Choices) -> None:
    if now.targets:
        raise UsageError("a resumed scan already has its targets: leave them out")
    if MERGED in before.settings:  # whom to ask, and how, is what somebody else wrote there
        raise UsageError(f"scan {before.id} was merged from another store: resume it there, or start a new scan")
    if CHOICES not in before.settings:
        raise UsageError(
            f"scan {before.id} ({before.origin}) asked no addresses, so there is nothing to resume: start a new scan"
        )

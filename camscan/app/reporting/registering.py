"""Keeping the register: which scans are in it, what a new one changes, and which device has come back."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

from camscan.app.judging.manyscans import merged_each
from camscan.errors import DamageError, StoreError
from camscan.policy import judge_all
from camscan.policy import load as load_policies
from camscan.records import Judged, Origin, Report, Scan, ScanStatus
from camscan.register.entries import apply_snapshot
from camscan.register.names import key, known_as, lasting, names, shared
from camscan.register.progress import progress
from camscan.register.states import IsOfAnother, changes_by_key, is_copy, sighted, state_among, state_of
from camscan.reports import is_shown, select
from camscan.rulefiles.folder import fingerprints_folder
from camscan.store.damage import damage
from camscan.store.queries import last_answers
from camscan.store.register import Standing
from camscan.store.registered import Entry, Mark
from camscan.store.schema import register_tracks
from camscan.store.store import Store
from camscan.summaries import State, StateChange
from camscan.sweeps.memory import Track, adapter, dump_track
from camscan.sweeps.snapshot import Snapshot, snapshot
from camscan.text.timestamps import latest_past

if TYPE_CHECKING:
    from camscan.app.judging.criteria import Criteria

_log = logging.getLogger(__name__)
Bearers: TypeAlias = Callable[[Iterable[str]], Iterable[Track]]
"""Gives the devices of a site that may bear one of some names."""
_TRIES = 20  # other processes may take in scans of the same site at the same time


@dataclass(frozen=True, slots=True)
class Return:
    """A device that was said to be gone and was seen after that; `change` is what was said, here or at another site.

    `since` is when it was first seen again; `fresh`: by this scan.
    """

    device: str
    address: str
    site: str
    label: str
    change: StateChange
    since: datetime
    fresh: bool

    @property
    def text(self) -> str:
        """What everybody is to hear."""
        where = f" at site {self.change.site}" if self.change.site not in ("", self.site) else ""
        said = f"{self.change.state} on {self.change.at:%Y-%m-%d}{where} by {self.change.who}"
        return f"RETURNED: {self.label} {self.device} is at {self.address}, but was recorded as {said}"


def with_builtin(criteria: Criteria) -> Criteria:
    """The criteria with all policies that come with camscan: the register is to answer for each of them."""
    chosen = {policy.id: policy for policy in (*load_policies([fingerprints_folder()]), *criteria.policies)}
    return replace(criteria, policies=tuple(chosen.values()))


def basis(criteria: Criteria) -> str:
    """What verdicts rest on, in one line: where it differs, they may too."""
    return f"rules {criteria.rules.digest[:16]}; {' '.join(sorted(policy.id for policy in criteria.policies))}"


def judged_by(basis: str) -> frozenset[str]:
    """The policies of a line that `basis` gave."""
    return frozenset(basis.rpartition("; ")[2].split())


def with_progress(store: Store, report: Report, *, chosen: bool, site_or_none: bool = False) -> Report:
    """A report with the burn-down of its site, where it has one and the register knows a listed device of it.

    `chosen`: the user chose the policies, so that only what they list counts; there is no burn-down where the register
    was not judged by them all. `site_or_none`: also that of all scans without a site, where the report is on one of
    these.
    """
    site, policies = report.scan.register_site, report.policies if chosen else ()
    if not (site or site_or_none):
        return report
    bases = {mark.basis for mark in store.register.taken(site)} if policies else ()
    if not all(judged_by(basis).issuperset(policies) for basis in bases):
        return report
    tallies = list(store.register.tallies([site], policies))
    found = progress(report.scan.site, tallies, datetime.now(UTC).date())
    if not found.known:
        return report
    is_dated = report.scan.started_at <= latest_past()  # by a clock that was ahead, nothing was seen since
    unseen = store.register.unsighted(report.scan, policies) if is_dated else 0
    return replace(report, progress=replace(found, unseen=unseen))


def update_register(store: Store, criteria: Criteria, tell: Callable[[str], None]) -> list[Return]:
    """Take in every scan that has ended and is not in the register, or has gone on since; the oldest first.

    `tell` hears of it where this is work for a while.
    """
    wide = with_builtin(criteria)
    missing = store.register.due()
    known = store.found(missing)
    due = [known[name] for name in missing if name in known and known[name].status is not ScanStatus.RUNNING]
    if len(due) > 1:
        tell(f"Adding {len(due)} stored scans to the register of devices.")
    stamp, returned = basis(wide), list[Return]()
    while due:
        try:
            for scan, merged in zip(tuple(due), merged_each(store, tuple(due), criteria.rules), strict=True):
                devices = select(judge_all((one.device for one in merged), wide.policies), all_hosts=False)
                seen = replace(snapshot(scan, devices, store.ledger(scan.id)), times=times_of(store, scan))
                returned += register(store, seen, scan.register_site, stamp)
                due.remove(scan)
        except DamageError as error:
            if not error.scan:
                raise
            _log.warning("scan %s is not in the register of devices: %s", error.scan, error)
            due = [scan for scan in due if scan.id != error.scan]
    return returned


def register_scan(store: Store, report: Report, criteria: Criteria) -> list[Return]:
    """Take in a scan that has just been judged; see `register`."""
    answered = (entry for entry in store.ledger(report.scan.id) if entry.outcome.has_answer)  # of many who did not
    seen = snapshot(report.scan, (), answered)
    return register_devices(store, seen, report.scan.register_site, report.devices, criteria)


def times_of(store: Store, scan: Scan) -> Mapping[str, datetime]:
    """When an import saw each address, as its files may tell of what was there weeks ago; nothing of other scans."""
    if scan.origin is not Origin.IMPORT:
        return {}
    with store.database.reading() as connection:
        found = last_answers(connection, scan.id)
    return {address: min(at, scan.ended_at) for address, at in found.items()}  # the clock of a file may be ahead


def register_devices(
    store: Store, seen: Snapshot, site: str, devices: Iterable[Judged], criteria: Criteria
) -> list[Return]:
    """Take in a snapshot whose devices were judged by a few policies only; see `register`."""
    wide = with_builtin(criteria)
    judged = judge_all((one.device for one in devices if is_shown(one.device)), wide.policies)
    return register(store, seen.with_devices(judged), site, basis(wide))


def register(store: Store, seen: Snapshot, site: str, stamp: str) -> list[Return]:
    """Take a snapshot into the register; returns the devices in it that were said to be gone.

    Raises StoreError if other processes change the register of this site all the time.
    """
    until = latest_past()
    for _ in range(_TRIES):
        now = store.register.standing(site)
        if now.marks.get(seen.scan) == seen.at or _kept(store, seen, Mark(seen.scan, site, seen.at, stamp), now, until):
            return list(_returns(store, site, {min(at, until) for at in (seen.at, *seen.times.values())}))
    raise StoreError(f"{store.where} keeps being changed by other processes: try again later")


def _kept(store: Store, seen: Snapshot, mark: Mark, standing: Standing, until: datetime) -> bool:
    """Take a snapshot in, unless another process has done so with any, or said anything, since `standing` was read."""
    before = store.register.entries(mark.site)
    tracks = [track_of(entry) for entry in before]
    taken = apply_snapshot(tracks, seen, until, standing.marks.get(mark.scan))
    pairs = [*((before[number], track) for number, track in taken.seen.items()), *((None, new) for new in taken.new)]
    about = changes_by_key(store.states.changes_of(key(name) for _, track in pairs for name in known_as(track)))
    changed = {*taken.seen, *taken.joined}
    rest = (track for at, track in enumerate(tracks) if at not in changed)
    bearers = among([*rest, *(track for _, track in pairs)])
    entries = [_entry(mark.site, track, entry, about, bearers) for entry, track in pairs]
    gone = [number for other in taken.joined if (number := before[other].number) is not None]
    return store.register.keep(mark, entries, gone, standing)


def _returns(store: Store, place: str, times: Collection[datetime]) -> Iterator[Return]:
    """The devices of a site that a snapshot of these moments saw though they were said to be gone."""
    for entry in store.register.entries(place, State.RETURNED):
        if (at := entry.last_seen) in times:
            track = track_of(entry)
            own = known_as(track)
            changes = store.states.changes_of(map(key, own))
            _, change = state_of(own, place, sighted(track), changes, of_another(track, bearers_at(store, place)))
            if change is not None:
                label, since = track.device.label, entry.state_at or at
                yield Return(entry.device, entry.address, place, label, change, since, fresh=since == at)


def bearers_at(store: Store, site: str) -> Bearers:
    """The devices of a site in the register, which is asked once for the same names: very many may copy them."""

    @cache
    def found(keys: frozenset[str]) -> Sequence[Track]:
        return tuple(map(track_of, store.register.bearing(keys, site=site)))

    return lambda said: found(frozenset(map(key, said)))


def among(tracks: Iterable[Track]) -> Bearers:
    """Some devices, by names that are looked at when they are first asked for."""

    @cache
    def by_key() -> Mapping[str, Sequence[Track]]:
        found: dict[str, list[Track]] = {}
        for track in tracks:
            for name in {key(name) for name in names(track)}:
                found.setdefault(name, []).append(track)
        return found

    return lambda said: chain.from_iterable(by_key().get(key(name), ()) for name in said)


def of_another(track: Track, bearers: Bearers) -> IsOfAnother:
    """Tells what was said of a device from what was said of one whose names it copies."""

    def asked(change: StateChange) -> bool:
        said = lasting(change.names)
        others = (one for one in bearers(said) if one != track and shared(said, names(one)))
        return is_copy(change, (track.device.address, *track.places), others)

    return asked


def track_of(entry: Entry) -> Track:
    """All that is known of a device of the register. Raises DamageError if that cannot be read."""
    try:
        track: Track = adapter(Track).validate_json(entry.track)
    except ValueError as error:
        raise damage(entry.store, register_tracks, {"entry": entry.number}, "no track of a device") from error
    return track


def restated(store: Store, entries: Iterable[Entry]) -> Iterator[Entry]:
    """Entries of the register, with the states that follow from all that is said now."""
    known = [(entry, track_of(entry)) for entry in entries]
    about = changes_by_key(store.states.changes_of(key(name) for _, track in known for name in known_as(track)))
    bearers = {site: bearers_at(store, site) for site in {entry.site for entry, _ in known}}
    for entry, track in known:
        state, since = _state(entry.site, track, entry, about, bearers[entry.site])
        yield replace(entry, state=state, state_at=since)


def _state(
    site: str, track: Track, before: Entry | None, about: Mapping[str, Sequence[StateChange]], bearers: Bearers
) -> tuple[State, datetime | None]:
    """The state of a device, and since when it is in it."""
    state, change = state_among(known_as(track), site, sighted(track), about, of_another(track, bearers))
    if before is not None and before.state is state is State.RETURNED:
        return state, before.state_at  # it has come back once, not with every scan that sees it
    return state, None if change is None else track.last_seen if state is State.RETURNED else change.at


def _entry(
    site: str, track: Track, before: Entry | None, about: Mapping[str, Sequence[StateChange]], bearers: Bearers
) -> Entry:
    device = track.device
    state, since = _state(site, track, before, about, bearers)
    return Entry(
        site=site,
        device=device.id,
        address=device.address,
        verdict=device.verdict.value,
        policies=device.policies,
        first_seen=track.first_seen,
        last_seen=track.last_seen,
        track=dump_track(track),
        keys=tuple(map(key, names(track))),
        state=state,
        state_at=since,
        number=None if before is None else before.number,
    )

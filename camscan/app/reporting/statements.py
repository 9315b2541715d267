"""States that people give to devices: which device is meant, whether scans bear it out, and what state follows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial

from camscan.app.judging.criteria import Criteria
from camscan.app.reporting.registering import bearers_at, of_another, restated, track_of
from camscan.app.reporting.scanreport import snapshot_of
from camscan.errors import UsageError
from camscan.identify.library import Library
from camscan.register.names import asked, at_place, here, key, known_as, lasting, names, place, shared
from camscan.register.removal import beginning, candidates, objection, proof, proof_by_recorder
from camscan.register.states import changes_by_key, sighted, state_among
from camscan.store.registered import Entry
from camscan.store.store import Store
from camscan.summaries import State, StateChange
from camscan.sweeps.snapshot import SLOT
from camscan.targets import is_address, usual

_MOST_NAMED = 5  # devices that bear one name, in a message


@dataclass(frozen=True, slots=True)
class Statement:
    """What a person says of a device; `clean` scans must bear it out where the device is said to be gone."""

    state: State
    why: str
    who: str
    clean: int


@dataclass(frozen=True, slots=True)
class CurrentState:
    """The state of a device, and who said so, when and why; nobody where it is only seen."""

    site: str
    device: str
    address: str
    state: State
    at: datetime | None
    who: str = ""
    why: str = ""
    proof: tuple[str, ...] = ()


def find_device(store: Store, text: str, site: str | None) -> Entry:
    """The one device that a user means; of any site where none is named, and of none where it is "".

    Raises UsageError if no device, or more than one, is called so.
    """
    text, wanted = usual(text), (*asked(text), *at_place(text))
    found = store.register.named(text, map(key, wanted), site)
    exact = [one for one in found if _is_called(one, text, wanted)]
    if not exact:
        where = f" at site {site}" if site else "" if site is None else " without a site"
        raise UsageError(
            f"no device {text!r} is known{where}: give a serial, a MAC, or the address where it was last seen"
        )
    if len(exact) > 1:
        places = ", ".join(f"{one.device} at {one.address} of {one.site or 'no site'}" for one in exact[:_MOST_NAMED])
        raise UsageError(f"{text!r} matches {len(exact)} devices ({places}): {_remedy(text, exact)}")
    return exact[0]


def _is_called(entry: Entry, text: str, wanted: Collection[str]) -> bool:
    """Whether a device has this id or address, or one of these names."""
    track = track_of(entry)
    return text in (entry.address, entry.device, *track.places) or bool(shared(names(track), wanted))


def _remedy(text: str, found: Sequence[Entry]) -> str:
    """What tells the devices apart that bear one name."""
    sites = {one.site for one in found}
    if len(sites) == len(found):
        return "add --site, or --no-site" if "" in sites else "add --site"
    if not is_address(text):
        return "give its address instead"
    tracks = map(track_of, found[:_MOST_NAMED])
    bare = [repr(place(track)) for track in tracks if not lasting(names(track))]
    return f"give {' or '.join(('its serial or MAC', *bare))} instead"


def record_state(
    store: Store, entry: Entry, words: Statement, rules: Library, tell: Callable[[str], None]
) -> StateChange:
    """Keep what is said of a device; `rules` name what earlier scans saw, where that is asked.

    `tell` hears what whoever says it should look at. Raises UsageError if the device is said to be gone, and that has
    not been looked at often enough.
    """
    known = _distinctive(store, entry)
    own = (*known, *track_of(entry).aliases)
    before = (one.at for one in store.states.changes_of(map(key, own)) if shared(own, one.names))
    change = StateChange(
        site=entry.site,
        device=entry.device,
        address=entry.address,
        state=words.state,
        who=words.who,
        why=words.why,
        at=max(datetime.now(UTC), entry.last_seen, *before),  # also where the clock was set back
        names=known,
        proof=_proof(store, entry, words.clean, rules, tell) if words.state.is_gone else (),
    )
    keys = {key(name) for name in known}
    store.states.record(change, keys, entry)
    elsewhere = [one for one in store.register.bearing(keys) if one.site != entry.site]
    store.register.restate(restated(store, elsewhere))  # a removal that is taken back here has not come back there
    if words.state.is_gone:
        _tell_of_others(entry, known, elsewhere, tell)
    return change


def _tell_of_others(
    entry: Entry, known: Sequence[str], elsewhere: Sequence[Entry], tell: Callable[[str], None]
) -> None:
    """Say where a device that is said to be gone was seen since, for it will be called returned there."""
    for one in elsewhere:
        if one.last_seen > entry.last_seen and not one.state.is_gone and shared(lasting(known), names(track_of(one))):
            tell(
                f"Note: it was seen at {one.address} of {one.site or 'no site'} since: if it has moved there, record a "
                "state of it there as well, such as found, or it is reported as returned when it is seen next."
            )


def current_states(store: Store, site: str | None, only: State | None) -> Iterator[CurrentState]:
    """The devices that somebody said something of; or all that are in a state."""
    changes, bearers = changes_by_key(store.states.changes()), cache(partial(bearers_at, store))
    for entry in store.register.entries(site, only):
        if only is None and entry.state_at is None:
            continue
        track = track_of(entry)
        another = of_another(track, bearers(entry.site))
        state, change = state_among(known_as(track), entry.site, sighted(track), changes, another)
        who, why, proof = (change.who, change.why, change.proof) if change else ("", "", ())
        yield CurrentState(entry.site, entry.device, entry.address, state, entry.state_at, who, why, proof)


def history(store: Store, entry: Entry) -> Iterator[CurrentState]:
    """All that was ever said of a device, and at the end that it has come back, where it has."""
    own = known_as(track_of(entry))
    for one in store.states.changes_of(map(key, own)):
        if shared(own, one.names):
            yield CurrentState(one.site, one.device, one.address, one.state, one.at, one.who, one.why, one.proof)
    if entry.state is State.RETURNED:
        yield CurrentState(entry.site, entry.device, entry.address, entry.state, entry.state_at)


def _proof(store: Store, entry: Entry, needed: int, rules: Library, tell: Callable[[str], None]) -> tuple[str, ...]:
    """The clean scans since the device was last seen."""
    track = track_of(entry)
    network = beginning(entry.address)
    proofs, now = [], datetime.now(UTC)
    scans = store.scans(entry.site) if entry.site else (scan for scan in store.scans() if not scan.site)
    for scan in candidates(track, scans):
        if SLOT in entry.address:
            proofs.append(proof_by_recorder(track, scan, snapshot_of(store, scan, Criteria(rules)), now))
        else:
            proofs.append(proof(track, scan, store.ledger(scan.id, network), now))
        if sum(not one.why_not for one in proofs) >= needed:
            break
    if why := objection(track, proofs, needed):
        raise UsageError(why)
    if any(one.answers and not one.why_not for one in proofs):
        tell(f"Note: something still answers at {entry.address}: see that it is another device.")
    return tuple(one.scan for one in proofs if not one.why_not)


def _distinctive(store: Store, entry: Entry) -> tuple[str, ...]:
    """The names by which the device will be known again: none that other devices bear too, as clones do.

    Where devices of other sites bear each, it may have moved there. Where others of its own do, its place tells it.
    """
    track = track_of(entry)
    own = names(track)
    if not lasting(own):
        return own
    sites = {name: set(_sites_of_others(store, entry, name)) for name in own}
    alone = tuple(name for name in own if not sites[name])
    return alone or tuple(name for name in own if entry.site not in sites[name]) or here(track)


def _sites_of_others(store: Store, entry: Entry, name: str) -> Iterator[str]:
    """The sites of the other devices that bear a name of this one."""
    for one in store.register.bearing([key(name)]):
        if one.number != entry.number and shared([name], names(track_of(one))):
            yield one.site

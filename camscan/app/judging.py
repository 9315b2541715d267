"""From stored observations to a report: fingerprints, merge, policies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from camscan import __version__
from camscan.app import collector
from camscan.app.placing import Tags, decoys_of, tags_of, with_places, with_states
from camscan.app.spreading import spread
from camscan.codecs import oui
from camscan.codecs.registry import read_again
from camscan.data import fingerprints_folder
from camscan.devices import Host, hosts_of, merge_hosts
from camscan.devices.identity import mac_in, source_mac, to_endpoint
from camscan.errors import DecodeError
from camscan.identify.library import Library
from camscan.identify.load import load
from camscan.identify.resolve import resolve
from camscan.policy import Policy, judge_all
from camscan.policy import load as load_policies
from camscan.records import Identification, Judged, Observation, Outcome, Report, Scan
from camscan.reports import select
from camscan.reports.segments import Segments
from camscan.store import Store
from camscan.summaries import Citation
from camscan.sweeps.looks import Look, look


def library(folders: Sequence[Path] = (), *, strict: bool = False) -> Library:
    """The built-in fingerprints, extended by the user's folders."""
    return load([fingerprints_folder(), *folders], strict=strict)


def chosen_policies(names: Sequence[str], folders: Sequence[Path] = ()) -> tuple[Policy, ...]:
    """The policies of these names or files; none named means all that come with camscan."""
    return load_policies([fingerprints_folder(), *folders], names)


def judged(observations: Iterable[Observation], rules: Library, policies: Sequence[Policy]) -> tuple[Judged, ...]:
    """The devices that the observations speak of, each with its verdict."""
    return judged_hosts(hosts_in(rules, observations), policies)


def hosts_in(rules: Library, observations: Iterable[Observation]) -> Iterator[Host]:
    """What answers at each address, by the rules."""

    def identify(seen: Sequence[Observation]) -> tuple[Identification, ...]:
        return rules.identify((*seen, *_registrations(seen)))

    return hosts_of(observations, identify)


def judged_hosts(hosts: Iterable[Host], policies: Sequence[Policy]) -> tuple[Judged, ...]:
    """The devices that hosts are, each with its verdict."""
    with collector.seldom():
        return judge_all(merge_hosts(hosts, resolve), policies)


def look_at(store: Store, scan: Scan, rules: Library, policies: Sequence[Policy]) -> Look:
    """A stored scan as comparing sees it, judged by today's rules."""
    return look(scan, devices_in(store, scan, rules, policies), store.ledger(scan.id))


def devices_in(store: Store, scan: Scan, rules: Library, policies: Sequence[Policy]) -> tuple[Judged, ...]:
    """The devices of a stored scan that are no mere hosts."""
    return tuple(select(deemed(store, scan, rules, policies), all_hosts=False))


def deemed(store: Store, scan: Scan, rules: Library, policies: Sequence[Policy]) -> tuple[Judged, ...]:
    """The devices of a stored scan, by today's codecs and rules."""
    parts = spread(store.observations(scan.id), rules, _stored_hosts)
    return judged_hosts(chain.from_iterable(parts), policies)


def _stored_hosts(rules: Library, stored: Sequence[Observation]) -> tuple[Host, ...]:
    return tuple(hosts_in(rules, map(read_again, stored)))


def report_of(
    store: Store,
    scan: Scan,
    rules: Library,
    policies: Sequence[Policy],
    *,
    all_hosts: bool = False,
    tags: Tags | None = None,
) -> Report:
    """Everything that a format may print about a stored scan, by today's codecs and rules.

    `tags` say what the place is; without them, what was said when it was scanned.
    """
    counts = store.ledger_counts(scan.id)
    found = select(deemed(store, scan, rules, policies), all_hosts=all_hosts)
    devices = tuple(with_states(store, scan, with_places(found, policies, tags or tags_of(scan))))
    outcomes, segments = {}, Segments()
    for entry in store.ledger(scan.id):
        outcomes[entry.target] = entry.outcome
        segments.add(entry)
    missed = tuple(decoy for decoy in decoys_of(scan) if not outcomes.get(decoy, Outcome.NOT_SENT).has_answer)
    return Report(
        scan,
        devices,
        tuple(policy.id for policy in policies),
        counts,
        sum(counts.get("", {}).values()),
        outcomes=outcomes,
        citations=tuple(Citation(p.id, p.title, p.citation, p.url, p.since.isoformat()) for p in policies),
        tools={"camscan": __version__, "fingerprints": f"{len(rules.rules):,} rules"},
        networks=segments.networks(devices, missed),
        missed=missed,
    )


def _registrations(seen: Iterable[Observation]) -> Iterator[Observation]:
    """Whom the IEEE registry names for each MAC in the answers, as if it had been observed where the MAC was."""
    known: set[str] = set()
    for observation in seen:
        mac = source_mac(observation) or _endpoint_mac(observation)
        if mac and mac not in known and "mac.organization" not in observation.fields:
            known.add(mac)
            try:
                fields = oui.decode(mac)
            except DecodeError:
                continue
            yield replace(observation, channel="mac", asked=observation.channel, fields=fields)


def _endpoint_mac(observation: Observation) -> str | None:
    endpoints = map(to_endpoint, observation.fields.get("wsd.endpoint", ()))
    return next((mac for endpoint in endpoints if endpoint and (mac := mac_in(endpoint))), None)

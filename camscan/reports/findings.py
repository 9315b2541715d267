"""What a report found, and what of it cannot wait, in plain sentences. Safe for any terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from camscan.records import Origin, Outcome, Report, Verdict
from camscan.reports.blindness import is_blind, why_blind
from camscan.reports.document import MAX_SENTENCE, coverage
from camscan.reports.escape import terminal
from camscan.reports.limits import covered, some
from camscan.summaries import State, Tag
from camscan.text.wording import are, plural

_LESSER = {Verdict.SUSPECTED: "suspected", Verdict.NOT_LISTED: "not listed", Verdict.UNIDENTIFIED: "unidentified"}
_NOBODY = {
    Origin.DISCOVER: "Nobody answered.",
    Origin.LISTEN: "No surveillance device was heard.",
    Origin.IMPORT: "None found: nothing that was read shows a surveillance device.",
    Origin.LIST: "None found: no row that was read names a surveillance device.",
}
"""What is said where there is no device and nobody was asked by address."""
_NOTHING_READ = "Nothing can be said: nothing that was read is the answer of a device."
PLACES = {Tag.SENSITIVE: "a sensitive site", Tag.CORE: "a core network"}


def summary(report: Report) -> Iterator[str]:
    """What is told beside a report that went elsewhere: what was found, what cannot wait, how far was looked."""
    yield findings(report)
    yield from urgent(report)
    yield from covered(report)


def findings(report: Report) -> str:
    """How many devices have which verdict. "None found" is said only where it was possible to look, and at all."""
    others = sum(report.left_out.values())
    if not report.devices and others:
        return f"None of the {plural(others, 'device')} in the scan is among those asked for."
    if not report.devices:
        return _nothing(report)
    verdicts = Counter(judged.verdict for judged in report.devices)
    listed, told = verdicts[Verdict.LISTED], _confirmed(report)
    parts = [f"{plural(listed, 'device')} {are(listed)} listed ({_policies(report)})"] if listed or not others else []
    parts += [f"{n:,} {are(n)} {word}{told[verdict]}" for verdict, word in _LESSER.items() if (n := verdicts[verdict])]
    if others:
        return f"Of those asked for, {', '.join(parts)}; {plural(others, 'other')} left out."
    return f"{', '.join(parts)}."


def listing(report: Report) -> str:
    """The policies that list a device, and how many where that is not all of them: as "uk-nil: 35, us-ndaa-889: 28"."""
    listed = [judged for judged in report.devices if judged.verdict is Verdict.LISTED]
    counts = Counter(policy for judged in listed for policy in {by.policy for by in judged.listed_by})
    named = {policy: counts[policy] for policy in report.policies if counts[policy]}
    if set(named.values()) <= {len(listed)}:
        return ", ".join(named)
    return ", ".join(f"{policy}: {count:,}" for policy, count in named.items())


def _confirmed(report: Report) -> Mapping[Verdict, str]:
    """How many of the devices whose evidence leaves it open count as listed, since somebody has looked at them."""
    spoken_of = (judged.verdict for judged in report.devices if judged.state not in (None, State.FOUND))
    said: Counter[Verdict] = Counter(verdict for verdict in spoken_of if verdict is not Verdict.NOT_LISTED)
    return {verdict: f" ({said[verdict]:,} confirmed by people)" if said[verdict] else "" for verdict in Verdict}


def _nothing(report: Report) -> str:
    """What it means that no device is there to be shown."""
    counts = coverage(report)
    if report.scan.origin in _NOBODY:
        is_empty = report.scan.origin is Origin.IMPORT and not any(counts.values())
        return _NOTHING_READ if is_empty else _NOBODY[report.scan.origin]
    if report.missed:
        outcomes = {report.outcomes.get(decoy, Outcome.NOT_SENT) for decoy in report.missed}
        why = "could not be asked" if outcomes == {Outcome.NOT_SENT} else "did not"
        return f"Nothing can be said: {some(report.missed)} should have answered and {why}, so the scan was blind."
    if not is_blind(report):
        return "None found: no address that was asked shows a surveillance device."
    return f"Nothing can be said: {why_blind(report)}."


def _policies(report: Report) -> str:
    return terminal(listing(report) or ", ".join(report.policies)) or "no policy chosen"


class Alert(NamedTuple):
    """What cannot wait: the sentence, and what a policy says of it."""

    text: str
    quoted: str = ""


def urgent(report: Report) -> Iterator[str]:
    """What cannot wait, a sentence each."""
    yield from (f"{alert.text}{f': {alert.quoted}' if alert.quoted else ''}." for alert in alerts(report))


def alerts(report: Report) -> Iterator[Alert]:
    """What cannot wait: listed devices where a direction forbids them, and what has come back."""
    offences = Counter(offence for judged in report.devices for offence in judged.offends)
    for offence, count in sorted(offences.items(), key=lambda pair: list(Tag).index(pair[0].place)):
        where, text = PLACES[offence.place], terminal(offence.text, MAX_SENTENCE)
        source = f"{terminal(offence.policy)}, {terminal(offence.citation)}, {terminal(offence.since)}"
        yield Alert(f"{plural(count, 'listed device')} {are(count)} on {where}", f"“{text}” ({source})")
    back = [judged.device.place for judged in report.devices if judged.state is State.RETURNED]
    if back:
        yield Alert(f"RETURNED: {plural(len(back), 'device')} recorded as removed {are(len(back))} back: {some(back)}")

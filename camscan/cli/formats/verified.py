"""What came of checking a bundle of evidence, in words and for programs (docs/schema/camscan-verified-1.json)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from textwrap import wrap

from camscan.app.archiving.bundling import files_of
from camscan.errors import EvidenceError
from camscan.evidence.verify import Verified
from camscan.records import Verdict
from camscan.reports.document import Object
from camscan.reports.escape import terminal
from camscan.text.timestamps import utc
from camscan.text.wording import are, plural

SCHEMA = "camscan-verified/1"
_MAX_TEXT = 500
_MIN_TEXT = 20
_INDENT = " " * 16


def text(name: str, found: Verified, *, known: bool, room: int) -> Iterator[str]:
    """That a bundle holds, and what its reader must know; `known`: the key was compared with one that they gave.

    Lines are wrapped to `room` columns; what has to be copied whole, such as a key, is not broken.
    """
    yield f"{terminal(name)} holds.\n"
    most = max(room - len(_INDENT), _MIN_TEXT)
    for head, line in _told(found, known=known):
        shown = terminal(line, _MAX_TEXT)
        parts = wrap(shown, most, break_long_words=False, break_on_hyphens=False) if len(shown) > most else [shown]
        yield f"  {head:<13} " + f"\n{_INDENT}".join(parts) + "\n"


def document(name: str, found: Verified, *, known: bool) -> Object:
    """That a bundle holds, as JSON for programs; `known` as in `text`."""
    about, scan, stamp = found.manifest.about, found.scan, found.stamp
    told: Object = {
        "scan": {"id": scan.id, "site": scan.site, "status": scan.status.value, "started_at": utc(scan.started_at)},
        "notes": list(scan.notes),
        "made": {"at": about.made_at, "clock": dict(about.clock), "versions": dict(about.versions)},
        "operator": about.operator or None,
        "authority": about.authority or None,
        "observations": {"chained": found.manifest.chain.records, "without_bytes": found.beside},
        "devices": dict(found.verdicts),
        "states": dict(found.states),
        "statements": found.statements,
        "other_rule_files": _differing(found),
        "key": {"fingerprint": found.manifest.key, "known": known},
        "time_stamp": stamp and {"at": utc(stamp.at), "authority": stamp.authority, "trusted": stamp.trusted},
    }
    return _head(name, fault=None) | told


def refusal(name: str, error: EvidenceError) -> Object:
    """For programs, that a bundle does not hold: nothing else in it is to be believed."""
    return _head(name, fault=str(error))


def _head(name: str, *, fault: str | None) -> Object:
    return {"schema": SCHEMA, "bundle": name, "holds": fault is None, "fault": fault}


def _told(found: Verified, *, known: bool) -> Iterator[tuple[str, str]]:
    about, scan = found.manifest.about, found.scan
    yield "scan", f"{scan.id}, site {scan.site or '-'}, {scan.status}, begun {scan.started_at:%Y-%m-%d %H:%M:%S} UTC"
    yield from (("note", note) for note in scan.notes)
    yield "made", f"{about.made_at} by camscan {about.versions.get('camscan', '?')}, so this host's clock said"
    yield "clock", clock(about.clock)
    yield "operator", about.operator or "not stated"
    yield "authority", about.authority or "not stated"
    yield "observations", f"{found.manifest.chain.records:,} in one chain"
    if found.beside:
        yield "", f"{found.beside:,} of them say what no bytes here do (an open port, or what another tool recorded)"
    verdicts = (f"{count:,} {verdict}" for verdict in Verdict if (count := found.verdicts.get(verdict)))
    yield "devices", ", ".join(verdicts) or "none"
    yield "", "all hosts that answered, each judged again from the bytes, by the rules and policies in the bundle"
    states = ", ".join(f"{count:,} {state}" for state, count in sorted(found.states.items())) or "none"
    said = f"from {plural(found.statements, 'statement')} of people about devices of the site"
    yield (
        "states",
        f"{states}; {said}" if found.statements else "none: nobody has said anything about devices of the site",
    )
    other = _differing(found)
    yield "rules", f"{plural(other, 'file')} {are(other)} not this camscan's" if other else "the same as this camscan's"
    yield "signed by", f"key {found.manifest.key}"
    yield (
        "",
        "the key that you gave" if known else "NOT compared with a key that you know; anybody can sign: give --key",
    )
    if found.stamp:
        yield "time stamp", f"{found.stamp.at:%Y-%m-%d %H:%M:%S} UTC by {found.stamp.authority}"
        yield "", "vouched for by --tsa-ca" if found.stamp.trusted else "NOT vouched for: give --tsa-ca"


def clock(told: Mapping[str, object]) -> str:
    """What a host said of its clock. One that is not synchronised may be off by more than its kernel reckons."""
    source, most = told.get("source"), told.get("max_error_ns")
    if told.get("synchronised") is True and isinstance(most, int):
        return f"synchronised, and off by at most {most / 1e9:g} s by its own account ({source})"
    return f"not synchronised, as far as this host knew ({source}): it may have been off by any time"


def _differing(found: Verified) -> int:
    """Files of rules that are in the bundle alone, or in this camscan alone, or other there."""
    own = {(name, sha256(data).hexdigest()) for name, data in files_of((), ()).items() if name.startswith("rules/")}
    theirs = {(part.name, part.sha256) for part in found.manifest.parts if part.name.startswith("rules/")}
    return len({name for name, _ in own ^ theirs})

"""SARIF 2.1.0 (OASIS, 2020-03-27), for what shows findings of scanners: a result for each listed or suspected device.

Rules are the fingerprints that matched, taxonomies are the policies and their entities. A device is no file, but
consumers insist on one: the physical location is the relative URI `devices/ADDRESS`, the logical one the plain address.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import quote

from camscan.records import Identification, Judged, Level, Report, ScanStatus, Verdict
from camscan.reports.base import Page
from camscan.reports.document import MAX_TEXT, Object, device_object, notes, status
from camscan.reports.escape import terminal
from camscan.reports.json import dumps, items
from camscan.reports.order import ranked
from camscan.reports.rows import Row
from camscan.summaries import Listing, State
from camscan.text.timestamps import utc

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: Mapping[Verdict, str] = {Verdict.LISTED: "error", Verdict.SUSPECTED: "warning"}
"""Verdict -> how grave a result is; devices with another verdict are none."""
_UNEXPLAINED = Identification("unexplained", Level.HINT, None, None, {}, ())
"""The rule of a result that no rule explains."""
_WHY: Mapping[Level, str] = {
    Level.CERTAIN: "Certain: the maker's own protocol or interface said so.",
    Level.LIKELY: "Likely: only this maker uses what was seen.",
    Level.HINT: "A hint: devices of other makers show the same.",
}
_HELP = "Each result contains its evidence: what was seen, where, and the SHA-256 of the answer it was in."
"""A consumer that shows code scanning asks for a help text of every rule."""
_PLAIN = str.maketrans({character: f"\\x{ord(character):02x}" for character in "[]{}"})
"""What SARIF reads as a link or a placeholder in a message (3.11.5, 3.11.6)."""
_URI = ":/?#@!$&'()*+,;=%"


def render(report: Report, _page: Page) -> Iterator[str]:
    """The log with its one run, each result on a line of its own."""
    found = [judged for judged in ranked(report.devices) if judged.verdict in _LEVELS]
    rules = {rule.rule: rule for judged in found for rule in _rules(judged)}
    numbers = {name: number for number, name in enumerate(rules)}
    alike = Counter(judged.device.id for judged in report.devices)
    run = {
        "tool": {"driver": _driver(report, rules.values())},
        "invocations": [_invocation(report)],
        "automationDetails": {"id": f"camscan/{report.scan.site or ''}/{report.scan.id}"},
        "taxonomies": _taxonomies(report, found),
    }
    yield f'{{"$schema": "{SCHEMA}",\n "version": "2.1.0",\n "runs": [{dumps(run)[:-1]},\n  "results": ['
    yield from items((_result(report, judged, numbers, alike) for judged in found), "   ")
    yield "]}]}\n"


def _driver(report: Report, rules: Iterable[Identification]) -> Object:
    driver: Object = {"name": "camscan", "rules": [_descriptor(rule) for rule in rules]}
    if version := report.tools.get("camscan"):
        driver["version"] = version
    return driver


def _descriptor(rule: Identification) -> Object:
    text = f"Names {rule.maker} as the maker." if rule.maker else "Names no maker."
    return {
        "id": rule.rule,
        "shortDescription": {"text": _plain(text)},
        "fullDescription": {"text": _plain(f"{text} {_WHY[rule.level]}")},
        "help": {"text": _HELP},
        "defaultConfiguration": {"level": "warning" if rule.level is Level.HINT else "error"},
        "properties": {"level": str(rule.level)},
    }


def _invocation(report: Report) -> Object:
    scan = report.scan
    ended = {"endTimeUtc": utc(scan.finished_at)} if scan.finished_at else {}
    return {
        "executionSuccessful": status(scan) is ScanStatus.COMPLETE,
        "startTimeUtc": utc(scan.started_at),
        **ended,
        "toolExecutionNotifications": [{"level": "warning", "message": {"text": _plain(n)}} for n in notes(report)],
    }


def _taxonomies(report: Report, found: Sequence[Judged]) -> list[Object]:
    """One for each chosen policy, with the entities that results refer to."""
    urls = {cited.policy: cited.url for cited in report.citations}
    listings = dict.fromkeys(by for judged in found for by in judged.listed_by)
    return [_taxonomy(policy, urls.get(policy, ""), listings) for policy in dict.fromkeys(report.policies)]


def _taxonomy(policy: str, url: str, listings: Iterable[Listing]) -> Object:
    entities = dict.fromkeys(by.entity for by in listings if by.policy == policy)
    found: Object = {"name": policy, "taxa": [{"id": entity} for entity in entities]}
    if url.startswith(("https://", "http://")):
        found["informationUri"] = quote(url.encode("utf-8", "replace"), safe=_URI)
    return found


def _result(report: Report, judged: Judged, numbers: Mapping[str, int], alike: Mapping[str, int]) -> Object:
    row, device = Row(0, judged), judged.device
    # A consumer takes two results with one fingerprint for one: of clones, with one serial, place and MAC tell.
    told_by = (device.id,) if alike[device.id] == 1 else (device.id, device.place, device.mac or "")
    best = max(_rules(judged), key=lambda rule: rule.level)
    told = device_object(judged)
    return {
        "ruleId": best.rule,
        "ruleIndex": numbers[best.rule],
        "level": _LEVELS[judged.verdict],
        "message": {"text": _plain(f"{row.label}. {row.advice}".rstrip())},
        "locations": [_location(device.place)],
        "partialFingerprints": {"device/v1": _digest(report.scan.site or "", *told_by)},
        "suppressions": _suppressions(row),
        "taxa": _taxa(report, judged),
        "properties": {
            key: told[key] for key in ("maker", "brand", "model", "firmware", "serial", "mac", "switch", "evidence")
        },
    }


def _suppressions(row: Row) -> list[Object]:
    """The exemption that somebody granted; where there is none, an empty list says that it was looked for."""
    exempt = row.judged.state is State.EXEMPT
    return [{"kind": "external", "status": "accepted", "justification": _plain(row.statement)}] if exempt else []


def _taxa(report: Report, judged: Judged) -> list[Object]:
    policies = list(dict.fromkeys(report.policies))
    listings = {(by.policy, by.entity): None for by in judged.listed_by if by.policy in policies}
    return [
        {"id": entity, "toolComponent": {"name": policy, "index": policies.index(policy)}}
        for policy, entity in listings
    ]


def _location(address: str) -> Object:
    name = quote(address[:MAX_TEXT].encode("utf-8", "replace"), safe="")
    return {
        "physicalLocation": {"artifactLocation": {"uri": f"devices/{name}"}, "region": {"startLine": 1}},
        "logicalLocations": [{"name": address[:MAX_TEXT], "kind": "device"}],
    }


def _rules(judged: Judged) -> tuple[Identification, ...]:
    return judged.device.identifications or (_UNEXPLAINED,)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _plain(text: str) -> str:
    """A message of which no part is a link or a placeholder."""
    return terminal(text, MAX_TEXT).translate(_PLAIN)

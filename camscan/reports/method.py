"""How a scan was done: what was asked, from where and how."""

from __future__ import annotations

from collections.abc import Iterator

from camscan.records import Origin, Report, Scan
from camscan.reports.limits import ending
from camscan.reports.words import moment
from camscan.scansettings import UNSTORED

_LOGIN = "login"
_HOW = {
    Origin.DISCOVER: (
        "Devices were asked by multicast and broadcast alone, without any login and without changing anything. Their "
        "answers were"
    ),
    Origin.LISTEN: "Nothing was sent: what devices announce by themselves was",
    Origin.IMPORT: "Nothing was sent: what other programs have recorded, in their own ways, was",
    Origin.LIST: "Nothing was sent, and nobody looked at a device: what a list says of each was",
}
_ASKED = "Each address was asked on several channels"


def how(scan: Scan) -> str:
    """How it was found out what the rules were held against: a sentence up to its verb."""
    if told := _HOW.get(scan.origin):
        return told
    if _LOGIN in scan.channels:
        enrolled = "only devices that were enrolled for it were asked again with their login"
        return f"{_ASKED}, without changing anything; {enrolled}. Its answers were"
    return f"{_ASKED}, without any login and without changing anything. Its answers were"


def method(report: Report) -> list[tuple[str, str]]:
    """What was asked, from where, how fast: label -> text."""
    scan = report.scan
    told = (
        ("Scan", "" if scan.id in UNSTORED else scan.id),
        ("Site", scan.site),
        ("Began", moment(scan.started_at)),
        ("Ended", moment(scan.finished_at) if scan.finished_at else "never"),
        ("Status", ending(scan.status)),
        ("Seen from", ", ".join((scan.vantage.host, *scan.vantage.interfaces))),
        ("Source addresses", ", ".join(map(" ".join, scan.vantage.sources))),
        ("Targets", ", ".join(scan.targets)),
        ("Excluded", ", ".join(scan.excluded)),
        ("Channels", ", ".join(scan.channels)),
        ("Choices", ", ".join(_choices(scan))),
        ("Made with", ", ".join(f"{name} {version}" for name, version in report.tools.items())),
    )
    return [(label, text) for label, text in told if text]


def _choices(scan: Scan) -> Iterator[str]:
    """What the user chose, as "profile gentle"; what holds nothing is left out."""
    try:
        kept = scan.choices
    except ValueError:
        return
    if isinstance(kept, dict):
        for name, value in kept.items():
            if value and not isinstance(value, list):
                yield f"{name.replace('_', ' ')}{'' if value is True else f' {value}'}"

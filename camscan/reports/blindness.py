"""Whether a scan could see anything: without a sign of life, silence proves nothing."""

from __future__ import annotations

from camscan.networks import bystanders
from camscan.records import Origin, Outcome, Report, ScanStatus
from camscan.reports.document import coverage

_ALONE = "nothing beyond the scanning host and its gateway gave a sign of life"


def could_look(report: Report) -> bool:
    """Whether it means that there is none where a scan has no device."""
    return report.scan.origin is Origin.SCAN and not report.missed and not is_blind(report)


def is_blind(report: Report) -> bool:
    """Whether none that was asked gave a sign of life, but the host that asked and its gateway: nothing was shown."""
    counts = coverage(report)
    dark = bool(report.networks) and not any(segment.control for segment in report.networks)
    return dark or not (counts[Outcome.ANSWERED] or counts[Outcome.REFUSED])


def why_blind(report: Report) -> str:
    """Why a scan shows nothing of the addresses that it asked."""
    counts = coverage(report)
    if alive := counts[Outcome.ANSWERED] + counts[Outcome.REFUSED]:
        aside = max(len(bystanders(report.scan)), 1)
        if counts[Outcome.ANSWERED] > aside:
            return "only ARP was answered, with one MAC for several addresses, as a router does in the place of devices"
        return "every address refused, as a firewall does in the place of devices" if alive > aside else _ALONE
    if counts[Outcome.SILENT]:
        return "no address that was asked gave a sign of life, so silence proves nothing"
    begun = report.scan.status is ScanStatus.INTERRUPTED and report.scan.sent.packets
    return "it ended before any address was asked in full" if begun else "no address could be asked"

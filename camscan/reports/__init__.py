"""Reports about one scan, one format a file. They know no network and no clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from camscan.records import Device, Judged
from camscan.reports.base import Format, Page

__all__ = ["FORMATS", "Format", "Page", "is_shown", "select"]

FORMATS: Mapping[str, Format] = {
    one.name: one
    for one in (
        Format("table", several=True),
        Format("json"),
        Format("jsonl", several=True),
        Format("csv", several=True),
        Format("html", several=True, sums_up=True),
        Format("xlsx", binary=True, several=True, sums_up=True),
        Format("markdown", sums_up=True),
        Format("pdf", binary=True, sums_up=True),
        Format("sarif"),
        Format("netbox"),
        Format("cyclonedx"),
    )
}
"""Every format by its name; the first one is what people get who do not choose."""


def select(devices: Iterable[Judged], *, all_hosts: bool) -> Iterator[Judged]:
    """The devices of a report: those that are shown in any case, or all that answered."""
    return (judged for judged in devices if all_hosts or is_shown(judged.device))


def is_shown(device: Device) -> bool:
    """Whether every report shows a device: a rule identified it, or it behaves like a camera.

    Where rules say only that a host is something else, such as an ordinary web server, it is not identified.
    """
    named = any((device.maker, device.brand, device.model, device.conflicts))
    return device.camera_like or (bool(device.identifications) and (named or device.kind != "other"))

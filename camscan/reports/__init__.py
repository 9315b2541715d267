"""Reports about one scan, one format a file. They know no network and no clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from camscan.records import Device, Judged
from camscan.reports.base import Format, Page

__all__ = ["FORMATS", "Format", "Page", "select"]

FORMATS: Mapping[str, Format] = {
    one.name: one
    for one in (
        Format("table"),
        Format("json"),
        Format("jsonl"),
        Format("csv"),
        Format("html"),
        Format("xlsx", binary=True),
        Format("markdown"),
        Format("pdf", binary=True),
        Format("sarif"),
        Format("netbox"),
        Format("cyclonedx"),
    )
}
"""Every format by its name; the first one is what people get who do not choose."""


def select(devices: Iterable[Judged], *, all_hosts: bool) -> Iterator[Judged]:
    """The devices of a report: those that a rule identified or that behave like a camera, or all that answered.

    Where rules say only that a host is something else, such as an ordinary web server, it is not identified.
    """
    return (judged for judged in devices if all_hosts or judged.device.camera_like or _is_identified(judged.device))


def _is_identified(device: Device) -> bool:
    named = any((device.maker, device.brand, device.model, device.conflicts))
    return bool(device.identifications) and (named or device.kind != "other")

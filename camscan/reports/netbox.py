"""A CSV for NetBox's bulk import of devices (3.6 and later): fields of its device import form, and no others.

- `name` is the host name where only one device has it, else the address: NetBox wants it once a site.
- `role`, `manufacturer`, `device_type` and `site` are names that must exist there; what is not known says "Unknown".
- `site` is that of the scan: give scans a `--site`, for NetBox refuses a device without one.
- An address cannot be imported with a device, since in NetBox it belongs to an interface: it stands in `description`.
- `comments` are rendered as Markdown there, and are written as such.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain

from camscan.records import Judged, Report
from camscan.reports.base import Page
from camscan.reports.csv import lines
from camscan.reports.escape import cell
from camscan.reports.markdown import code
from camscan.reports.order import ranked
from camscan.reports.words import of
from camscan.text.wording import heading

COLUMNS = ("name", "role", "manufacturer", "device_type", "serial", "status", "site", "description", "comments")
_LENGTHS = {"name": 64, "manufacturer": 100, "device_type": 100, "serial": 50, "site": 100, "description": 200}
"""What NetBox's database holds; a longer text would make it refuse the whole file."""
_UNKNOWN = "Unknown"
_MAX_COMMENT = 2_000


def render(report: Report, _page: Page) -> Iterator[str]:
    """A line of column names, then one line a device, all of them `active`."""
    return lines(chain((COLUMNS,), _rows(report)))


def _rows(report: Report) -> Iterator[Iterable[str]]:
    hostnames = Counter((judged.device.hostname or "").casefold() for judged in report.devices)
    numbers, taken = Counter[str](), set[str]()
    for judged in ranked(report.devices):
        row = _row(judged, report.scan.site or "")
        if hostnames[row["name"].casefold()] != 1:
            row["name"] = judged.device.place
        row = {name: _fitted(text, _LENGTHS.get(name, _MAX_COMMENT)) for name, text in row.items()}
        row["name"] = _numbered(row["name"], numbers, taken)
        yield (row[name] for name in COLUMNS)


def _fitted(text: str, length: int) -> str:
    shown = cell(text, length)
    return shown if len(shown) <= length else cell(text, length - 1)  # the sign against formulas takes room too


def _numbered(name: str, numbers: Counter[str], taken: set[str]) -> str:
    """`name`, with a number where it was given before: several devices may answer at one address.

    A device may also call itself as such a one is called.
    """
    given = name
    while True:
        numbers[name.casefold()] += 1
        if (number := numbers[name.casefold()]) > 1:
            given = f"{name[: _LENGTHS['name'] - 8]} #{number}"
        if given.casefold() not in taken:
            taken.add(given.casefold())
            return given


def _row(judged: Judged, site: str) -> dict[str, str]:
    device = judged.device
    return {
        "name": device.hostname or device.place,
        "role": heading(device.kind or _UNKNOWN),
        "manufacturer": device.maker or _UNKNOWN,
        "device_type": device.model or _UNKNOWN,
        "serial": device.serial or "",
        "status": "active",
        "site": site,
        "description": f"{device.address} {device.mac or ''}".rstrip(),
        "comments": ", ".join(_comments(judged)),
    }


def _comments(judged: Judged) -> Iterator[str]:
    device = judged.device
    yield f"camscan: {judged.verdict.value.replace('-', ' ')}"
    if device.level is not None:
        yield f"level {device.level}"
    if device.behind:
        yield f"behind {code(device.behind.recorder)}"
        yield f"channel {device.behind.number} {code(device.behind.name)}".rstrip()
    if judged.switch_port:
        yield f"switch port {code(judged.switch_port.port)}{of(code(judged.switch_port.switch))}"
    if len(device.addresses) > 1:
        yield f"also at {', '.join(map(code, device.addresses[1:]))}"
    told = {"brand": device.brand, "firmware": device.firmware}
    yield from (f"{name} {code(text)}" for name, text in told.items() if text)
    yield from (f"on {code(policy)}" for policy in dict.fromkeys(by.policy for by in judged.listed_by))
    yield from (f"conflict {code(conflict)}" for conflict in device.conflicts)

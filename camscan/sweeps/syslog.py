"""Alerts as messages of syslog: RFC 5424, its text in words or in ArcSight's Common Event Format (CEF, revision 25).

What a device says of itself stands in them, so control characters are shown as blanks and every delimiter is escaped:
no device can write an event of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address

from camscan import __version__
from camscan.records import Verdict
from camscan.sweeps.alerttext import ALARM, BACK, COVERAGE_LOSS, AlertText, Event, one_line
from camscan.sweeps.changes import ChangeKind
from camscan.sweeps.snapshot import SLOT
from camscan.text.timestamps import utc

MAX_BYTES = 2048  # of one message: what a receiver should take at least (RFC 5424, 6.1)
_SD_ID = "camscan@32473"  # 32473 is the enterprise number for examples (RFC 5612); camscan has none of its own
_WARNING, _NOTICE, _INFORMATIONAL = 4, 5, 6
_CEF_SEVERITY = {_WARNING: 8, _NOTICE: 5, _INFORMATIONAL: 3}
_CEF_LABELS = {"maker": "maker", "model": "model", "switchPort": "switch_port", "switchName": "switch_name"}
_NOT_IN_HEADER = re.compile(r"[^\x21-\x7e]")
_DETAILS = (
    *("mac", "switch_port", "switch_name", "maker", "brand", "model", "firmware", "hostname", "level"),
    *("what", "before", "after", "last_seen"),
)
_MAX_PARAM, _MAX_DATA = 120, 960
"""Bytes of one value before it is escaped, and of all structured data: what devices say of themselves must not take the
room of the text."""


@dataclass(frozen=True, slots=True)
class Sender:
    """What is the same in all messages to one receiver."""

    host: str
    facility: int = 16
    cef: bool = False


def messages(alert: AlertText, at: datetime, sender: Sender) -> Iterator[bytes]:
    """The messages of an alert: its summary, then one for each thing that it tells."""
    for number, event in enumerate(alert.events):
        severity = _severity(event)
        text = _cef(alert, event, number, severity) if sender.cef else f"{event.kind}: {event.text}"
        header = " ".join(
            (
                f"<{sender.facility * 8 + severity}>1",
                utc(at, "microseconds"),
                _NOT_IN_HEADER.sub("-", sender.host)[:255] or "-",
                "camscan",
                "-",
                event.kind,
            )
        )
        # A mark tells a reader that the text is UTF-8 (RFC 5424, 6.4): before plain ASCII it would only be in the way.
        mark = "" if text.isascii() else "\ufeff"
        head = f"{header} {_data(alert, event, number)} {mark}".encode()
        yield head + _cut(_plain(text), MAX_BYTES - len(head))


def _data(alert: AlertText, event: Event, number: int) -> str:
    """The structured data (RFC 5424, 6.3), without what finds no room in it."""
    named = {"alert": alert.id, "number": str(number), "site": event.site, "scan": alert.scan}
    named |= {"address": event.address, "verdict": event.verdict}
    named |= {name: event.details.get(name, "") for name in _DETAILS}
    params, left = [_SD_ID], _MAX_DATA
    for name, value in named.items():
        param = f'{name.replace("_", "")}="{_quoted(value)}"'
        if value and (size := len(param.encode())) <= left:
            params.append(param)
            left -= size
    return f"[{' '.join(params)}]"


def _quoted(text: str) -> str:
    return re.sub(r'([\\"\]])', r"\\\1", _value(text))


def _value(text: str) -> str:
    return _cut(_plain(text), _MAX_PARAM).decode()


def _cef(alert: AlertText, event: Event, number: int, severity: int) -> str:
    header = (
        "CEF:0",
        "camscan",
        "camscan",
        __version__,
        event.kind,
        f"device {event.kind}" if event.address else event.kind.replace("-", " "),
        str(_CEF_SEVERITY[severity]),
    )
    address = _address(event.address)
    found = {
        "externalId": f"{alert.id}-{number}",
        "dst": "" if ":" in address else address,
        "c6a3": address if ":" in address else "",
        "c6a3Label": "Destination IPv6 Address" if ":" in address else "",
        "dmac": _value(event.details.get("mac", "")),
        "dhost": _value(event.details.get("hostname", "")),
        **dict(_cef_strings(event)),
        "msg": event.text,
    }
    extension = " ".join(f"{name}={_escaped(value, '=')}" for name, value in found.items() if value)
    return "|".join((*(_escaped(part, "|") for part in header), extension))


def _cef_strings(event: Event) -> Iterator[tuple[str, str]]:
    """What CEF has no key for, each with a label."""
    named = {"site": event.site, "verdict": event.verdict}
    named |= {label: event.details.get(name, "") for label, name in _CEF_LABELS.items()}
    for place, (label, value) in enumerate(named.items(), start=1):
        if value:
            yield from ((f"cs{place}Label", label), (f"cs{place}", _value(value)))


def _address(place: str) -> str:
    """The address at a place; for a camera behind a recorder, the recorder's; "" for what is no address."""
    try:
        return str(ip_address(place.partition(SLOT)[0]))
    except ValueError:
        return ""


def _escaped(text: str, delimiter: str) -> str:
    return _plain(text).replace("\\", "\\\\").replace(delimiter, f"\\{delimiter}")


def _severity(event: Event) -> int:
    if event.kind in (ALARM, BACK, COVERAGE_LOSS):
        return _WARNING
    if event.kind == ChangeKind.MISSING or event.verdict == Verdict.SUSPECTED:
        return _NOTICE
    return _WARNING if event.verdict == Verdict.LISTED else _INFORMATIONAL


def _plain(text: str) -> str:
    return one_line(text).encode("utf-8", "replace").decode()


def _cut(text: str, size: int) -> bytes:
    """`text` in UTF-8, in so many bytes at most, and no character cut in two."""
    return text.encode()[: max(size, 0)].decode("utf-8", "ignore").encode()

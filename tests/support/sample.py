"""A made-up report: one site with a device of each verdict, two families and gaps in what was covered; and more of it.

The golden files, the tests in a browser and the benchmarks of the formats all show this one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from typing import Any

from support.crowd import TARGET, Crowd, crowd

from camscan.records import (
    Device,
    Evidence,
    Identification,
    Judged,
    Level,
    Outcome,
    Report,
    Scan,
    ScanStatus,
    Sent,
    Vantage,
    Verdict,
)
from camscan.reports.segments import Segments
from camscan.summaries import (
    Citation,
    Group,
    Listing,
    Offence,
    Point,
    Progress,
    Reconciled,
    Segment,
    State,
    StateChange,
    SwitchPort,
    Tag,
)

_SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_NIL = Listing("uk-nil", "Hangzhou Hikvision Digital Technology Co., Ltd.", "2022-11-24")
_NDAA = Listing("us-ndaa-889", "Dahua Technology Company", "2018-08-13")

_SENSITIVE = Offence(
    "uk-nil", Tag.SENSITIVE, "Not onto sensitive sites.", "HCWS386", "https://example.org/h?a=1&b", "2022-11-24"
)

_PORT = SwitchPort("Gi1/0/7", "sw-<hall>-1", 2, datetime(2026, 11, 23, 8, tzinfo=UTC), "20261123-090000-c3d4")


def _rule(rule: str, level: Level, maker: str | None, *evidence: tuple[str, int | None, str, str]) -> Identification:
    proofs = tuple(Evidence(channel, port, field, value, _SHA) for channel, port, field, value in evidence)
    return Identification(rule, level, maker, None, {}, proofs)


def _devices() -> tuple[Judged, ...]:
    camera = Device(
        address="10.0.0.25",
        addresses=("10.0.0.25", "fe80::4619:b6ff:fe00:1"),
        ports=(80, 554, 8000),
        mac="44:19:B6:00:00:01",
        hostname="gate, north",
        maker="Hikvision",
        brand="HiLook",
        model="IPC-B140H",
        firmware="V5.5.84 build 190507",
        serial="IPC-B140H20190507AAWRD12345678",
        kind="camera",
        level=Level.CERTAIN,
        identifications=(
            _rule("hikvision-http-server", Level.LIKELY, "Hikvision", ("http", 80, "http.server", "App-webs/")),
            _rule(
                "hikvision-sadp", Level.CERTAIN, "Hikvision", ("sadp", 37020, "sadp.device_description", "IPC-B140H")
            ),
        ),
        camera_like=True,
    )
    recorder = Device(
        address="10.0.0.7",
        addresses=("10.0.0.7",),
        ports=(80, 37777),
        mac="3C:EF:8C:00:00:02",
        maker="Dahua",
        model="DHI-NVR4104HS-P-4KS2/L-with-a-very-long-name",
        kind="recorder",
        level=Level.LIKELY,
        identifications=(_rule("dahua-dhip", Level.LIKELY, "Dahua", ("dhip", 37810, "dhip.vendor", "Private")),),
        camera_like=True,
        hidden_channels=4,
    )
    suspect = Device(
        address="10.0.0.9",
        addresses=("10.0.0.9",),
        mac="44:19:B6:00:00:03",
        maker="Hikvision",
        level=Level.HINT,
        identifications=(_rule("hikvision-oui", Level.HINT, "Hikvision", ("arp", None, "mac.prefix", "4419B6")),),
        conflicts=("10.0.0.9 answered with two MAC addresses",),
    )
    other = Device(
        address="10.0.0.101",
        addresses=("10.0.0.101",),
        ports=(443,),
        hostname="アクシス.example",
        maker="Axis",
        brand="Axis",
        model="P3245-LVE",
        kind="camera",
        level=Level.CERTAIN,
        identifications=(
            _rule(
                "axis-vapix",
                Level.CERTAIN,
                "Axis",
                ("http", 443, "http.body", "\x1b]0;owned\x07" + "=1+1 <b>[red]" * 50),
            ),
        ),
        camera_like=True,
    )
    unknown = Device(address="fd00::1:2", addresses=("fd00::1:2",), ports=(554,), camera_like=True)
    at, listed = datetime(2026, 11, 20, 9, tzinfo=UTC), Listing("us-ndaa-889", "Hikvision", "2018-08-13")
    ticket = StateChange("", camera.id, camera.address, State.TICKETED, "Ann Lee", "CHG-4711 <May>", at, (camera.id,))
    away = StateChange("", recorder.id, recorder.address, State.REMOVED, "Ann Lee", "=1+1", at, (recorder.id,))
    return (
        Judged(unknown, Verdict.UNIDENTIFIED),
        Judged(other, Verdict.NOT_LISTED),
        Judged(camera, Verdict.LISTED, (_NIL, listed), state=State.TICKETED, state_change=ticket),
        Judged(suspect, Verdict.SUSPECTED, (_NIL,)),
        Judged(recorder, Verdict.LISTED, (_NDAA,), (_SENSITIVE,), State.RETURNED, away, _PORT),
    )


def sample(count: int = 5) -> Report:
    """The site, which has five devices; beyond these, what a crowd of made-up devices adds to it."""
    site = _site()
    return site if count <= len(site.devices) else _grown(site, crowd(count - len(site.devices)))


def _grown(site: Report, others: Crowd) -> Report:
    """The site with a crowd on networks of its own, and a history that fits."""
    ledger = {channel: Counter(counts) for channel, counts in site.ledger.items()}
    segments = Segments()
    for entry in others.entries:
        segments.add(entry)
        for channel, outcome in (("", entry.outcome), *entry.channels.items()):
            ledger.setdefault(channel, Counter())[outcome] += 1
    devices = (*site.devices, *others.devices)
    return replace(
        site,
        scan=replace(site.scan, targets=(*site.scan.targets, TARGET), channels=tuple(filter(None, sorted(ledger)))),
        devices=devices,
        ledger=ledger,
        targets=site.targets + len(others.entries),
        outcomes={**site.outcomes, **{entry.target: entry.outcome for entry in others.entries}},
        networks=(*site.networks, *segments.networks(others.devices)),
        progress=_progress(sum(judged.verdict is Verdict.LISTED for judged in devices)),
    )


def _progress(remaining: int) -> Progress:
    """A removal that has come half of its way in forty weeks, by leaps."""
    curve = tuple(
        Point(date(2026, 2, 17) + timedelta(weeks=week), 2 * remaining + 1 - (remaining + 1) * (week // 4) // 9)
        for week in range(40)
    )
    return Progress(
        "harbour", 2 * remaining + 1, remaining, 1, 1, remaining, remaining / 280, date(2027, 8, 31), None, curve
    )


def _site() -> Report:
    """The five devices, and what surrounds them."""
    began = datetime(2026, 11, 24, 2, 0, 0, 250_000, timezone(timedelta(hours=1)))
    scan = Scan(
        id="20261124-010000-a1b2",
        site="harbour",
        started_at=began,
        finished_at=datetime(2026, 11, 24, 1, 4, 30, tzinfo=UTC),
        status=ScanStatus.PARTIAL,
        targets=("10.0.0.0/24", "fd00::1:0/127"),
        excluded=("10.0.0.250",),
        channels=("arp", "dhip", "http", "rtsp", "sadp"),
        vantage=Vantage("scanner-1", ("eth0",), (("eth0", "10.0.0.2"), ("eth1", "192.168.7.2"))),
        sent=Sent(packets=10_432, bytes=1_204_551, max_host_connections_per_second=2),
        notes=("eth1 went down at 01:03:10Z: what lies behind it was not asked",),
    )
    ledger: dict[str, dict[str, int]] = {
        "": {
            Outcome.ANSWERED: 10,
            Outcome.AUTH_REQUIRED: 2,
            Outcome.RESET: 1,
            Outcome.REFUSED: 2,
            Outcome.SILENT: 230,
            Outcome.UNREACHABLE: 4,
            Outcome.EXCLUDED: 1,
            Outcome.CRASHED: 1,
        },
        "http": {Outcome.ANSWERED: 10, Outcome.AUTH_REQUIRED: 2, Outcome.REFUSED: 3, Outcome.CRASHED: 1},
        "arp": {Outcome.NOT_SENT: 254, Outcome.ANSWERED: 0},
    }
    outcomes = {f"10.0.0.{n}": Outcome.SILENT for n in range(1, 255)}
    outcomes |= {f"10.0.0.{n}": Outcome.ANSWERED for n in (7, 9, 25, 60, 101)} | {"fd00::1:0": Outcome.SILENT}
    outcomes |= {"10.0.0.61": Outcome.RESET, "10.0.0.62": Outcome.UNREACHABLE, "10.0.0.250": Outcome.EXCLUDED}
    outcomes |= {"10.0.0.63": Outcome.CRASHED, "fd00::1:2": Outcome.AUTH_REQUIRED}
    return Report(
        scan,
        _devices(),
        ("uk-nil", "us-ndaa-889"),
        ledger,
        targets=256,
        outcomes=outcomes,
        citations=(
            Citation(
                "uk-nil", "Security update", "Written statement HCWS386", "https://example.org/h?a=1&b", "2022-11-24"
            ),
        ),
        tools={"camscan": "0.1.0", "fingerprints": "812 rules"},
        networks=(
            Segment(
                "10.0.0.0/24",
                {
                    Outcome.ANSWERED: 5,
                    Outcome.REFUSED: 1,
                    Outcome.SILENT: 245,
                    Outcome.UNREACHABLE: 1,
                    Outcome.EXCLUDED: 1,
                    Outcome.NOT_SENT: 1,
                },
                {
                    "http": {Outcome.ANSWERED: 5, Outcome.REFUSED: 1, Outcome.SILENT: 245},
                    "arp": {Outcome.NOT_SENT: 254},
                },
                "10.0.0.7",
                2,
            ),
            Segment("10.0.9.0/24", {Outcome.SILENT: 1}, {"http": {Outcome.SILENT: 1}}),
            Segment("fd00::/64", {Outcome.ANSWERED: 1}, {"http": {Outcome.ANSWERED: 1}}, "fd00::1:2", hosts=2**64 - 2),
        ),
        progress=Progress(
            "harbour",
            9,
            4,
            1,
            1,
            4,
            0.25,
            date(2026, 12, 10),
            None,
            (Point(date(2026, 3, 1), 9), Point(date(2026, 9, 30), 5), Point(date(2026, 11, 20), 4)),
        ),
        reconciled=Reconciled(
            "cameras.xlsx",
            ("cameras.xlsx: 4 rows against 3 devices.",),
            ("No estimate: the overlap is too small.",),
            ("Rows and devices are matched correctly.",),
            ("address", "row", "reason"),
            (
                Group("undeclared", "Found, but not in the list.", 3, (("10.0.0.7", "-", "no row names it"),)),
                Group("matched", "Found as the list says.", 1, ()),
            ),
        ),
    )


def make_report(**changes: Any) -> Report:
    """A report about other devices or another ledger, of the same scan."""
    return replace(_sample(), **changes)


_sample = cache(sample)

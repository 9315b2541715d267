"""Sites of simulated cameras, as the ledger and the judged devices of a sweep would show them. No socket."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from camscan.records import (
    Device,
    Evidence,
    Identification,
    Judged,
    LedgerEntry,
    Level,
    Outcome,
    Scan,
    ScanStatus,
    Verdict,
)
from camscan.summaries import Listing
from camscan.sweeps.snapshot import Snapshot, snapshot

BEGIN = datetime(2026, 1, 1, 2, tzinfo=UTC)
CHANNELS = ("sadp", "http", "onvif", "rtsp")
_LEVELS = {"sadp": Level.CERTAIN, "http": Level.LIKELY, "onvif": Level.HINT}
"""Channels that name the maker; on RTSP a device only behaves like a camera."""


@dataclass(frozen=True)
class Camera:
    """One camera. `listed`: its maker is on a policy."""

    address: str
    serial: str | None = None
    mac: str | None = None
    model: str = "C-100"
    firmware: str = "V5.4.5"
    maker: str = "Acme"
    name: str | None = None
    listed: bool = True
    channels: tuple[str, ...] = CHANNELS
    more: tuple[str, ...] = ()
    """Further addresses that every answer names as its own."""

    def seen_on(self, channels: Sequence[str]) -> Judged:
        """The device as an observer sees it who gets an answer on these channels alone."""
        found = tuple(self._identification(channel) for channel in channels if channel in _LEVELS)
        level = max((one.level for one in found), default=None)
        told = "sadp" in channels
        device = Device(
            address=self.address,
            addresses=(self.address, *self.more),
            mac=self.mac,
            hostname=self.name,
            maker=self.maker if found else None,
            model=self.model if found else None,
            firmware=self.firmware if {"sadp", "onvif"} & set(channels) else None,
            serial=self.serial if told else None,
            kind="camera",
            level=level,
            identifications=found,
            camera_like=True,
        )
        verdict = self._verdict(level)
        listing = (Listing("uk-nil", "Acme Company", "2022-11-24"),) if verdict is Verdict.LISTED else ()
        return Judged(device, verdict, listing)

    def _verdict(self, level: Level | None) -> Verdict:
        if level is None:
            return Verdict.UNIDENTIFIED
        if not self.listed:
            return Verdict.NOT_LISTED
        return Verdict.SUSPECTED if level is Level.HINT else Verdict.LISTED

    def _identification(self, channel: str) -> Identification:
        attributes = {"model": self.model}
        if channel == "sadp":
            attributes |= {"firmware": f"{self.firmware} build 1", **({"serial": self.serial} if self.serial else {})}
        if channel == "onvif":
            attributes["firmware"] = self.firmware
        proof = Evidence(channel, 80, f"{channel}.banner", self.maker, "00")
        return Identification(f"{channel}-rule", _LEVELS[channel], self.maker, None, attributes, (proof,))


def cameras(count: int, network: str = "10.0.0.") -> list[Camera]:
    """Cameras with a serial and a MAC each."""
    return [
        Camera(f"{network}{number}", f"SN{network}{number:06}", f"02:00:00:00:{number // 256:02x}:{number % 256:02x}")
        for number in range(1, count + 1)
    ]


def sweep(
    night: float,
    site: Sequence[Camera],
    *,
    lost: Collection[tuple[str, str]] = (),
    dead: Collection[str] = (),
    targets: Collection[str] = (),
    asked: Sequence[str] = CHANNELS,
    unsent: Mapping[str, Outcome] | None = None,
    status: ScanStatus = ScanStatus.COMPLETE,
) -> Snapshot:
    """One night. `lost` are answers that went missing, as (address, channel), with "" for any address or channel.

    `dead` are beginnings of addresses that cannot be reached; `targets` further addresses that were asked; `unsent`
    addresses that were not.
    """
    at = BEGIN + timedelta(days=night)
    scan = Scan(f"scan{night}", at, ("10.0.0.0/24",), tuple(asked), "site", at, status)
    outcomes = {target: dict.fromkeys(asked, Outcome.SILENT) for target in targets}
    devices = []
    for camera in site:
        got = [
            channel
            for channel in camera.channels
            if channel in asked
            and not {(camera.address, channel), ("", channel), (camera.address, "")} & set(lost)
            and not camera.address.startswith(tuple(dead))
            and camera.address not in (unsent or {})
        ]
        for address in (camera.address, *camera.more):
            row = outcomes.setdefault(address, dict.fromkeys(asked, Outcome.SILENT))
            row |= dict.fromkeys(got, Outcome.ANSWERED)
        if got:
            devices.append(camera.seen_on(got))
    for address, outcome in (unsent or {}).items():
        outcomes[address] = dict.fromkeys(asked, outcome)
    ledger = [LedgerEntry(target, channels) for target, channels in outcomes.items()]
    return snapshot(scan, devices, ledger)


def moved(camera: Camera, address: str) -> Camera:
    """The same camera at another address."""
    return replace(camera, address=address)

"""Any number of made-up devices on as many networks as they need, with hostile names among them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from ipaddress import ip_address

from camscan.records import Device, Evidence, Identification, Judged, LedgerEntry, Level, Outcome, Verdict
from camscan.summaries import Listing, State

TARGET = "10.20.0.0/14"
NIL = Listing("uk-nil", "Hangzhou Hikvision Digital Technology Co., Ltd.", "2022-11-24")
NDAA = Listing("us-ndaa-889", "Hangzhou Hikvision Digital Technology Company", "2018-08-13")
NIL_DAHUA = Listing("uk-nil", "Zhejiang Dahua Technology Co., Ltd.", "2022-11-24")
MODELS = (
    # maker, brand, model, firmware, kind, field, level, weight
    ("Hikvision", "HiLook", "IPC-B140H", "V5.5.84 build 190507", "camera", "sadp.device_description", 3, 6),
    ("Hikvision", "Hikvision", "DS-2CD2143G2-I", "V5.7.3 build 220315", "camera", "sadp.device_description", 3, 7),
    ("Hikvision", "Annke", "C800", "V5.7.1 build 211130", "camera", "http.server", 2, 3),
    ("Hikvision", "Hikvision", "DS-7616NI-K2", "V4.61.025", "recorder", "sadp.device_description", 3, 1),
    ("Dahua", "Amcrest", "IP8M-2496E", "2.800.00AC000.0.R", "camera", "dhip.vendor", 3, 4),
    ("Dahua", "Dahua", "DH-IPC-HFW2831S", "2.820.0000000.18.R", "camera", "dhip.vendor", 3, 4),
    ("Dahua", None, "DHI-NVR4104HS-P-4KS2/L", "4.001.0000005.1", "recorder", "http.realm", 2, 2),
    ("Hikvision", None, None, None, None, "mac.prefix", 1, 4),
    ("Dahua", None, None, None, None, "mac.prefix", 1, 3),
    ("Axis", "Axis", "P3245-LVE", "10.12.165", "camera", "onvif.manufacturer", 3, 8),
    ("Hanwha Vision", "Samsung", "XNV-8080R", "1.41.06", "camera", "http.title", 2, 5),
    ("Bosch", "Bosch", "FLEXIDOME IP 5000i", "7.80.0129", "camera", "onvif.scope.hardware", 2, 3),
    ("MOBOTIX", "MOBOTIX", "M73", "MX-V7.2.0.16", "camera", "http.server", 2, 2),
    (None, None, None, None, None, "", 0, 5),
)
HOSTILE = (
    '<script>alert(1)</script><img src=x onerror="alert(2)">',
    "=cmd|' /C calc'!A0",
    "\x1b]0;owned\x07\u202egnp.exe",
    '" onmouseover="alert(3)" x="',
    "<b>bold</b> & {{ 7*7 }} [link](javascript:alert(1)) | `x` </noscript></table>",
    "Z" + "\u0301" * 40 + "algo \u05d0\u05d1\u05d2",
    "海康威视 半球 " * 9,
)
_DARK = (Outcome.SILENT,) * 40 + (Outcome.REFUSED,) * 2 + (Outcome.ANSWERED,) * 2
_STATES = (None,) * 5 + (State.CONFIRMED, State.TICKETED, State.EXEMPT)
_CHANNELS = ("arp", "dhip", "http", "mdns", "onvif", "rtsp", "sadp", "ssdp", "tls", "wsd")
_PORTS = {"sadp": 37020, "dhip": 37810, "http": 80, "onvif": 80}


@dataclass(frozen=True, slots=True)
class Crowd:
    """Devices, and what became of every target around them."""

    devices: tuple[Judged, ...]
    entries: tuple[LedgerEntry, ...]


def crowd(count: int, seed: int = 7) -> Crowd:
    """`count` devices on as many /24 as they need; the same seed gives the same ones."""
    dice = random.Random(seed)
    first = int(ip_address("10.20.0.0"))
    places = [n for n in range(max(2, -(-count // 100)) * 256) if n % 256 not in {0, 255}]
    chosen = sorted(dice.sample(places, count))
    devices = tuple(_device(dice, str(ip_address(first + place)), number) for number, place in enumerate(chosen))
    outcomes = {place: dice.choice(_DARK) for place in places}
    outcomes |= dict.fromkeys(range(256 + 240, 256 + 248), Outcome.UNREACHABLE)
    outcomes |= dict.fromkeys(range(256 + 248, 256 + 254), Outcome.EXCLUDED) | {256 + 120: Outcome.NOT_SENT}
    outcomes |= dict.fromkeys(range(512, 766), Outcome.SILENT) if count > 1_000 else {}
    outcomes |= dict.fromkeys(chosen, Outcome.ANSWERED)
    return Crowd(
        devices, tuple(_entry(dice, str(ip_address(first + place)), outcome) for place, outcome in outcomes.items())
    )


def _entry(dice: random.Random, target: str, outcome: Outcome) -> LedgerEntry:
    """What became of a target on each channel: it answers on some."""
    if outcome is not Outcome.ANSWERED:
        return LedgerEntry(target, dict.fromkeys(_CHANNELS, outcome))
    told = {name: dice.choice((Outcome.ANSWERED, Outcome.REFUSED, Outcome.SILENT)) for name in _CHANNELS}
    return LedgerEntry(target, told | {"http": Outcome.ANSWERED})


def _device(dice: random.Random, address: str, number: int) -> Judged:
    """One device; every ninth has a hostile name among the first hundred, and every hundredth after that."""
    maker, brand, model, firmware, kind, field, level, _ = dice.choices(MODELS, [row[-1] for row in MODELS])[0]
    hostile = HOSTILE[number // 9 % len(HOSTILE)] if number % (9 if number < 100 else 100) == 4 else None
    mac = ":".join(f"{dice.randrange(256):02X}" for _ in range(6)) if dice.random() < 0.8 else None
    found = Device(
        address=address,
        addresses=(address,) if dice.random() < 0.9 else (address, f"fe80::{number:x}"),
        ports=(80, 554),
        mac=mac,
        hostname=hostile or (f"cam-{number:03}.harbour.example" if dice.random() < 0.3 else None),
        maker=maker,
        brand=brand,
        model=hostile if hostile and model else model,
        firmware=firmware,
        serial=f"{model}{dice.randrange(10**9):09}" if model and level == 3 else None,
        kind=kind,
        level=Level(level) if level else None,
        conflicts=(f"{address} answered with two MAC addresses",) if dice.random() < 0.04 else (),
        camera_like=True,
        hidden_channels=16 if kind == "recorder" else None,
    )
    if maker:
        found = replace(found, identifications=tuple(_rules(found, field, hostile, dice)))
    listings = {"Hikvision": (NIL, NDAA), "Dahua": (NIL_DAHUA,)}.get(maker or "", ())
    if not listings:
        return Judged(found, Verdict.NOT_LISTED if maker else Verdict.UNIDENTIFIED)
    if level == 1:
        return Judged(found, Verdict.SUSPECTED, listings)
    return Judged(found, Verdict.LISTED, listings, state=dice.choice(_STATES))


def _rules(found: Device, field: str, hostile: str | None, dice: random.Random) -> Iterator[Identification]:
    value, level = hostile or found.model or "4419B6", found.level or Level.HINT
    channel = field.partition(".")[0]
    yield _rule(found, level, "", Evidence(channel, _PORTS.get(channel), field, value, ""))
    if level > Level.HINT:
        # As on real devices: each page says the same, and several rules know it.
        realms = [Evidence("http", 80, "http.realm", found.model or "IP Camera", f"{dice.random()}") for _ in range(4)]
        yield _rule(found, Level.LIKELY, "", *realms)
        yield _rule(found, Level.LIKELY, "-model", *realms)
        yield _rule(found, Level.HINT, "", Evidence("rtsp", 554, "rtsp.public", "OPTIONS, DESCRIBE, SETUP, PLAY", ""))
    if found.mac and level > Level.HINT:
        yield _rule(found, Level.HINT, "", Evidence("arp", None, "mac.prefix", found.mac.replace(":", "")[:6], ""))


def _rule(found: Device, level: Level, kind: str, *proofs: Evidence) -> Identification:
    maker = (found.maker or "").casefold().replace(" ", "-")
    rule = f"{maker}-{proofs[0].field.replace('.', '-')}{kind}"
    digests = (sha256((proof.value + proof.sha256).encode("utf-8", "surrogatepass")).hexdigest() for proof in proofs)
    seen = tuple(proof._replace(sha256=digest) for proof, digest in zip(proofs, digests, strict=True))
    return Identification(rule, level, found.maker, None, {}, seen)

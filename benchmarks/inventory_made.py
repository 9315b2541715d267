"""The devices and the list of benchmarks/inventory.py: what stands there, its answers, and what was listed."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import IPv4Address
from pathlib import Path

import xlsxwriter

from camscan.inventory.agreement import Found
from camscan.inventory.coverage import Coverage
from camscan.inventory.rows import Row
from camscan.records import (
    Device,
    Evidence,
    Identification,
    Judged,
    LedgerEntry,
    Level,
    Observation,
    Outcome,
    Scan,
    ScanStatus,
    Verdict,
)
from camscan.store.store import Store

DEVICES = 210_000
AT = datetime(2026, 11, 24, tzinfo=UTC)
MODELS = ("DS-2CD2385G1-I", "IPC-HFW2431S-S-S2", "P3245-LVE", "XNV-6080R")
SADP = (
    '<?xml version="1.0" encoding="utf-8"?><ProbeMatch><Types>inquiry</Types>'
    "<DeviceDescription>{model}</DeviceDescription><DeviceSN>{serial}</DeviceSN><CommandPort>8000</CommandPort>"
    "<HttpPort>80</HttpPort><MAC>{mac}</MAC><IPv4Address>{address}</IPv4Address>"
    "<IPv4SubnetMask>255.255.255.0</IPv4SubnetMask><IPv4Gateway>10.0.0.1</IPv4Gateway><DHCP>false</DHCP>"
    "<DigitalChannelNum>0</DigitalChannelNum><SoftwareVersion>V5.5.84build 190507</SoftwareVersion>"
    "<DSPVersion>V7.3 build 190507</DSPVersion><BootTime>2026-11-01 10:00:00</BootTime>"
    "<Activated>true</Activated></ProbeMatch>"
)
PAGE = (
    "HTTP/1.1 200 OK\r\nDate: Tue, 24 Nov 2026 10:{minute:02}:{second:02} GMT\r\nServer: webserver\r\n"
    'ETag: "0-{tag:x}-1e0"\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<!doctype html><html><head>'
    '<title></title><script>window.location.href="/doc/page/login.asp?_" + (new Date()).getTime();</script></head>'
)
MAKES = ("Hikvision", "Dahua", "Axis", "Hanwha Vision")


def address(number: int) -> str:
    return str(IPv4Address((10 << 24) + number))


def mac(number: int) -> str:
    return "44:19:B6:" + ":".join(f"{number >> shift & 255:02X}" for shift in (16, 8, 0))


def serial(number: int) -> str:
    return f"{MODELS[number % 4]}20190507AAWRD{number:09d}"


def devices() -> list[Found]:
    """Every twentieth has no serial, and is known by its MAC; every fiftieth has neither."""
    return [device(number) for number in range(DEVICES)]


def device(number: int) -> Found:
    proofs = tuple(Evidence(channel, 80, "x", "x", "0" * 64) for channel in ("sadp", "http", "onvif"))
    maker, model = MAKES[number % 4], MODELS[number % 4]
    attributes = {"model": model, "firmware": "V5.5.84"}
    rules = (Identification("some-rule", Level.CERTAIN, maker, None, attributes, proofs[: 1 + number % 3]),)
    known = number % 50 != 0
    made = Device(
        address(number),
        (address(number),),
        (80, 554),
        mac=mac(number) if known else None,
        serial=serial(number) if known and number % 20 else None,
        maker=maker,
        model=model,
        level=Level.CERTAIN,
        identifications=rules,
        camera_like=True,
    )
    return Found(Judged(made, Verdict.NOT_LISTED), None, (), frozenset(("http", "rtsp")))


def rows() -> Iterator[tuple[str, ...]]:
    """Of a hundred rows 90 are right, 3 have moved, 2 name another make, 3 are gone, 1 stands twice, 1 says nothing."""
    draw = random.Random(7)
    for number in range(DEVICES):
        kind = number % 100
        at = number if kind < 90 or kind >= 93 else number + 300_000
        who = number + 400_000 if 95 <= kind < 98 else number - 50 if kind == 98 else number
        make = "Bosch" if kind in {93, 94} else MAKES[who % 4]
        row = (
            f"Camera {number}",
            address(at if who == number else who),
            mac(who),
            serial(who)[-9:],
            make,
            MODELS[who % 4],
        )
        place = f"Building {draw.randrange(99)}, floor {draw.randrange(9)}"
        yield ("Lamp", "", "", "", "", "", place, "") if kind == 99 else (*row, place, "checked in May")


HEAD = ("Name", "IP Addr.", "MAC-Adresse", "S/N", "Hersteller", "Model", "Location", "Remarks")


def write_files(folder: Path) -> list[Path]:
    text, book = folder / "list.csv", folder / "list.xlsx"
    with text.open("w", newline="", encoding="cp1252") as file:
        csv.writer(file, delimiter=";").writerows((HEAD, *rows()))
    with xlsxwriter.Workbook(str(book), {"constant_memory": True, "strings_to_numbers": False}) as workbook:
        sheet = workbook.add_worksheet("Cameras")
        for at, row in enumerate((HEAD, *rows())):
            sheet.write_row(at, 0, row)
    lines = folder / "list.json"
    with lines.open("w", encoding="utf-8") as file:
        json.dump([dict(zip(HEAD, row, strict=True)) for row in rows()], file)
    return [text, book, lines]


def scan() -> Scan:
    return Scan("4f2a", AT, ("10.0.0.0/8",), ("http", "sadp", "onvif"), None, AT, ScanStatus.COMPLETE)


def ledger(listed: Iterable[Row]) -> Coverage:
    covered = Coverage({address for row in listed for address in row.addresses})
    answered, silent = (dict.fromkeys(scan().channels, outcome) for outcome in (Outcome.ANSWERED, Outcome.SILENT))
    entries = (LedgerEntry(address(number), answered if number < DEVICES else silent) for number in range(650_000))
    covered.add(scan(), entries)
    return covered


def fill(path: Path) -> None:
    """Store a scan in which each device gave an answer of a maker's own protocol, and a web page."""
    done = scan()
    with Store.open(path) as store:
        store.begin(replace(done, status=ScanStatus.RUNNING, finished_at=None))
        for start in range(0, DEVICES, 1_000):
            numbers = range(start, min(start + 1_000, DEVICES))
            seen = [one for number in numbers for one in answers(number)]
            outcomes = dict.fromkeys(done.channels, Outcome.ANSWERED)
            store.append(done.id, seen, [LedgerEntry(address(number), outcomes) for number in numbers])
        store.finish(done)


def answers(number: int) -> Iterator[Observation]:
    minute, second = divmod(number % 3_600, 60)
    said = SADP.format(model=MODELS[number % 4], serial=serial(number), mac=mac(number), address=address(number))
    page = PAGE.format(minute=minute, second=second, tag=number % 997)
    yield Observation(address(number), "sadp", Outcome.ANSWERED, AT, 37020, "inquiry", raw=said.encode())
    yield Observation(address(number), "http", Outcome.ANSWERED, AT, 80, "GET /", raw=page.encode())

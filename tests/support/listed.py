"""A list of cameras with every kind of fault, and a stored scan of what is really there."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from support.stores import keep_scan

from camscan.records import LedgerEntry, Observation, Outcome, Scan
from camscan.store.store import Store

AT = datetime(2026, 11, 24, tzinfo=UTC)

LIST = """Camera;IP Addr.;MAC-Adresse;S/N;Make/Model;Site
Gate;10.0.0.1;;DS-2CD2385G1-I20190507AAWRD12345678;HIKVISION DS-2CD2385G1-I;North
Door;10.0.0.2;;;Axis P3245;North
Yard;10.0.0.3;;;Axis Q1615;North
Quay;10.0.0.4;;;;North
Mole;10.0.9.9;;;;North
Hall;;;;;North
Gate again;10.0.0.1;;;;North
"=cmd|' /C calc'!A0";10.0.0.3;;;;North
"""


def answer(target: str, server: str, body: str = "") -> Observation:
    raw = f"HTTP/1.1 200 OK\r\nServer: {server}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
    return Observation(target, "http", Outcome.ANSWERED, AT, 80, "GET /", {}, raw)


def sadp(target: str, model: str, serial: str) -> Observation:
    fields = {"sadp.device_description": (model,), "sadp.device_sn": (serial,), "sadp.types": ("inquiry",)}
    return Observation(target, "sadp", Outcome.ANSWERED, AT, 37020, "inquiry", fields, b"")


def silent(target: str) -> LedgerEntry:
    return LedgerEntry(target, {"http": Outcome.SILENT, "sadp": Outcome.SILENT})


def store_scan(path: Path, site: str = "North", name: str = "4f2a00") -> None:
    """Store the scan that the list is held against."""
    with Store.open(path) as store:
        seen = [
            sadp("10.0.0.1", "DS-2CD2385G1-I", "DS-2CD2385G1-I20190507AAWRD12345678"),
            answer("10.0.0.2", "App-webs/"),
            answer("10.0.0.7", "App-webs/"),
        ]
        entries = [LedgerEntry(one.target, {one.channel: Outcome.ANSWERED}) for one in seen]
        entries += [silent("10.0.0.3"), LedgerEntry("10.0.0.4", {"http": Outcome.EXCLUDED})]
        keep_scan(store, Scan(name, AT, ("10.0.0.0/24",), ("http", "sadp"), site), seen, entries)

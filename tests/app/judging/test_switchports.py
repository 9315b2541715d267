"""Where devices are connected, by tables that were imported apart from the scan that saw the devices."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.stores import keep_scan

from camscan.app.judging.switchports import SwitchPortLookup
from camscan.records import Device, Fields, Judged, Observation, Origin, Outcome, Scan, Verdict
from camscan.scansettings import SWITCH_PORTS
from camscan.store.store import Store

AT = datetime(2026, 11, 20, tzinfo=UTC)
MAC, OTHER = "44:19:B6:01:02:03", "3C:EF:8C:01:02:03"
SEEN = Scan("s", AT + timedelta(days=2), (), (), "hall")
Row = tuple[str, str, Fields]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "c.db") as opened:
        yield opened


@pytest.fixture
def imports(store: Store) -> Callable[..., None]:
    def add(name: str, *rows: Row, at: datetime = AT, site: str | None = "hall") -> None:
        scan = Scan(name, at, (), ("arp",), site, settings={"origin": Origin.IMPORT, SWITCH_PORTS: "named"})
        seen = (
            Observation(target, "arp", Outcome.ANSWERED, at, fields={"mac.address": (mac,), **fields})
            for target, mac, fields in rows
        )
        keep_scan(store, scan, seen)

    return add


def at_port(port: str, switch: str = "sw", macs: str = "1") -> Fields:
    return {"switch.port": (port,), "switch.name": (switch,), "switch.macs": (macs,)}


def device(address: str, mac: str | None) -> Judged:
    return Judged(Device(address, (address,), mac=mac), Verdict.LISTED)


def told(store: Store, *devices: Judged, scan: Scan = SEEN) -> list[tuple[str, str, int, bool] | None]:
    ports = [judged.switch_port for judged in SwitchPortLookup(store).with_ports(scan, devices)]
    return [(place.port, place.switch, place.others, place.by_address) if place else None for place in ports]


def test_a_device_is_found_by_its_mac_also_at_another_address_and_site(
    store: Store, imports: Callable[..., None]
) -> None:
    imports("i", ("10.0.0.5", MAC, at_port("Gi1/0/7", macs="3")), ("10.0.0.6", OTHER, {}), site="district")
    found = told(store, device("10.0.9.9", MAC), device("10.0.0.6", OTHER), device("10.0.0.5", None))
    assert found == [("Gi1/0/7", "sw", 2, False), None, None]


def test_without_a_mac_it_is_found_by_address_at_its_own_site(store: Store, imports: Callable[..., None]) -> None:
    imports("i", ("10.0.0.5", MAC, at_port("Gi1/0/7")))
    assert told(store, device("10.0.0.5", None)) == [("Gi1/0/7", "sw", 0, True)]
    assert told(store, device("10.0.0.5", None), scan=replace(SEEN, site="depot")) == [None]
    # The MAC that had the address is now seen at another one.
    assert told(store, device("10.0.0.5", None), device("10.0.0.9", MAC)) == [None, ("Gi1/0/7", "sw", 0, False)]


def test_what_several_devices_show_tells_of_none(store: Store, imports: Callable[..., None]) -> None:
    imports("i", ("10.0.0.5", MAC, at_port("Gi1/0/7")))
    assert told(store, device("10.0.0.5", MAC), device("10.0.0.6", MAC)) == [None, None]


def test_of_tables_of_a_day_the_nearest_port_counts_else_the_newest(store: Store, imports: Callable[..., None]) -> None:
    imports("old", ("10.0.0.5", MAC, at_port("Gi1/0/1")), at=AT - timedelta(days=9))
    imports("access", ("10.0.0.5", MAC, at_port("Gi1/0/7")))
    trunk = at_port("Te1/1", "core")
    imports("core", ("10.0.0.5", MAC, trunk), ("10.0.0.6", OTHER, trunk), at=AT + timedelta(hours=1))
    assert told(store, device("10.0.0.5", MAC)) == [("Gi1/0/7", "sw", 0, False)]
    assert told(store, device("10.0.0.6", OTHER)) == [("Te1/1", "core", 1, False)]


def test_a_store_without_tables_tells_nothing(store: Store) -> None:
    store.begin(Scan("s", AT, (), (), settings={"choices": '{"targets": ["switch-ports"]}'}))
    assert list(store.newest(setting=SWITCH_PORTS)) == []
    assert told(store, device("10.0.0.5", MAC)) == [None]

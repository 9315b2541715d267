from __future__ import annotations

import asyncio
import csv
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.codecs import oui
from camscan.errors import DecodeError, RuleError
from camscan.rulefiles.folder import OVERLAY, fingerprints_folder

HIKVISION = {
    "mac.address": ("58:50:ED:00:00:01",),
    "mac.prefix": ("5850ED",),
    "mac.organization": ("Hangzhou Hikvision Digital Technology Co.,Ltd.",),
}


@pytest.mark.parametrize(
    "address",
    ["58:50:ED:00:00:01", "58-50-ed-00-00-01", "5850ed000001", b"58:50:ed:00:00:01", bytes.fromhex("5850ed000001")],
)
def test_24_bit_block(address: str | bytes) -> None:
    assert oui.decode(address) == HIKVISION


@pytest.mark.parametrize(
    ("address", "prefix", "organization"),
    [
        ("40:2C:76:1A:00:01", "402C761", "Shanghai Dahua Scale Factory"),
        ("34:46:63:2F:FF:FF", "3446632", "Amcrest Technologies"),
    ],
)
def test_28_bit_block(address: str, prefix: str, organization: str) -> None:
    assert oui.decode(address) == {
        "mac.address": (address,),
        "mac.prefix": (prefix,),
        "mac.organization": (organization,),
    }


@pytest.mark.parametrize(
    "address",
    [
        "34:46:63:3F:FF:FF",  # a neighbour in the same subdivided 24-bit block
        "4A:C0:3F:00:00:01",  # locally administered
        "02:42:AC:11:00:02",
        "01:00:5E:7F:FF:FA",  # a group
        "FC:FF:FF:00:00:01",  # not assigned
        "00:00:00:00:00:07",  # blanked out
        "00:11:22:33:44:55",  # made up
    ],
)
def test_address_without_a_known_block(address: str) -> None:
    assert oui.decode(address) == {"mac.address": (address,)}


@pytest.mark.parametrize(
    "address", ["", "58:50:ED", "00:00:00:00:00:00", "FF:FF:FF:FF:FF:FF", bytes(6), b"\xff" * 7, "x" * 10_000]
)
def test_no_address(address: str | bytes) -> None:
    with pytest.raises(DecodeError):
        oui.decode(address)


@given(st.binary(max_size=20) | st.text(max_size=20) | st.binary(min_size=6, max_size=6))
def test_anything(address: str | bytes) -> None:
    try:
        found = oui.decode(address)
    except DecodeError:
        return
    assert list(found) in (["mac.address"], list(oui.FIELDS))


def test_loads_while_a_loop_runs() -> None:
    async def look_up() -> dict[str, tuple[str, ...]]:
        oui._registry.cache_clear()
        return oui.decode("58:50:ED:00:00:01")

    assert asyncio.run(look_up()) == HIKVISION


def test_date_of_the_installed_registry_is_known() -> None:
    assert oui.registry_date() == "2026-09-25", "put the release of the aiooui now installed into _REGISTRY_DATES"


def test_date_of_another_registry_is_its_release(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aiooui.__version__", "9.9")
    assert oui.registry_date() == "aiooui 9.9"


def test_every_entry_of_the_overlay_is_needed_and_has_a_source() -> None:
    with (fingerprints_folder() / OVERLAY).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["prefix"] for row in rows] == sorted({row["prefix"] for row in rows})
    assert all(row["source"].startswith("IEEE MA-") for row in rows)
    assert {oui._registry()(row["prefix"]) for row in rows} <= {None, oui._SUBDIVIDED}


@pytest.fixture
def overlay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(oui, "fingerprints_folder", lambda: tmp_path)
    oui._overlay.cache_clear()
    yield tmp_path / OVERLAY
    oui._overlay.cache_clear()


def test_smallest_block_wins(overlay: Path) -> None:
    overlay.write_text("prefix,organization,source\n5850ED0,Larger,t\n5850ED000,Smaller,t\n")
    assert oui.decode("58:50:ED:00:00:01")["mac.organization"] == ("Smaller",)
    assert oui.decode("58:50:ED:00:F0:01")["mac.organization"] == ("Larger",)
    assert oui.decode("58:50:ED:10:00:01")["mac.prefix"] == ("5850ED",)


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"\xff\xfe\x00",
        b"prefix\n5850ED\n",
        b"prefix,organization\n5850ed,X\n",
        b"prefix,organization\n5850ED01,X\n",
        b"prefix,organization\n5850ED,\n",
    ],
)
def test_broken_overlay(overlay: Path, content: bytes | None) -> None:
    if content is not None:
        overlay.write_bytes(content)
    with pytest.raises(RuleError, match=r"oui-overlay\.csv"):
        oui.decode("58:50:ED:00:00:01")


def test_import_reads_no_file() -> None:
    code = "import aiooui, camscan.codecs.oui as o; print(aiooui.is_loaded(), o._overlay.cache_info().currsize)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "False 0\n"

"""Tables about one device."""

from __future__ import annotations

import time

import pytest

from camscan.imports.forms.tables import MAX_ROWS, of_table

DEVICE = [("Manufacturer", "Acme"), ("Model", "A1"), ("Firmware", "2.8, Build 7")]


@pytest.mark.parametrize(
    "text",
    [
        'Manufacturer,Model,Firmware\nAcme,A1,"2.8, Build 7"\n',
        "Manufacturer\tModel\tFirmware\nAcme\tA1\t2.8, Build 7",
        "Manufacturer;Model;Firmware\r\nAcme;A1;2.8, Build 7\r\n",
        "Manufacturer|Model|Firmware\nAcme|A1|2.8, Build 7",
        "| Manufacturer | Model | Firmware |\n|---|:--|---|\n| Acme | **A1** | `2.8, Build 7` |",
        "Manufacturer | Model | Firmware\n-------------+-------+---------\nAcme | A1 | 2.8, Build 7",
    ],
)
def test_one_device_below_the_names_of_columns(text: str) -> None:
    assert of_table(text) == DEVICE


def test_names_with_brackets() -> None:
    told = of_table("No.,Encoding Channel(s),Load (%)\n1,2,\n")
    assert told == [("No.", "1"), ("Encoding Channel(s)", "2")]


def test_a_row_for_each_pair() -> None:
    text = "| Field | Value |\n|---|---|\n| Manufacturer | Acme |\n| Model | A1 |\n| Firmware | 2.8, Build 7 |"
    assert of_table(text)[1:] == DEVICE


@pytest.mark.parametrize(
    "text",
    [
        "Manufacturer,Model,Firmware\nAcme,A1,1\nAcme,A2,1",  # two devices
        "Manufacturer,Model,Firmware\nAcme,A1",
        "Manufacturer,Model,Firmware",
        "Model,Firmware\nA1,1",
        "Hello, this is\nmy camera, too",
        "10.0.0.1,10.0.0.2,x\na,b,c",
        "| 1 | 2 |\n| 3 | 4 |",
        "a b c\nd e f",
        "",
    ],
)
def test_any_other_text_is_no_table(text: str) -> None:
    assert of_table(text) == []


def test_a_long_text_is_no_table_and_takes_no_time() -> None:
    began = time.process_time()
    assert of_table("| a | b |\n" * (MAX_ROWS + 1)) == []
    assert of_table('a,"b,c\n' + "x," * 200_000) == []
    assert time.process_time() - began < 1

from __future__ import annotations

import pytest
from support.inventories import device, find

from camscan.inventory.makes import Compared, Makes, compare_models, described
from camscan.inventory.rows import Row
from camscan.records import Level


@pytest.mark.parametrize(
    ("text", "device_is", "expected"),
    [
        ("HIKVISION", ("Hikvision", None), Compared(True)),
        ("Hikvision", ("Hikvision", "Hikvision"), Compared(True)),
        ("Hangzhou Hikvision Digital Technology", ("Hikvision", None), Compared(True)),
        ("Axis Communications AB", ("Axis", "Axis"), Compared(True)),
        ("hanwha-vision", ("Hanwha Vision", None), Compared(True)),
        ("Annke", ("Hikvision", "Annke"), Compared(True, "Annke is the label, Hikvision the maker")),
        ("Hikvision", ("Hikvision", "Annke"), Compared(True, "the label is Annke")),
        ("Annke", ("Hikvision", None), Compared(True, "Annke is a label on what Hikvision builds")),
        ("Annke", ("Hikvision", "Hikvision"), Compared(True, "Annke is a label on what Hikvision builds")),
        ("Hikvision", (None, "HiLook"), Compared(True, "HiLook is a label on what Hikvision builds")),
        ("Axis", ("Hikvision", "Annke"), Compared(False, "inventory says Axis, device is Hikvision-made Annke")),
        ("Axis", ("Hikvision", None), Compared(False, "inventory says Axis, device is Hikvision")),
        ("HiLook", ("Hikvision", "Annke"), Compared(False, "inventory says HiLook, device is Hikvision-made Annke")),
        (
            "Acme",
            ("Dahua",
            None),
            Compared(False, "inventory says Acme, a label that the fingerprints do not know, device is Dahua"),
        ),
        ("Acme", ("Acme", None), Compared(True)),
        ("Ring road", ("Dahua", None), Compared(False, "inventory says Ring road, a label that the fingerprints do not "
                                              "know, device is Dahua")),
        ("HIKVISON", ("Hikvision", None), Compared(True, "inventory says HIKVISON, taken for Hikvision misspelt")),
        ("Anke", ("Hikvision", "Annke"), Compared(True, "inventory says Anke, taken for Annke misspelt")),
        ("Dauha", ("Dahua", None), Compared(True, "inventory says Dauha, taken for Dahua misspelt")),
        ("Axus", ("Axis", None), Compared(False, "inventory says Axus, a label that the fingerprints do not know, "
                                          "device is Axis")),
        (None, ("Dahua", None), Compared(None)),
        ("Axis", (None, None), Compared(None)),
    ],
)  # fmt: skip
def test_makes_are_compared_through_labels(
    text: str | None, device_is: tuple[str | None, str | None], expected: Compared
) -> None:
    found = device("10.0.0.5", maker=device_is[0], brand=device_is[1])
    assert Makes(find).compare(text, found.judged.device) == expected


def test_a_hint_is_called_one() -> None:
    assert described(device("10.0.0.5", maker="Dahua", level=Level.HINT).judged.device) == "Dahua (by a hint alone)"
    assert described(device("10.0.0.5").judged.device) == "unidentified"


@pytest.mark.parametrize(
    ("make", "sought", "labels"),
    [
        ("Hikvison", "Hikvision", ["Hikvision"]),
        ("Dauha", "Dahua", ["Dahua"]),
        ("Anke", "Dahua", ["Annke"]),
        ("Hikvison", "Dahua", []),  # a misspelt name does not clear a device
        ("Hikvision (OEM)", "Dahua", ["Hikvision"]),
        ("HiLook by Hikvision", "Dahua", ["HiLook"]),
        ("Hikvision", "Hikvision", []),  # the label itself: the rules say what it means
        ("Axus", "Axis", []),  # too short for two names that are one letter apart
        ("Bahua", "Dahua", []),  # another word, as Wacom and Pacom
        ("Contoso", "Hikvision", []),
        ("", "Hikvision", []),
    ],
)
def test_labels_that_a_make_may_mean(make: str, sought: str, labels: list[str]) -> None:
    names = ("axis", "hikvision", "annke", "hilook", "dahua")
    assert [label.name for label in Makes(find, names).meant(make, {sought})] == labels


@pytest.mark.parametrize(
    ("make", "model", "both", "expected"),
    [
        (None, None, "Axis P3245-LVE", ("Axis", "P3245-LVE")),
        (None, None, "Hanwha Vision / XNV-6080R", ("Hanwha Vision", "XNV-6080R")),
        (None, None, "Axis", ("Axis", None)),
        (None, None, "P3245-LVE", (None, "P3245-LVE")),
        ("Axis", None, "Axis P3245-LVE", ("Axis", "P3245-LVE")),
        ("Axis", "P1", "Hikvision DS-1", ("Axis", "P1")),
        ("Axis", "P1", None, ("Axis", "P1")),
    ],
)
def test_make_and_model_in_one_cell(
    make: str | None, model: str | None, both: str | None, expected: tuple[str | None, str | None]
) -> None:
    assert Makes(find).split(Row(1, make=make, model=model, make_model=both)) == expected


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("DS-2CD2385G1-I", "ds-2cd2385g1-i", True),
        ("2CD2385G1", "DS-2CD2385G1-I/SL 4mm", True),
        ("IPC-HFW2431S-S-S2", "DH-IPC-HFW2431SP-S-S2", True),
        ("P3245-LV", "P3245-LVE", True),
        ("DS-2CD2143G0-I", "DS-2CD2143G2-I", False),
        ("P3245", "P3265", False),
        ("P1", "P1455", False),
        ("Dome", "P3245-LVE", None),
        ("4MP Dome, 2.8 mm", "DS-2CD2143G0-I", None),
        ("Camera, 5 GHz", "DS-2CD2143G0-I", None),
        ("8-ch NVR", "DS-7608NI-K2", None),
        ("PTZ 4.8-120mm 25x", "DS-2DE4225IW-DE", None),
        ("Dome", "Bullet", False),
        ("G4 Dome", "DS-2CD2143G0-I", False),
        ("DS-2CD2143G0-I 4mm", "DS-2CD2143G2-I 4mm", False),
        (None, "P3245", None),
        ("P3245", None, None),
        ("--", "P3245", None),
    ],
)
def test_models(one: str | None, other: str | None, same: bool | None) -> None:
    assert compare_models(one, other).same is same
    assert compare_models(other, one).same is same

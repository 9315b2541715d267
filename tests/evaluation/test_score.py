from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support.entries import entry

from camscan.evaluation.score import Mark, Scored, canonical, kind_of, score
from camscan.identify.library import Library
from camscan.policy import Policy
from camscan.records import Level, Verdict


@pytest.fixture
def scored(library: Library, policies: tuple[Policy, ...]) -> Callable[..., Scored]:
    def _scored(channel: str, raw: str, **truth: Any) -> Scored:
        (one,) = score([entry(channel, raw, **truth)], library, policies)
        return one

    return _scored


@pytest.mark.parametrize(
    ("vendor", "maker"),
    [
        ("Mobotix", "MOBOTIX"),
        ("AVTECH", "Avtech"),
        ("Hanwha", "Hanwha Vision"),
        ("Vstarcam", "VStarcam"),
        ("Sonoff (eWeLink)", "Sonoff"),
        ("EZVIZ", "Hikvision"),
        ("Zhejiang Dahua Technology Co., Ltd.", "Dahua"),
        ("Nobody Ever", "Nobody Ever"),
        ("Unknown", None),
        ("n/a", None),
        (None, None),
    ],
)
def test_makers_are_spelled_as_the_vocabulary_has_them(library: Library, vendor: str | None, maker: str | None) -> None:
    assert canonical(vendor, library) == maker


def test_kinds() -> None:
    assert [kind_of(word) for word in ("IP Camera", "door-station", "Door Station", "access control")] == [
        "camera",
        "door-station",
        "door-station",
        "access-control",
    ]
    assert [kind_of(word) for word in ("nvr", "door_station", "camera", "other", "toaster", None)] == [
        "recorder",
        "door-station",
        "camera",
        "other",
        None,
        None,
    ]


def test_a_right_claim(scored: Callable[..., Scored]) -> None:
    one = scored("http", "Server: App-webs/", vendor="Hikvision", device_class="camera", is_target=True)
    assert (one.maker, one.named, one.level) == ("Hikvision", "Hikvision", Level.LIKELY)
    assert one.is_right
    assert one.is_likely
    assert (one.verdict, one.expected) == (Verdict.LISTED, Verdict.LISTED)
    assert one.marks == {"kind": Mark.RIGHT}


def test_a_hint_is_right_but_not_likely(scored: Callable[..., Scored]) -> None:
    one = scored("mac_oui", "44:19:b6:00:00:01", vendor="Hikvision", is_target=True)
    assert one.is_right
    assert not one.is_likely
    assert (one.verdict, one.expected) == (Verdict.SUSPECTED, Verdict.LISTED)


def test_a_wrong_claim(scored: Callable[..., Scored]) -> None:
    one = scored("http", "Server: App-webs/", vendor="Axis")
    assert not one.is_right
    assert one.is_likely
    assert (one.verdict, one.expected) == (Verdict.LISTED, Verdict.NOT_LISTED)


def test_nothing_known_and_nothing_said(scored: Callable[..., Scored]) -> None:
    one = scored("http", "Server: Boa/0.94.13", vendor=None)
    assert (one.maker, one.named, one.is_right, one.is_likely) == (None, None, False, False)
    assert (one.verdict, one.expected) == (Verdict.UNIDENTIFIED, Verdict.UNIDENTIFIED)


def test_a_program_is_named_by_its_label(scored: Callable[..., Scored]) -> None:
    one = scored("favicon_hash", "mmh3:-10974981", vendor="Shinobi")
    assert one.device.maker is None
    assert one.is_right


def test_attributes(scored: Callable[..., Scored]) -> None:
    raw = "Manufacturer: HIKVISION\nModel: DS-2CD2143G0-I\nFirmwareVersion: V5.5.82 build 190120"
    told = {"vendor": "Hikvision", "model": "ds-2cd2143g0-i", "firmware": "V5.5.82", "brand": "HIKVISION"}
    one = scored("onvif_device_info", raw, **told)
    assert one.marks == {"brand": Mark.RIGHT, "model": Mark.RIGHT, "firmware": Mark.RIGHT}
    one = scored("onvif_device_info", raw, **{**told, "model": "DS-1", "firmware": "V9", "brand": "Annke"})
    assert one.marks == {"brand": Mark.WRONG, "model": Mark.WRONG, "firmware": Mark.WRONG}
    one = scored("http", "Server: App-webs/", vendor="Hikvision", model="DS-1", brand="Hikvision")
    assert one.marks == {"brand": Mark.RIGHT, "model": Mark.MISSING}


@pytest.mark.parametrize(
    ("label", "mark"),
    [("Tapo C200", Mark.RIGHT), ("C200", Mark.RIGHT), ("TP-Link C200", Mark.RIGHT), ("Tapo C210", Mark.WRONG)],
)
def test_a_label_before_a_model_does_not_count(scored: Callable[..., Scored], label: str, mark: Mark) -> None:
    raw = '{"Manufacturer": "tp-link", "Model": "Tapo C200", "FirmwareVersion": "1.1.18", "SerialNumber": "1"}'
    assert scored("onvif_device_info", raw, vendor="TP-Link", model=label).marks["model"] is mark

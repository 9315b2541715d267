"""Names in page titles: with what a page says of itself around them, and without."""

from __future__ import annotations

import pytest

from camscan.identify.titles import names_in


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("AXIS M1065-LW - Login", "AXIS M1065-LW"),
        ("AXIS M1065-LW Login", "AXIS M1065-LW"),
        ("Login - GeoVision", "GeoVision"),
        ("Vigor 2960 | Sign in", "Vigor 2960"),
        ("DiskStation \u2013 Anmeldung", "DiskStation"),
        ("NETSurveillance WEB - Web Service", "NETSurveillance WEB"),
        ("Welcome to eDR400--login", "eDR400"),
        ("DS-2CD2143G0-I\uff1a登录", "DS-2CD2143G0-I"),
        ("海康威视-登录", "海康威视"),
        ("Log in to the TL-IPC43 :: Home", "TL-IPC43"),
        ("Live View / - AXIS", "- AXIS"),
        ("Xerox\u00ae AltaLink\u00ae C8045", "Xerox AltaLink C8045"),
        ("Arecont Vision\u2122 - Login", "Arecont Vision"),
        ("HIKVISION | Вход в систему", "HIKVISION"),
        ("DS-7608NI-K2/8P - Live-Ansicht", "DS-7608NI-K2/8P"),
        ("Dahua Netzwerkkamera", "Dahua"),
        ("Dahua: IP-камера", "Dahua"),
        ("Kamera IP DH-IPC-HFW2431S", "DH-IPC-HFW2431S"),
        ("网络摄像机 - DS-2CD2032-I", "DS-2CD2032-I"),
    ],
)
def test_what_a_page_says_of_itself_is_left_out(title: str, name: str) -> None:
    assert name in names_in(title)[:2]


@pytest.mark.parametrize(
    "title",
    [
        "AXIS M1065-LW",  # nothing stands around it
        "Network Camera - Login",  # nothing but words that any page may have
        "Web Client for DVR - Login",
        "WEB SERVICE | Sign in",
        "Kamera IP - Zaloguj",
        "Netzwerkkamera",
        "Видеорегистратор - Вход",
        "Login",
        "TV - Login",  # too short to tell anything
        "Catalogin",  # ends in the middle of a word
        "DS-2CD2032-Login",  # a part of the name, as far as one can tell
        "AXIS M1065-LW - Login" + " " * 200,
        "",
    ],
)
def test_other_titles_hold_no_further_name(title: str) -> None:
    assert names_in(title) == ()


def test_either_end_may_be_a_part_of_the_name() -> None:
    assert names_in("Home - NetBox - Login") == ("Home - NetBox", "NetBox", "NetBox - Login")
    assert names_in("Home - NetBox") == ("NetBox",)

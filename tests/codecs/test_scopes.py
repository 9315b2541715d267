from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.codecs import scopes

ONVIF = scopes.PREFIX


@pytest.mark.parametrize(
    ("scope", "category", "value"),
    [
        ("name/HIKVISION%20DS-2CD2385G1-I", "name", "HIKVISION DS-2CD2385G1-I"),
        ("name/Gate A", "name", "Gate A"),
        ("name/%E7%BD%91%E7%BB%9C", "name", "网络"),
        ("name/%CD%F8%C2%E7%C9%E3%CF%F1%BB%FA", "name", "网络摄像机"),
        ("name/网络", "name", "网络"),
        ("name/100%25", "name", "100%"),
        ("name/%zz%2", "name", "%zz%2"),
        ("hardware/TC-C32TS%20SPEC%3AI8%2FA", "hardware", "TC-C32TS SPEC:I8/A"),
        ("model/DS-2CD2043G2-I", "hardware", "DS-2CD2043G2-I"),
        ("mfr/ipcamera", "manufacturer", "ipcamera"),
        ("Manufacturer/UNIVIEW", "manufacturer", "UNIVIEW"),
        ("location/country/china", "location", "country/china"),
        ("location/city/hangzhou/", "location", "city/hangzhou"),
        ("type/Network_Video_Transmitter", "type", "Network_Video_Transmitter"),
        ("Profile/Q/Operational", "profile", "Q/Operational"),
        ("MAC/58:50:ed:00:00:01", "mac", "58:50:ED:00:00:01"),
        ("macaddr/88263f000001", "mac", "88:26:3F:00:00:01"),
        ("mac/58-50-ED-00-00-01/", "mac", "58:50:ED:00:00:01"),
        ("sn/SN0099", "serial", "SN0099"),
        ("serial_number/12101A0000", "serial", "12101A0000"),
        ("SerialNumber/ACCC8E000001", "serial", "ACCC8E000001"),
        ("version/DIPC-B1232.9.3", "firmware", "DIPC-B1232.9.3"),
        ("firmware/APP_V3.3.0.20200606", "firmware", "APP_V3.3.0.20200606"),
        ("extension/unique_identifier/1", "extension", "unique_identifier/1"),
    ],
)
def test_categories(scope: str, category: str, value: str) -> None:
    found = scopes.decode([ONVIF + scope])
    assert found.pop("onvif.scope")[0].startswith(ONVIF)
    assert found == {f"onvif.scope.{category}": (value,)}


@pytest.mark.parametrize(
    "scope",
    [
        ONVIF + "mac",
        ONVIF + "location/",
        ONVIF + "mac/00:00:00:00:00:00",
        ONVIF + "mac/none",
        ONVIF + "register_status/offline",
        ONVIF,
        "ldap:///ou=engineering,o=example",
        "http://www.onvif.org/name/no",
        "name/no",
    ],
)
def test_scopes_without_a_category_are_kept_whole(scope: str) -> None:
    assert scopes.decode([scope]) == {"onvif.scope": (scope,)}


def test_values_keep_their_order_and_come_once() -> None:
    listed = [ONVIF + path for path in ("type/ptz", "Type/video_encoder", "type/ptz", "TYPE/ptz")]
    assert scopes.decode([*listed, "ONVIF://WWW.ONVIF.ORG//name//A", ""]) == {
        "onvif.scope": (listed[0], listed[1], listed[3], "ONVIF://WWW.ONVIF.ORG//name//A"),
        "onvif.scope.type": ("ptz", "video_encoder"),
        "onvif.scope.name": ("A",),
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("onvif://a/b\n\tonvif://c/d ", ("onvif://a/b", "onvif://c/d")),
        ("onvif://a/name/Hong Kong  West onvif://a/x", ("onvif://a/name/Hong Kong West", "onvif://a/x")),
        ("onvif://a/name/SPEC: I8:A ldap:///o=x", ("onvif://a/name/SPEC: I8:A", "ldap:///o=x")),
        ("stray onvif://a/b urn:x uuid:y", ("stray", "onvif://a/b", "urn:x", "uuid:y")),
        ("onvif://a/b \\\n onvif://a/c d \\\n", ("onvif://a/b", "onvif://a/c d")),
    ],
)
def test_split(text: str, expected: tuple[str, ...]) -> None:
    assert scopes.split(text) == expected


def test_floods_are_cut() -> None:
    many = [f"{ONVIF}name/{number}" for number in range(1000)]
    assert scopes.split(" ".join(many)) == tuple(many[: scopes.MAX_SCOPES])
    assert scopes.decode(many)["onvif.scope.name"] == tuple(map(str, range(scopes.MAX_SCOPES)))
    assert scopes.decode([f"{ONVIF}name/{'x' * 1000}"])["onvif.scope"] == (f"{ONVIF}name/{'x' * 229}",)
    assert len(scopes.split("onvif://a " + "b " * 1000)[0]) <= scopes.MAX_SCOPE + 2


@given(st.lists(st.text().map(ONVIF.__add__) | st.text()))
def test_anything_can_be_read(listed: list[str]) -> None:
    found = scopes.decode(listed)
    assert set(found) <= set(scopes.FIELDS)
    assert all(values and all(values) for values in found.values())
    scopes.split(" ".join(listed))

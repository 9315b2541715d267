"""Products of others whose numbers look like those of the two makers that lists name: none is taken for theirs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from camscan.identify.library import Library
from camscan.identify.resolve import resolve
from camscan.records import Level, Observation, Outcome

_EPOCH = datetime.fromtimestamp(0, UTC)
_FIELDS = ("behind.model", "http.title", "http.realm", "snmp.sys_descr", "dhcp.hostname", "upnp.model_name")
"""Where a list, a page, a challenge, SNMP, DHCP and UPnP name a model, and nothing else."""
_SWITCHES = "DS-C9124 DS-C9148S-K9 DS-C9396T-K9 DS-X9530-SF1-K9 DS-SFP-FC8G-SW DS-300B DS-6505R DS-6510B DS-6620R-V2"
_NETWORK = "ASA5505 ASA5506-X ASR1001-X ASR1002X ASR920-4SZ-D ASG220 CS-KIT-K9 CS-ROOM55-K9 USG20-VPN NVR-1012 SD2200"
_SCANNERS = "DS-530 DS-1630 DS-6500 DS-7500 DS-70000 DS-620 DS-720D DS-940DW DS-8178 DS-9308"
_STORAGE = "DS918+ DS-918+ DS-4243 DS-3512 DS-1024B DSS7500 DS-9500"
_COMPUTERS = "IPC-510 IPC-610H IPC-7132 IPC-B12 TPC-1551T DH-67CF DS-437 VTC1010 ASI120MM ASI2600MC"
_CAMERAS = (
    "NVR1104H-4P NVR2016H NVR301-08B NVR304-016 IPC3614SR3-ADPF28 IPC-2000 TC-NC552S RLN8-410 XRN-1620SB1 SNB-6004"
    " FD8136 IP9258 GV-SNVR1611 WV-S1136 DWC-MD421TIR DC-D3233HRX FI9821W ND9425P NVR-0504 LNB3200 DVR-5000-16A101"
)


@pytest.mark.parametrize("model", " ".join((_SWITCHES, _NETWORK, _SCANNERS, _STORAGE, _COMPUTERS, _CAMERAS)).split())
def test_a_product_of_others_is_none_of_the_listed_makers(rules: Library, model: str) -> None:
    for field in _FIELDS:
        observation = Observation("", "x", Outcome.ANSWERED, _EPOCH, fields={field: (model,)})
        assert resolve(rules.identify([observation])).maker not in ("Hikvision", "Dahua"), field


@pytest.mark.parametrize(
    ("model", "maker"),
    [
        ("DS-C12L-0408H", "Hikvision"),
        ("DS-6408HFI-B20", "Hikvision"),
        ("DS-M5504HNI", "Hikvision"),
        ("DS-KC001", "Hikvision"),
        ("ASI7213X", "Dahua"),
        ("ASA3223A", "Dahua"),
        ("VTH5221D", "Dahua"),
        ("HAC-HFW1200T", "Dahua"),
        ("XVR1B08-I", "Dahua"),
        ("DSS7016", "Dahua"),
    ],
)
def test_their_own_products_are_known_in_a_list(rules: Library, model: str, maker: str) -> None:
    fields = {"behind.model": (model,)}
    observation = Observation("", "x", Outcome.ANSWERED, _EPOCH, fields=fields)
    assert resolve(rules.identify([observation])).maker == maker


@pytest.mark.parametrize(
    ("name", "serial"),
    [
        ("K12345678", "K12345678"),
        ("412345678", "412345678"),
        ("Entrance", None),
        ("CAMERA1", None),
        ("20240101120", None),
    ],
)
def test_what_somebody_calls_a_camera_is_no_serial(rules: Library, name: str, serial: str | None) -> None:
    """Two that are called alike would be taken for one device."""
    for label in ("", "HIKVISION "):
        fields = {"mdns.instance": (f"{label}DS-2CD2032-I - {name}",)}
        found = resolve(rules.identify([Observation("", "mdns", Outcome.ANSWERED, _EPOCH, fields=fields)]))
        assert (found.maker, found.attributes["model"]) == ("Hikvision", "DS-2CD2032-I")
        assert found.attributes.get("serial") == serial


@pytest.mark.parametrize(
    "name", ["Bachmann", "Billion", "Christie", "Emerson", "Hughes", "Kemp", "Kramer", "Patton", "Sharp", "Thomson"]
)
def test_the_name_of_a_person_or_a_word_alone_names_no_maker(rules: Library, name: str) -> None:
    """As where somebody calls a page or a host after a family, or a shop."""
    for field in ("http.title", "mdns.instance", "dhcp.hostname"):
        observation = Observation("", "x", Outcome.ANSWERED, _EPOCH, fields={field: (name,)})
        assert resolve(rules.identify([observation])).maker is None


def test_a_controller_is_of_the_company_that_bought_its_maker_where_it_says_so(rules: Library) -> None:
    number = {"snmp.sys_object_id": ("1.3.6.1.4.1.14525.3.3.5",)}
    words = {"snmp.sys_descr": ("Juniper Networks, Inc WLC2800 9.0.3.5 REL",)}
    for fields, maker in ((number, "Trapeze"), (number | words, "Juniper")):
        found = resolve(rules.identify([Observation("", "snmp", Outcome.ANSWERED, _EPOCH, fields=fields)]))
        assert (found.maker, found.level) == (maker, Level.LIKELY)

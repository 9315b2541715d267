"""Answers no corpus holds: other models of known families, and the same answers as another client writes them down."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

import pytest

from camscan.evaluation.corpus import Entry, Truth
from camscan.evaluation.score import device_in, device_of
from camscan.identify.library import Library
from camscan.identify.titles import names_in
from camscan.imports import pasted
from camscan.records import Observation

Answers: TypeAlias = Mapping[Entry, Sequence[Observation]]

SADP = (
    "<ProbeMatch><DeviceDescription>{}</DeviceDescription>"
    "<SoftwareVersion>V5.6.5build 200316</SoftwareVersion></ProbeMatch>"
)
DHIP = '{{"method":"client.notifyDevInfo","params":{{"deviceInfo":{{"DeviceType":"{}","Vendor":"General"}}}}}}'
SCOPES = "Scopes: onvif://www.onvif.org/type/video_encoder onvif://www.onvif.org/hardware/{}\nXAddrs: http://192.0.2.4/onvif/device_service"
INFORMATION = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tds="http://www.onvif.org/ver10/device/wsdl"><s:Body>'
    "<tds:GetDeviceInformationResponse><tds:Manufacturer>MAKER</tds:Manufacturer><tds:Model>{}</tds:Model>"
    "</tds:GetDeviceInformationResponse></s:Body></s:Envelope>"
)
FORMS = {"sadp": SADP, "dhip": DHIP, "ws_discovery": SCOPES, "onvif_device_info": INFORMATION}

FAMILIES = [
    ("Hikvision", "sadp", "camera", "DS-2CD2T87G2H-LI DS-2DE2A404IW-DE3 DS-2TD2637-10/P iDS-2VS225-F836 DS-U02"),
    ("Hikvision", "sadp", "recorder", "DS-7608NI-K2/8P DS-96256NI-I24 iDS-9632NXI-I8/8F DS-7P32NI-K4 AE-MD5043"),
    ("Hikvision", "sadp", "door-station", "DS-KV8113-WME1 DS-KH6320-WTE1 DS-KD8003-IME1/S DS-KIS604-S DS-HD1"),
    ("Hikvision", "sadp", "access-control", "DS-K1T341AM DS-K2602T DS-K1A802AMF DS-K5671-ZU DS-K3B501SX"),
    ("Hikvision", "sadp", "encoder", "DS-6708HWI DS-6704HUHI-K DS-6716HQHI-K/SATA"),
    ("Hikvision", "ws_discovery", "camera", "DS-2CD1043G0E-I DS-2CV2021G2-IDW DS-I252"),
    ("Hikvision", "ws_discovery", "recorder", "DS-8632NXI-K8 DS-E04HGHI-B DS-N308/2"),
    ("Dahua", "dhip", "camera", "IPC-HFW5442E-ZE SD49225XA-HNR PTZ1A225U-IRA-N ITC413-PW4D-Z1 DH-T4A-PV TPC-BF5421-T"),
    ("Dahua", "dhip", "recorder", "NVR5216-16P-I DHI-XVR7108HE-4KL-I3 HCVR7216A-S3 IVSS7016-8I DHI-EVS5124S"),
    ("Dahua", "dhip", "door-station", "VTO3311Q-WP DHI-VTH5422HW VTNS2003B-2 DB6I"),
    ("Dahua", "dhip", "access-control", "ASI7213Y-V3 ASC1202B-D DHI-ASA3223A ASGB101J"),
    ("Dahua", "ws_discovery", "camera", "IPC-HDBW5842H-ZHE SD6CE245U-HNI IPC-WPT1339DD-SW-3E2 PSDW83242M-A360"),
    ("Dahua", "ws_discovery", "recorder", "NVR616-128-4KS2 NVR4104-P-4KS2/L XVR5116H-I3 NVR5864-EI EVS7048S"),
    ("Dahua", "ws_discovery", "door-station", "VTO2202F-P-S2 DHI-VTH5422HW VTS5240B"),
    ("Dahua", "ws_discovery", "access-control", "ASI7213Y-V3 ASC1202B-D DHI-ASI1212D"),
    ("Uniview", "ws_discovery", "camera", "IPC3614SB-ADF28KMC-I0 IPC86CEB-AF18KC-I0 TIC2531SR-3-4F4AC-VD"),
    ("Uniview", "ws_discovery", "recorder", "NVR301-04S3-P4 NVR516-128 XVR302-16Q3"),
    ("TVT", "onvif_device_info", "camera", "TD-9544S4 TD-8543IE3N TD-9441E3-A"),
    ("TVT", "onvif_device_info", "recorder", "TD-3108B1-8P TD-2708TS-CL"),
    ("Tiandy", "onvif_device_info", "camera", "TC-C32QN TC-A32L4 TC-NC9400S3E"),
    ("Tiandy", "onvif_device_info", "recorder", "TC-R3220 TC-NR1605M7-S2"),
    ("Huawei", "onvif_device_info", "camera", "M2140-EFL IPC6325-WD-VR X3221-C"),
    ("Huawei", "onvif_device_info", "recorder", "NVR800-A02"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("maker", "channel", "kind", "model"),
    [(maker, channel, kind, model) for maker, channel, kind, models in FAMILIES for model in models.split()],
)
def test_a_model_no_rule_names_is_known_by_its_family(
    library: Library, maker: str, channel: str, kind: str, model: str
) -> None:
    raw = FORMS[channel].format(model).replace("MAKER", maker)
    device = device_of(Entry("x", channel, raw, Truth()), library)
    assert (device.maker, device.kind, device.model) == (maker, kind, model)


def differing(
    entry: Entry, read_as: Sequence[Observation], changes: Iterable[Callable[[str], str]], library: Library
) -> Iterator[tuple[str, str]]:
    """The changes of an answer after which it names another maker than before, or none.

    What is read as the same is the same device.
    """
    before = device_in(read_as, library).maker
    of_it = told(read_as)
    for change in changes:
        if (other := change(entry.raw)) == entry.raw:
            continue
        answer = pasted.read(other, entry.channel, whole=True)
        after = before if told(answer) == of_it else device_in(answer, library).maker
        if before != after:
            yield entry.id, f"{before} -> {after} by {change}"


def told(answer: Sequence[Observation]) -> list[Observation]:
    """All that rules look at and devices are told apart by: of the bytes, which observations share them."""
    known = [b"", *dict.fromkeys(one.raw for one in answer)]
    return [replace(one, raw=bytes([known.index(one.raw)])) for one in answer]


def as_lines_with_lower_names(raw: str) -> str:
    """As a terminal gives it back, without carriage returns, where the names are those of HTTP/2 and many clients."""
    head, gap, body = raw.partition("\r\n\r\n" if "\r\n\r\n" in raw else "\n\n")
    lower = re.sub(r"(?m)^[A-Za-z][A-Za-z0-9-]*(?=: )", lambda name: name[0].lower(), head)
    return (lower + gap + body).replace("\r\n", "\n")


def with_loose_ends(raw: str) -> str:
    """With blanks at the ends of the head's lines, and one line more in it."""
    head, gap, body = raw.partition("\r\n\r\n" if "\r\n\r\n" in raw else "\n\n")
    first, *others = head.splitlines()
    return "\r\n".join([first, *(f"{line}  " for line in others), "X-Request-Id: 5f0c"]) + gap + body


def of_channel(answers: Answers, channel: str) -> Answers:
    return {one: found for one, found in answers.items() if one.channel == channel}


@pytest.mark.slow
@pytest.mark.parametrize("channel", ["http", "rtsp"])
def test_the_maker_is_named_however_the_head_is_written(library: Library, answers: Answers, channel: str) -> None:
    changes = (as_lines_with_lower_names, with_loose_ends)
    chosen = [
        (entry, found)
        for entry, found in of_channel(answers, channel).items()
        if re.match(r"(?:HTTP|RTSP)/[12]", entry.raw) and "\\r\\n" not in entry.raw and not entry.ambiguous
    ]
    assert chosen
    assert [what for entry, found in chosen for what in differing(entry, found, changes, library)] == []


def as_citation(raw: str) -> str:
    return "\n".join(f"> {line}" for line in ("", *raw.splitlines()))


@pytest.mark.parametrize("channel", ["dhip", "mdns", "onvif_device_info", "sadp", "ssdp"])
def test_the_maker_is_named_whatever_stands_around_the_answer(library: Library, answers: Answers, channel: str) -> None:
    changes = (json.dumps, repr, "```\n{}\n```".format, as_citation)
    chosen = of_channel(answers, channel)
    assert chosen
    assert [what for entry, found in chosen.items() for what in differing(entry, found, changes, library)] == []


def in_title(words: str) -> Callable[[str], str]:
    """Puts words around the name in a title; one that names nobody then is left as it is."""

    def change(raw: str) -> str:
        name = raw.removeprefix("<title>").removesuffix("</title>")
        return f"<title>{words.format(name)}</title>" if names_in(words.format(name)) else raw

    return change


def test_the_maker_is_named_by_its_name_in_a_title(library: Library, answers: Answers) -> None:
    changes = tuple(map(in_title, ("{} - Login", "{} | Sign in", "{} - Web Service", "Welcome to {}")))
    tried, wrong = 0, list[tuple[str, str]]()
    for entry, found in of_channel(answers, "html_title").items():
        name = re.fullmatch(r"<title>([\w .+/-]{3,60})</title>", entry.raw)
        if name and not names_in(name[1]) and device_in(found, library).maker:
            tried += 1
            wrong += differing(entry, found, changes, library)
    assert tried
    assert wrong == []

from __future__ import annotations

import pytest

from camscan.imports.pasted import read
from camscan.imports.writings.lowered import spelled

HEAD = "RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\nServer: H264DVR 1.0\r\n\r\n"
WALK = "SNMPv2-MIB::sysDescr.0 = STRING: NVR\nSNMPv2-MIB::sysObjectID.0 = OID: SNMPv2-SMI::enterprises.1004849.3.2.10"
DESCRIBED = (
    '<DeviceInfo version="2.0" xmlns="http://www.isapi.org/ver20/XMLSchema"><model>X</model>'
    "<firmwareVersion>V5.7.1</firmwareVersion></DeviceInfo>"
)


@pytest.mark.parametrize("text", [HEAD, WALK, DESCRIBED])
def test_small_letters_say_what_large_ones_did(text: str) -> None:
    (first, *_), (low, *_) = read(text), read(text.lower())
    assert low.channel == first.channel
    assert {name: [value.lower() for value in values] for name, values in low.fields.items() if values} == {
        name: [value.lower() for value in values] for name, values in first.fields.items() if values
    }


@pytest.mark.parametrize("text", ["server: Webs", "public: Options", "what the camera says", "title: login"])
def test_other_text_stays(text: str) -> None:
    assert spelled(text) == text

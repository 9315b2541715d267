"""Listings of tools whose lines were joined into one."""

from __future__ import annotations

import pytest

from camscan.imports.notations.joined import joined

SCAN = [
    "Nmap scan report for 192.0.2.8",
    "Host is up (0.01s latency).",
    "PORT STATE SERVICE VERSION",
    "80/tcp open http Webs",
    "| http-title: A b",
    "8000/tcp open ipcam A control port",
    "MAC Address: 00:00:5E:00:53:01 (A)",
]
WALK = [
    "1.3.6.1.2.1.1.1.0|4|A b",
    "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99999.3",
    "1.3.6.1.2.1.1.5.0|4x|6162",
]
PRINTED = [".1.3.6.1.2.1.1.1.0 = A b", ".1.3.6.1.2.1.1.2.0 = .1.3.6.1.4.1.99999"]
STREAM = ["s=Media Presentation", "e=NONE", "b=AS:5100", "t=0 0", "a=control:*", "m=video 0 RTP/AVP 96", "a=recvonly"]
PART = ["m=application 0 RTP/AVP 107", "a=rtpmap:107 a.metadata/90000", "a=control:trackID=3"]
DEVICE = ["Manufacturer: A B", "Model: C-1", "Firmware Version: V1.2 build 3", "Serial Number: D", "Hardware Id: 1.00"]
NAMED = ["Device Model: C-1", "Device Serial Number: D"]


@pytest.mark.parametrize("lines", [SCAN, WALK, PRINTED, STREAM, PART, DEVICE, NAMED])
def test_lines_are_parted_again(lines: list[str]) -> None:
    assert [line.strip() for line in joined(" ".join(lines)).splitlines()] == lines


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(SCAN),
        "map[FirmwareVersion:V1 HardwareId:1.00 Manufacturer:A Model:B]",
        "[*] Remote Model: A, Class: B, Time: 2021-07-08 17:28:20",
        "Manufacturer: A, Model: B, Build: 1",
        "a=b",
        "SNMP of 1.3.6.1.2.1.1.1.0 is usual",
        "t=0 0 and s=1",
    ],
)
def test_any_other_text_is_left_as_it_is(text: str) -> None:
    assert joined(text) == text

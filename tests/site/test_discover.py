"""Discovery by multicast alone, on a cable of its own."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from support.lab import lab

pytestmark = pytest.mark.netns

RESPONDER = """
import socket, struct
group = "239.255.255.250"
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
sock.bind(("", 37020))
sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(group) + socket.inet_aton("10.99.0.2"))
print("ready", flush=True)
while True:
    data, source = sock.recvfrom(4096)
    if b"<Types>inquiry</Types>" in data:
        answer = ("<?xml version='1.0' encoding='UTF-8'?><ProbeMatch><Uuid>0</Uuid><Types>inquiry</Types>"
                  "<DeviceDescription>DS-2CD2385G1-I</DeviceDescription><DeviceSN>DS-2CD2385G1-I20190101AAWRD00000001"
                  "</DeviceSN><MAC>58-50-ed-00-00-01</MAC><IPv4Address>192.168.1.64</IPv4Address></ProbeMatch>")
        sock.sendto(answer.encode(), source)
"""


def test_a_device_with_a_foreign_address_is_shown_and_never_sent_to(tmp_path: Path) -> None:
    with lab() as site, site.running([sys.executable, "-c", RESPONDER]):
        site.count("ip daddr 192.168.0.0/16")
        done = site.run([sys.executable, "-m", "camscan", "discover", "--quiet", "--format", "json"], timeout=30)
        report = json.loads(done.stdout)
        assert site.counted() == 0
    (device,) = report["devices"]
    assert (device["address"], device["maker"], device["model"]) == ("10.99.0.2", "Hikvision", "DS-2CD2385G1-I")
    assert device["level"] == "certain"
    assert any("192.168.1.64" in conflict for conflict in device["conflicts"])
    assert report["scan"]["vantage"]["interfaces"] == [site.interface]

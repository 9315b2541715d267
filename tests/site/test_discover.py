"""Discovery by multicast alone, on a cable of its own."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
from support.lab import go_first, lab
from support.namespaces import Namespace, cable, namespace

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


CAMERA = """
import socket, struct, sys
device, number = sys.argv[1], int(sys.argv[2])

def hearing(group, port):
    sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
    sock.bind(("::", port))
    joined = socket.inet_pton(socket.AF_INET6, group) + struct.pack("@I", socket.if_nametoindex(device))
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, joined)
    return sock

def text(value):
    return b"".join(bytes([len(part)]) + part for part in value.encode().split(b"/")) + b"\\0"

def record(owner, kind, data):
    return owner + struct.pack("!HHIH", kind, 1, 120, len(data)) + data

if number % 2:
    sock = hearing("ff02::fb", 5353)
    service, name = text("_psia/_tcp/local"), f"HIKVISION DS-2CD2722FWD-IZS - 00000000{number}"
    answer = struct.pack("!6H", 0, 0x8400, 0, 1, 0, 0) + record(service, 12, text(name + "/_psia/_tcp/local"))
else:
    sock = hearing("ff02::c", 3702)
    answer = None
print("ready", flush=True)
while True:
    data, asker = sock.recvfrom(4096)
    if b"Probe" in data:
        message = data.split(b"MessageID>")[1].split(b"<")[0]
        answer = (b"<e:Envelope xmlns:e='http://www.w3.org/2003/05/soap-envelope' "
                  b"xmlns:a='http://schemas.xmlsoap.org/ws/2004/08/addressing' "
                  b"xmlns:d='http://schemas.xmlsoap.org/ws/2005/04/discovery'><e:Header><a:RelatesTo>" + message +
                  b"</a:RelatesTo></e:Header><e:Body><d:ProbeMatches><d:ProbeMatch><a:EndpointReference><a:Address>"
                  b"urn:uuid:00000000-0000-4000-8000-%012d" % number + b"</a:Address></a:EndpointReference>"
                  b"<d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>onvif://www.onvif.org/name/Dahua "
                  b"onvif://www.onvif.org/hardware/IPC-HFW2831T</d:Scopes></d:ProbeMatch></d:ProbeMatches></e:Body>"
                  b"</e:Envelope>")
    if answer:
        sock.sendto(answer, asker)
"""


def test_devices_that_speak_ipv6_alone_are_found_by_their_groups_and_have_their_macs() -> None:
    with namespace() as scanner, namespace() as devices, contextlib.ExitStack() as stack:
        cable(scanner, devices, "seg0", ("10.66.0.1/24", "10.66.0.254/24"))
        macs = [f"02:aa:00:00:00:{number:02x}" for number in range(4)]
        for number, mac in enumerate(macs):
            devices.ip(f"link add link seg0 name dev{number} address {mac} type macvlan mode private")
            devices.ip(f"link set dev{number} up")
            stack.enter_context(responding(devices, f"dev{number}", number))
        command = [sys.executable, "-m", "camscan", "discover", "--format", "json"]
        with scanner.inside():
            done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=40)
    found = {device["mac"]: device for device in json.loads(done.stdout)["devices"]}
    assert sorted(found) == [mac.upper() for mac in macs]
    assert all(device["address"].startswith("fe80::") for device in found.values())
    assert [found[mac.upper()]["maker"] for mac in macs] == ["Dahua", "Hikvision", "Dahua", "Hikvision"]
    lines = [line for line in done.stderr.splitlines() if line.startswith("fe80::")]
    assert len(lines) == len(macs)  # one for each as it answers, where there is no terminal


@contextlib.contextmanager
def responding(devices: Namespace, name: str, number: int) -> Iterator[None]:
    """A camera on one interface, for as long as the body."""
    command = [sys.executable, "-c", CAMERA, name, str(number)]
    with devices.inside():
        process = subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True)
    with process:
        go_first(process)
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        try:
            yield
        finally:
            process.kill()


def test_a_device_with_a_foreign_address_is_shown_and_never_sent_to() -> None:
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


def test_a_decoy_answers_by_multicast_too() -> None:
    command = [sys.executable, "-m", "camscan"]
    with lab() as site:
        simulate = ["ip", "netns", "exec", site.site, *command, "simulate", "--decoy", "--address", "10.99.0.2"]
        with subprocess.Popen(simulate, stderr=subprocess.PIPE, start_new_session=True) as decoy:
            assert decoy.stderr is not None
            try:
                assert decoy.stderr.readline() == b"1 decoy at 10.99.0.2\n"
                done = site.run([*command, "discover", "--quiet", "--format", "json"], timeout=60)
            finally:
                decoy.terminate()
    (device,) = json.loads(done.stdout)["devices"]
    assert (device["address"], device["verdict"]) == ("10.99.0.2", "unidentified")

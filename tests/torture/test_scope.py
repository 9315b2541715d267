"""Scope: whatever an answer points at, nothing leaves for it. The kernel counts."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.lab import go_first, lab
from support.rig import gallery, neighbours, rig

from camscan.records import Fields, Outcome
from camscan.store.store import Store

pytestmark = [pytest.mark.netns, pytest.mark.slow]

FORMS = [name for name, persona in gallery().items() if name.startswith("redirect-") and "variant" in persona.values]
LEAVES = """
import socket
for family, address in ((socket.AF_INET, "192.0.2.80"), (socket.AF_INET, "10.77.3.254"), (socket.AF_INET6, "fd00::1")):
    socket.socket(family, socket.SOCK_DGRAM).sendto(b"x", (address, 9))
"""


def places(fields: Fields) -> dict[str, bool]:
    """The places of an answer in which something may point elsewhere, and whether this one has it."""
    return {
        "Location": "http.location" in fields,
        "refresh or script": "http.refresh" in fields,
        "XAddrs": "wsd.xaddr" in fields,
        "SSDP LOCATION": "ssdp.location" in fields,
        "mDNS SRV": "mdns.host" in fields,
        "certificate": any(name.startswith("tls.") for name in fields),
    }


def test_the_judge_counts_what_leaves_the_scope(tmp_path: Path) -> None:
    """The proof that a packet to elsewhere would be seen, in either family and to an excluded address."""
    with rig(neighbours(1), tmp_path) as site:
        result = site.scan(meanwhile=lambda _: site.lab.run([sys.executable, "-c", LEAVES]))
    assert result.outside == 3


def test_nothing_follows_an_address_in_whatever_form(tmp_path: Path, figure: Callable[[str, object], None]) -> None:
    assert len(FORMS) >= 60
    with rig([gallery()[name] for name in FORMS], tmp_path) as site:
        result = site.scan("--rate", "4000")
    assert (result.outside, result.never, result.errors) == (0, 0, "")
    with Store.open(tmp_path / "scan.db") as store:
        read = [name for o in store.observations(result.scan.id) for name, there in places(o.fields).items() if there]
    counts = {name: read.count(name) for name in sorted(set(read))}
    for name in ("Location", "refresh or script", "XAddrs", "SSDP LOCATION", "mDNS SRV", "certificate"):
        assert counts[name] >= 60, f"{name}: the forms were not even read"
    figure("scope.forms", len(FORMS))
    figure("scope.places", counts)
    figure("scope.outside", result.outside)


POINTERS = """
import http.server, select, socket, struct, sys, threading
barred, honest, pointer = sys.argv[1:]
location = {barred: "/here", honest: "/here", pointer: f"http://{barred}/there"}
wsd = ("<e:Envelope xmlns:e='http://www.w3.org/2003/05/soap-envelope' xmlns:a='http://schemas.xmlsoap.org/ws/2004/08/"
       "addressing' xmlns:d='http://schemas.xmlsoap.org/ws/2005/04/discovery'><e:Header><a:RelatesTo>%s</a:RelatesTo>"
       "</e:Header><e:Body><d:ProbeMatches><d:ProbeMatch><d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>"
       "onvif://www.onvif.org/hardware/DS-2CD2385G1-I</d:Scopes><d:XAddrs>http://%s/onvif/device_service</d:XAddrs>"
       "</d:ProbeMatch></d:ProbeMatches></e:Body></e:Envelope>")
sadp = ("<?xml version='1.0' encoding='UTF-8'?><ProbeMatch><Uuid>0</Uuid><Types>inquiry</Types><DeviceDescription>"
        "DS-2CD2385G1-I</DeviceDescription><DeviceSN>DS-2CD2385G1-I20190101AAWRD0000%s</DeviceSN></ProbeMatch>")
ssdp = "HTTP/1.1 200 OK\\r\\nLOCATION: http://%s/device.xml\\r\\nST: upnp:rootdevice\\r\\nUSN: uuid:1\\r\\n\\r\\n"

class Redirecting(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(302)
        self.send_header("Location", location[self.server.server_address[0]])
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *words):
        pass

talking = {}
for address in location:
    threading.Thread(target=http.server.HTTPServer((address, 80), Redirecting).serve_forever, daemon=True).start()
    for port in (3702, 37020, 1900):
        talking[address, port] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        talking[address, port].bind((address, port))
hearing = {}
for port in (3702, 37020, 1900):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("239.255.255.250", port))
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                    socket.inet_aton("239.255.255.250") + socket.inet_aton("10.99.0.2"))
    hearing[sock] = port
print("ready", flush=True)
while True:
    for sock in select.select([*hearing, *talking.values()], [], [])[0]:
        data, asker = sock.recvfrom(65536)
        asked = {sock.getsockname()[0]} & set(location) or set(location)
        for address in asked:
            end = barred if address == pointer else address
            port = sock.getsockname()[1]
            message = data.decode("latin-1").partition("MessageID")[2].partition(">")[2].partition("<")[0]
            answer = {3702: wsd % (message, end), 37020: sadp % end[-4:], 1900: ssdp % end}[port]
            talking[address, port].sendto(answer.encode(), asker)
"""
BARRED, HONEST, POINTER = "10.77.0.66", "10.77.0.67", "10.77.0.68"
ASKED = f"""table arp asked {{
chain in {{
type filter hook input priority 0;
arp operation request arp daddr ip {BARRED} counter
}}
}}
"""


@pytest.mark.parametrize("sweep", ["connect", "syn", "nmap"])
def test_an_excluded_device_that_is_heard_and_pointed_at_gets_no_packet(sweep: str, tmp_path: Path) -> None:
    """It is a target, too: exclusions win over what is asked for, what answers by multicast, and what others name."""
    with lab("10.77.0.0/24", on_link=True) as site:
        site.keep_only([BARRED, HONEST, POINTER, "10.99.0.2"])
        site.count_arriving(f"ip daddr {BARRED}")
        site.rules(site.site, ASKED)
        devices = subprocess.Popen(
            ["ip", "netns", "exec", site.site, sys.executable, "-c", POINTERS, BARRED, HONEST, POINTER],
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        with devices:
            go_first(devices)
            assert devices.stdout is not None
            assert devices.stdout.readline() == b"ready\n"
            command = [sys.executable, "-m", "camscan", "scan", f"{BARRED}-68", "--exclude", BARRED]
            words = ["--sweep", sweep, "--db", str(tmp_path / "scan.db"), "--format", "json", "--all", "--quiet"]
            done = site.run([*command, *words])
            arrived = site.arrived()
            asked = site.run(["nft", "list", "table", "arp", "asked"], side=site.site).stdout
            site.run([sys.executable, "-c", f"import socket; socket.create_connection(('{BARRED}', 80), 2)"])
            proof = site.arrived()
            devices.kill()
    report = json.loads(done.stdout)
    assert (arrived, "packets 0 " in asked) == (0, True), asked
    assert proof >= 2, "what is sent to it would have been counted"
    told = {device["address"]: device for device in report["devices"]}
    assert BARRED not in told
    assert told[HONEST]["model"] == "DS-2CD2385G1-I"
    with Store.open(tmp_path / "scan.db") as store:
        ledger = {entry.target: entry.outcome for entry in store.ledger(store.scan().id)}
        channels = {one.channel for one in store.observations(store.scan().id) if one.target == POINTER}
    assert ledger[BARRED] is Outcome.EXCLUDED
    assert channels >= {"http", "wsd", "sadp", "ssdp"}

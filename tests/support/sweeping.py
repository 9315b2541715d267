"""What tests of port sweeps need beside a lab: listeners, a forger, and requests."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from support.lab import Lab

PROGRAM = (sys.executable, "-P", "-m", "camscan.syn")
_LISTEN = """
import socket, sys, threading
families = (("", socket.AF_INET), ("::", socket.AF_INET6))
servers = [
    socket.create_server((every, int(port)), family=family, backlog=4096)
    for port in sys.argv[2:]
    for every, family in families
]
print("ready", flush=True)
def accept(server):
    while True:
        server.accept()[0].close()
for server in servers if sys.argv[1] == "accept" else ():
    threading.Thread(target=accept, args=(server,), daemon=True).start()
sys.stdin.read()
"""
_FORGE = """
import socket, struct, sys
interface, begins = sys.argv[1], [socket.inet_aton(name) for name in sys.argv[2:]]
hears = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
hears.bind((interface, 0x0800))
says = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
print("ready", flush=True)
while True:
    packet = hears.recv(200)
    if packet[9] != 6 or packet[33] != 2 or packet[16:20] in begins:
        continue
    us, them, ours, theirs = packet[12:16], packet[16:20], packet[20:22], packet[22:24]
    number, = struct.unpack("!I", packet[24:28])
    for flags, answer in ((0x12, number), (0x12, number + 2), (0x14, 0), (0x12, 0), (0x10, number + 1), (0x02, 0)):
        ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 40, 1, 0, 64, 6, 0, them, us)
        tcp = theirs + ours + struct.pack("!IIBBHHH", 1, answer & 0xFFFFFFFF, 0x50, flags, 1000, 0, 0)
        says.sendto(ip + tcp, (socket.inet_ntoa(us), 0))
"""


@contextmanager
def ready(lab: Lab, *words: str) -> Iterator[None]:
    """Python runs these words on the site's side, from when it says that it is ready until the body is over."""
    command = ["ip", "netns", "exec", lab.site, sys.executable, *words]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            yield
        finally:
            process.kill()


def listening(lab: Lab, ports: Sequence[int], *, accepting: bool = False) -> Any:
    """Every address of the site accepts at these ports; at others it refuses.

    `accepting`: connections are closed at once; else each port has room for 4,096 that stay open.
    """
    return ready(lab, "-c", _LISTEN, "accept" if accepting else "keep", *map(str, ports))


def forging(lab: Lab, honest: Sequence[str]) -> Any:
    """Somebody on the way answers for all addresses but these, with wrong acknowledgements."""
    return ready(lab, "-c", _FORGE, lab.interface, *honest)


def request(lab: Lab, first: str, last: str, ports: Sequence[int], **changed: Any) -> dict[str, Any]:
    """A request to sweep addresses behind the lab's router, as fast as it goes and in one round."""
    way = {
        "interface": lab.interface,
        "source": "10.99.0.1",
        "gateway": "10.99.0.2",
        "frames": True,
        "ranges": [[first, last]],
    }
    settings = {"rate": 0, "host_rate": 20, "rounds": 1, "wait": 0.5, "want": "open", "seed": 1}
    return {"method": "syn", "ways": [way], "ports": list(ports), **settings, **changed}


def run(lab: Lab, asked: dict[str, Any], *, before: Sequence[str] = ()) -> tuple[int, list[dict[str, Any]]]:
    """Run the program on the scanner's side; its exit code and what it said."""
    done = subprocess.run(
        ["ip", "netns", "exec", lab.scanner, *before, *PROGRAM],
        input=json.dumps(asked).encode(),
        stdout=subprocess.PIPE,
        check=False,
        timeout=60,
    )
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def found(messages: Sequence[dict[str, Any]]) -> dict[tuple[str, int], int]:
    """Address and port -> errno."""
    return {
        pair: message["errno"]
        for message in messages
        if message["type"] == "found"
        for pair in zip(message["addresses"], message["ports"], strict=True)
    }


def wait_until(condition: Any, seconds: float = 10) -> bool:
    """Whether a condition came true in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True

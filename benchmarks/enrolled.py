"""What it costs to ask enrolled cameras: CPU each, wall time at the default pace, memory, and what zeep costs to load.

    python benchmarks/enrolled.py                 2,000 cameras behind Digest on 127.90.0.0/21, in another process
    python benchmarks/enrolled.py --cameras 200

Every camera is asked the five questions of ONVIF behind a login. `without_network` is questions, replies and
observations alone. The others add the real broker's Digest and HTTP over loopback; `as_usual` are cameras that have
told their scopes by discovery and their services to anybody, as most do: three questions are left.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from ipaddress import IPv4Network
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from pydantic import SecretStr
from support.nets import AT, Port, ScriptedNet

from camscan.credentials.broker import CredentialBroker
from camscan.credentials.enrolment import Enrolment, SiteBook
from camscan.credentials.pins import Pins
from camscan.credentials.sighting import Sighting
from camscan.net.base import Net
from camscan.net.live import LiveNet
from camscan.net.pacing.profile import Profile, profile
from camscan.net.scope import Scope
from camscan.probes.base import Ask
from camscan.probes.onviflogin import OnvifLoginProbe
from camscan.records import Observation, Outcome
from camscan.simulator import Device, Persona, Site
from camscan.targets import parse

NETWORK = "127.90.0.0/21"
USER, PASSWORD, MAKER = "auditor", "simulated-Passw0rd", "Axis"
PORT = 8090
AT_ONCE = 256

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:trt="http://www.onvif.org/ver10/media/wsdl"'
    ' xmlns:tt="http://www.onvif.org/ver10/schema"><s:Body>'
)
_SERVICES = "".join(
    f"<tds:Service><tds:Namespace>http://www.onvif.org/ver10/{name}/wsdl</tds:Namespace>"
    "<tds:XAddr>http://10.0.0.5/onvif/device_service</tds:XAddr><tds:Version><tt:Major>2</tt:Major>"
    "<tt:Minor>60</tt:Minor></tds:Version></tds:Service>"
    for name in ("device", "media", "events", "imaging", "ptz", "analytics", "deviceIO", "recording")
)
_SCOPES = "".join(
    f"<tds:Scopes><tt:ScopeDef>Fixed</tt:ScopeDef><tt:ScopeItem>onvif://www.onvif.org/{item}</tt:ScopeItem></tds:Scopes>"
    for item in ("name/AXIS%20P3245-LV", "hardware/P3245-LV", "location/", "type/video_encoder", "Profile/Streaming")
)
_PROFILES = "".join(
    f'<trt:Profiles token="P{number}" fixed="true"><tt:Name>{name}</tt:Name><tt:VideoSourceConfiguration token="V">'
    "<tt:Name>v</tt:Name><tt:UseCount>2</tt:UseCount></tt:VideoSourceConfiguration><tt:VideoEncoderConfiguration>"
    "<tt:Name>e</tt:Name><tt:UseCount>1</tt:UseCount><tt:Encoding>H264</tt:Encoding><tt:Resolution><tt:Width>1920"
    "</tt:Width><tt:Height>1080</tt:Height></tt:Resolution><tt:Quality>3</tt:Quality></tt:VideoEncoderConfiguration>"
    "</trt:Profiles>"
    for number, name in enumerate(("MainStream", "SubStream"))
)
REPLIES = {
    "GetDeviceInformation": "<tds:GetDeviceInformationResponse><tds:Manufacturer>AXIS</tds:Manufacturer><tds:Model>P3"
    "</tds:Model><tds:FirmwareVersion>10.12.165</tds:FirmwareVersion><tds:SerialNumber>ACCC8E5AE007</tds:SerialNumber>"
    "<tds:HardwareId>7D1</tds:HardwareId></tds:GetDeviceInformationResponse>",
    "GetNetworkInterfaces": '<tds:GetNetworkInterfacesResponse><tds:NetworkInterfaces token="eth0"><tt:Enabled>true'
    "</tt:Enabled><tt:Info><tt:Name>eth0</tt:Name><tt:HwAddress>AC:CC:8E:5A:E0:07</tt:HwAddress><tt:MTU>1500</tt:MTU>"
    "</tt:Info><tt:IPv4><tt:Enabled>true</tt:Enabled><tt:Config><tt:FromDHCP><tt:Address>10.0.0.5</tt:Address>"
    "<tt:PrefixLength>24</tt:PrefixLength></tt:FromDHCP><tt:DHCP>true</tt:DHCP></tt:Config></tt:IPv4>"
    "</tds:NetworkInterfaces></tds:GetNetworkInterfacesResponse>",
    "GetScopes": f"<tds:GetScopesResponse>{_SCOPES}</tds:GetScopesResponse>",
    "GetServices": f"<tds:GetServicesResponse>{_SERVICES}</tds:GetServicesResponse>",
    "GetProfiles": f"<trt:GetProfilesResponse>{_PROFILES}</trt:GetProfilesResponse>",
}
BODIES = {name: f"{_HEAD}{body}</s:Body></s:Envelope>" for name, body in REPLIES.items()}


def addresses(count: int) -> list[str]:
    return [str(IPv4Network(NETWORK)[number]) for number in range(1, count + 1)]


def persona() -> Persona:
    denied = {"head": "HTTP/1.1 401 Unauthorized\n{challenges}\nContent-Length: {length}\n", "body": "no"}
    onvif = {"behind": BODIES, "otherwise": denied}
    return Persona.model_validate(
        {
            "name": "camera",
            "truth": {"maker": MAKER, "kind": "camera"},
            "mac": "AC:CC:8E:5A:E0:07",
            "login": {
                "user": USER,
                "password": PASSWORD,
                "challenges": ['Digest realm="AXIS_ACCC8E5AE007", nonce="{issued}", algorithm=MD5, qop="auth"'],
                "denied": denied,
            },
            "web": [{"ports": [PORT], "routes": {"*": denied}, "onvif": onvif}],
        }
    )


async def serve(count: int) -> None:
    """Play the cameras until standard input ends."""
    cameras = [Device(persona(), address) for address in addresses(count)]
    async with Site(NETWORK, cameras):
        print("ready", flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


SERVICES = {"onvif.action": ("GetServices",), "onvif.media_path": ("/onvif/device_service",)}


def heard(address: str, *, told: bool) -> tuple[Observation, ...]:
    """What the camera has said without a login: it has a web server, and its ONVIF service wants one."""
    web = Observation(address, "http", Outcome.ANSWERED, AT, PORT, "GET /")
    denied = Observation(address, "onvif", Outcome.AUTH_REQUIRED, AT, PORT, "GetDeviceInformation")
    scopes = {"onvif.scope": ("onvif://www.onvif.org/name/AXIS",)}
    discovered = Observation(address, "wsd", Outcome.ANSWERED, AT, 3702, fields=scopes)
    services = Observation(address, "onvif", Outcome.ANSWERED, AT, PORT, "GetServices", SERVICES)
    return (web, denied, discovered, services) if told else (web, denied)


async def ask_all(net: Net, hosts: Sequence[str], *, told: bool) -> Counter[str]:
    """Ask every camera, `AT_ONCE` at a time; gives the outcomes."""
    outcomes: Counter[str] = Counter()
    left = iter(hosts)

    async def worker() -> None:
        for address in left:
            async with net.attend(address):
                async for found in OnvifLoginProbe().run(Ask(address, None, heard(address, told=told)), net):
                    outcomes[found.outcome.value] += 1

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(worker())
    return outcomes


async def measured(net: Net, hosts: Sequence[str], *, told: bool = False) -> dict[str, object]:
    cpu, began = time.process_time(), time.perf_counter()
    outcomes = await ask_all(net, hosts, told=told)
    cpu, seconds = time.process_time() - cpu, time.perf_counter() - began
    return {
        "cameras": len(hosts),
        "outcomes": dict(outcomes),
        "cpu_ms_a_camera": round(1000 * cpu / len(hosts), 3),
        "seconds": round(seconds, 1),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def broker(folder: Path) -> CredentialBroker:
    enrolled = Enrolment(network=NETWORK, maker=MAKER, user=USER, secret=SecretStr(PASSWORD))
    sighting = Sighting(maker=MAKER, clock=timedelta())
    return CredentialBroker(None, SiteBook([enrolled]), Pins(folder / "pins"), lambda *_: sighting, _secret)


def _secret(of: Enrolment) -> SecretStr:
    assert of.secret is not None
    return of.secret


async def over_loopback(hosts: Sequence[str], pace: Profile, *, told: bool = False) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        scope = Scope(parse([NETWORK]))
        async with LiveNet(scope, pace, broker=broker(Path(folder))) as net:
            return await measured(net, hosts, told=told) | {"packets": net.sent.packets}


async def without_network(hosts: Sequence[str]) -> dict[str, object]:
    answers = {
        name: b"HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\n\r\n" + body.encode()
        for name, body in BODIES.items()
    }
    ports = {(address, PORT): Port(pages=answers) for address in hosts}
    return await measured(ScriptedNet(ports, logins=dict.fromkeys(hosts, "")), hosts)


def start_up() -> dict[str, float]:
    """Milliseconds of CPU in processes of their own: the probes alone, then the first question and reply."""
    script = (
        "import time; began = time.process_time()\n"
        "from camscan.codecs import soap\nimport camscan.probes.registry\n"
        "bare = time.process_time(); soap.encode('GetScopes'); first = time.process_time()\n"
        "print(1000 * (bare - began), 1000 * (first - bare))"
    )
    runs = [subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout for _ in range(3)]
    bare, first = (min(float(run.split()[place]) for run in runs) for place in (0, 1))
    return {"probes_without_zeep_ms": round(bare), "first_question_ms": round(first)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cameras", type=int, default=2_000)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        asyncio.run(serve(given.cameras))
        return
    hosts = addresses(given.cameras)
    print(json.dumps({"start_up": start_up()}), flush=True)
    asyncio.run(without_network(hosts[:100]))  # the first pays for loading
    print(json.dumps({"without_network": asyncio.run(without_network(hosts))}), flush=True)
    command = [sys.executable, __file__, "--serve", "--cameras", str(given.cameras)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == b"ready\n"
        fast = Profile("unhurried", rate=1_000_000, host_rate=1_000_000, half_open=16_384)
        for name, pace, told in (
            ("unhurried", fast, False),
            ("as_usual", fast, True),
            ("default_pace", profile("default"), False),
        ):
            print(json.dumps({name: asyncio.run(over_loopback(hosts, pace, told=told))}), flush=True)
        server.communicate()


if __name__ == "__main__":
    main()

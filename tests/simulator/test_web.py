from __future__ import annotations

import pytest
from support.costs import costs_less_than
from support.site import persona, site_of, talk

from camscan.codecs import onvif
from camscan.simulator.counters import Request
from camscan.simulator.schema import Web
from camscan.simulator.web import choose


def answer(name: str) -> dict[str, str]:
    return {"head": f"HTTP/1.1 200 OK\nX-Route: {name}\nContent-Length: {{length}}\n", "body": name}


WEB = Web.model_validate(
    {
        "ports": [80],
        "routes": {name: answer(name) for name in ("/", "/a?b=1", "/a", "/ISAPI/*", "/ISAPI/System/*", "*")},
        "onvif": {
            "answers": {"GetScopes": "scopes"},
            "otherwise": {"head": "HTTP/1.1 400 Bad Request\nContent-Length: {length}\n", "body": "denied"},
        },
    }
)


@pytest.mark.parametrize(
    ("target", "route"),
    [
        ("/", "/"),
        ("/?x", "/"),
        ("/a?b=1", "/a?b=1"),
        ("/a?b=2", "/a"),
        ("/ISAPI/Security/userCheck", "/ISAPI/*"),
        ("/ISAPI/System/deviceInfo?x=1", "/ISAPI/System/*"),
        ("/nothing", "*"),
        ("/onvif/device_service", "*"),
    ],
)
def test_the_most_exact_route_answers(target: str, route: str) -> None:
    assert choose(WEB, Request(80, "GET", target, "")).body == route


@pytest.mark.parametrize(
    ("action", "body"), [("GetScopes", "scopes"), ("GetDeviceInformation", "denied"), ("GetHostname", "denied")]
)
def test_the_device_service_answers_by_operation(action: str, body: str) -> None:
    assert choose(WEB, Request(80, "POST", onvif.PATH, "", onvif.encode(action))).body == body


def test_a_request_without_operation_is_denied() -> None:
    assert choose(WEB, Request(80, "POST", onvif.PATH, "", b"<nonsense")).body == "denied"


@pytest.mark.privileged_ports
async def test_connections_stay_open_where_the_answer_says_how_long_it_is() -> None:
    async with site_of(persona(web=[WEB])) as site:
        (device,) = site.devices
        get = b"GET /%s HTTP/1.1\r\nHost: a\r\n\r\n"
        one = b"HTTP/1.1 200 OK\r\nX-Route: %s\r\nContent-Length: %d\r\n\r\n%s"
        both = one % (b"/", 1, b"/") + one % (b"/a", 2, b"/a")
        assert await talk(device.address, 80, get % b"" + get % b"a", limit=len(both)) == both
        assert device.counters.connections == 1
        assert [(r.port, r.method, r.target) for r in device.counters.requests] == [(80, "GET", "/"), (80, "GET", "/a")]


@pytest.mark.privileged_ports
@pytest.mark.parametrize(
    "head",
    [
        "HTTP/1.0 200 OK\nContent-Length: {length}\n",
        "HTTP/1.1 200 OK\n",
        "HTTP/1.1 200 OK\nContent-Length: 1\nConnection: close\n",
    ],
)
async def test_other_answers_end_the_connection(head: str) -> None:
    routes = {"*": {"head": head, "body": "x"}}
    async with site_of(persona(web=[{"ports": [80], "routes": routes}])) as site:
        got = await talk(site.devices[0].address, 80, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" * 2)
        assert got.count(b"HTTP/1.") == 1
        assert got.endswith(b"\r\n\r\nx")


@pytest.mark.privileged_ports
async def test_head_has_no_body_and_nonsense_no_answer() -> None:
    async with site_of(persona(web=[WEB])) as site:
        address = site.devices[0].address
        head = await talk(address, 80, b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\nnonsense\r\n\r\n")
        assert head == b"HTTP/1.1 200 OK\r\nX-Route: /\r\nContent-Length: 1\r\n\r\n"
        assert await talk(address, 80, b"nonsense\r\n\r\n") == b""
        assert [r.method for r in site.devices[0].counters.requests] == ["HEAD"]


def test_a_body_of_open_tags_takes_no_time() -> None:
    with costs_less_than(1):
        asked = Request(80, "POST", "/onvif/device_service", "", b"<Body " * 100_000)
        assert choose(WEB, asked).body == "denied"

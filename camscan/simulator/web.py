"""The web server of a persona: its routes, and the ONVIF device service at one of the paths."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from camscan.simulator.authentication import Authenticator, LoginResult
from camscan.simulator.connection import ClientConnection
from camscan.simulator.counters import Request
from camscan.simulator.schema import Answer, Onvif, Web

_OPERATION = re.compile(rb"<(?:[\w-]+:)?Body[^<>]*>\s*<(?:[\w-]+:)?(\w+)")


async def serve(web: Web, client: ClientConnection, authenticator: Authenticator | None = None) -> None:
    """Answer requests for as long as the client and the answers keep the connection open."""
    while True:
        head = await client.head()
        line = head.partition(b"\r\n")[0].decode("latin-1").split(" ")
        if len(line) != 3:
            return
        request = Request(client.port, line[0], line[1], head.decode("latin-1"), await client.body(head))
        client.counters.asked(request)
        answer, values = _answer(web, request, authenticator, client.filler.fill)
        values = {**values, "target": request.target}
        await client.send(client.filler.answer(answer, values, with_body=request.method != "HEAD"))
        if not _stays_open(answer.head):
            return


def _answer(
    web: Web, request: Request, authenticator: Authenticator | None, fill: Callable[[str], str]
) -> tuple[Answer, dict[str, str]]:
    """The answer to a request, and the values of its placeholders."""
    if authenticator is None:
        return choose(web, request), {}
    behind = _behind(web, request)
    if behind is None:
        return choose(web, request), authenticator.clock()
    result = authenticator.check(request)
    if result is LoginResult.ADMITTED:
        return behind, authenticator.clock()
    service = _service(web, request)
    denied = authenticator.login.denied if service is None else service.otherwise
    return denied, authenticator.clock() | authenticator.denial(result, fill)


def _behind(web: Web, request: Request) -> Answer | None:
    """The answer to a request that needs a login."""
    if service := _service(web, request):
        return _operation(service, service.behind, request)
    return web.behind.get(request.target) or web.behind.get(_path(request))


def choose(web: Web, request: Request) -> Answer:
    """The answer to a request that needs no login."""
    if service := _service(web, request):
        return _operation(service, service.answers, request) or service.otherwise
    path = _path(request)
    for exact in (request.target, path):
        if exact in web.routes:
            return web.routes[exact]
    starts = (route for route in web.routes if route.endswith("*") and path.startswith(route[:-1]))
    return web.routes[max(starts, key=len)]


def _path(request: Request) -> str:
    return request.target.partition("?")[0]


def _service(web: Web, request: Request) -> Onvif | None:
    """The device service, if a request is for it."""
    onvif = web.onvif
    return onvif if onvif is not None and request.method == "POST" and _path(request) == onvif.path else None


def _operation(onvif: Onvif, bodies: Mapping[str, str], request: Request) -> Answer | None:
    found = _OPERATION.search(request.body)
    body = bodies.get(found[1].decode()) if found else None
    return None if body is None else Answer(head=onvif.head, body=body)


def _stays_open(head: str) -> bool:
    lowered = head.lower()
    return (
        lowered.startswith("http/1.1")
        and not re.search(r"^connection:[ \t]*close", lowered, re.MULTILINE)
        and "\ncontent-length:" in lowered
    )

"""HTTP as a persona's routes tell it, with the ONVIF device service behind one of the paths."""

from __future__ import annotations

import re

from camscan.simulator.counters import Request
from camscan.simulator.schema import Answer, Onvif, Web
from camscan.simulator.talk import Talk

_OPERATION = re.compile(rb"<(?:[\w-]+:)?Body[^>]*>\s*<(?:[\w-]+:)?(\w+)")


async def serve(web: Web, talk: Talk) -> None:
    """Answer requests for as long as the client and the answers keep the connection open."""
    while True:
        head = await talk.head()
        line = head.partition(b"\r\n")[0].decode("latin-1").split(" ")
        if len(line) != 3:
            return
        request = Request(talk.port, line[0], line[1], head.decode("latin-1"), await talk.body(head))
        talk.counters.asked(request)
        answer = choose(web, request)
        await talk.send(talk.filler.answer(answer, {"target": request.target}, with_body=request.method != "HEAD"))
        if not _stays_open(answer.head):
            return


def choose(web: Web, request: Request) -> Answer:
    """The answer to a request."""
    path = request.target.partition("?")[0]
    if web.onvif is not None and path == web.onvif.path and request.method == "POST":
        return _operation(web.onvif, request.body)
    for exact in (request.target, path):
        if exact in web.routes:
            return web.routes[exact]
    starts = (route for route in web.routes if route.endswith("*") and path.startswith(route[:-1]))
    return web.routes[max(starts, key=len)]


def _operation(onvif: Onvif, body: bytes) -> Answer:
    found = _OPERATION.search(body)
    answer = onvif.answers.get(found[1].decode()) if found else None
    return onvif.otherwise if answer is None else Answer(head=onvif.head, body=answer)


def _stays_open(head: str) -> bool:
    lowered = head.lower()
    return (
        lowered.startswith("http/1.1")
        and not re.search(r"^connection:[ \t]*close", lowered, re.MULTILINE)
        and "\ncontent-length:" in lowered
    )

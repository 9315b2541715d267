"""The RTSP server of a persona."""

from __future__ import annotations

import re

from camscan.simulator.connection import ClientConnection
from camscan.simulator.counters import Request
from camscan.simulator.schema import Rtsp

_CSEQ = re.compile(r"^cseq[ \t]*:[ \t]*(\S{1,16})", re.IGNORECASE | re.MULTILINE)


async def serve(rtsp: Rtsp, client: ClientConnection) -> None:
    """Answer requests until the client closes the connection; a request that is not RTSP ends it."""
    while True:
        head = (await client.head()).decode("latin-1")
        line = head.partition("\r\n")[0].split(" ")
        if len(line) != 3 or not line[2].startswith("RTSP/"):
            if rtsp.stranger:
                await client.send(client.filler.answer(rtsp.stranger))
            return
        client.counters.asked(Request(client.port, line[0], line[1], head))
        cseq = _CSEQ.search(head)
        answer = {"OPTIONS": rtsp.options, "DESCRIBE": rtsp.describe}.get(line[0], rtsp.otherwise)
        await client.send(client.filler.answer(answer, {"cseq": cseq[1] if cseq else "", "url": line[1].rstrip("/")}))

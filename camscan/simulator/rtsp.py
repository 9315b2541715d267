"""RTSP as a persona tells it."""

from __future__ import annotations

import re

from camscan.simulator.counters import Request
from camscan.simulator.schema import Rtsp
from camscan.simulator.talk import Talk

_CSEQ = re.compile(r"^cseq[ \t]*:[ \t]*(\S{1,16})", re.IGNORECASE | re.MULTILINE)


async def serve(rtsp: Rtsp, talk: Talk) -> None:
    """Answer requests until the client leaves; whatever is no RTSP ends the connection."""
    while True:
        head = (await talk.head()).decode("latin-1")
        line = head.partition("\r\n")[0].split(" ")
        if len(line) != 3 or not line[2].startswith("RTSP/"):
            if rtsp.stranger:
                await talk.send(talk.filler.answer(rtsp.stranger))
            return
        talk.counters.asked(Request(talk.port, line[0], line[1], head))
        cseq = _CSEQ.search(head)
        answer = {"OPTIONS": rtsp.options, "DESCRIBE": rtsp.describe}.get(line[0], rtsp.otherwise)
        await talk.send(talk.filler.answer(answer, {"cseq": cseq[1] if cseq else "", "url": line[1].rstrip("/")}))

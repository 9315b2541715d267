"""Messages of SIP, which door stations, phones and cameras of GB/T 28181 speak: who sent one, and what its body tells.

Its headers have the form of HTTP's (RFC 3261 section 7.3.1) and are read as such; a SIP agent that names itself only
as User-Agent does so in answers, too, where a web server would write Server.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from camscan.codecs import headers, telnet
from camscan.imports.forms import messages
from camscan.imports.forms.base import Answer, answer

_ANSWER = re.compile(r"^SIP/2\.0 \d{3}\b[^\r\n]*\r?\n", re.MULTILINE)
_REQUEST = re.compile(r"^[A-Z]{3,10} sips?:[^\s]{1,256} SIP/2\.0[ \t]*\r?\n", re.MULTILINE)
_SESSION = re.compile(r"^v=0[ \t]*\r?$", re.MULTILINE)


def is_sip(text: str) -> bool:
    """Whether a line of the text begins an answer or a request of SIP that has headers."""
    return _start(text) is not None


def sip_message(text: str) -> Iterator[Answer]:
    """The headers of the first answer, or else of the first request, what its body tells, and all of it as a banner.

    A body that describes a session is read as RTSP's are: in both, a camera may name itself there.
    """
    yield from answer("banner", telnet.greeting(text))
    if (start := _start(text)) is None:
        return
    head = text[start.end() :]
    _, named = headers.parse(head.encode())
    agents = headers.values(named, "user-agent")
    itself = f"Server: {agents[0]}\r\n" if agents and not headers.values(named, "server") else ""
    yield from messages.over_http(f"{itself}{head}")
    if session := _SESSION.search(head):
        yield from messages.over_rtsp(head[session.start() :])


def _start(text: str) -> re.Match[str] | None:
    return _ANSWER.search(text) or _REQUEST.search(text)

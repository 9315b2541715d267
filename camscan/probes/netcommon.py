"""NetCommon search; devices answer to its fixed port only."""

from __future__ import annotations

from camscan.codecs import netcommon
from camscan.net.base import Inquiry
from camscan.probes.datagrams import Datagrams, Question

_WAIT = 3.0


def _pose() -> Question:
    inquiry = Inquiry(
        netcommon.PORT,
        [[netcommon.encode_search()]] * 3,
        _WAIT,
        groups=netcommon.GROUPS,
        listen_port=netcommon.LOCAL_PORT,
    )
    return Question(inquiry, lambda data: [netcommon.decode(data)])


NETCOMMON = Datagrams("netcommon", "search", _pose)

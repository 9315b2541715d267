"""MHED search; devices announce themselves to a group."""

from __future__ import annotations

from camscan.codecs import mhed
from camscan.net.base import Inquiry
from camscan.probes.datagrams import Datagrams, Question

_WAIT = 3.0


def _pose() -> Question:
    inquiry = Inquiry(
        mhed.PORT,
        [[mhed.encode_search()]],
        _WAIT,
        groups=mhed.GROUPS,
        listen_port=mhed.LOCAL_PORT,
        listen_groups=mhed.GROUPS,
    )
    return Question(inquiry, lambda data: [mhed.decode(data)])


MHED = Datagrams("mhed", "search", _pose)

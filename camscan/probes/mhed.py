"""MHED search, sent twice against loss; devices announce themselves to a group of its own."""

from __future__ import annotations

from camscan.codecs import mhed
from camscan.net.base import Inquiry
from camscan.probes.datagrams import Datagrams, Question

_WAIT = 3.0


def _pose() -> Question:
    asked, announced = mhed.GROUPS
    inquiry = Inquiry(
        mhed.PORT,
        [[mhed.encode_search()]] * 2,
        _WAIT,
        groups=(asked,),
        listen_port=mhed.LOCAL_PORT,
        listen_groups=(announced,),
    )
    return Question(inquiry, lambda data: [mhed.decode(data)])


MHED = Datagrams("mhed", "search", _pose)

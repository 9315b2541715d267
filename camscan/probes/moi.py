"""MO_I search by broadcast."""

from __future__ import annotations

from camscan.codecs import moi
from camscan.net.base import Inquiry
from camscan.probes.datagrams import Datagrams, Question

_WAIT = 3.0


def _pose() -> Question:
    inquiry = Inquiry(moi.PORT, [[moi.encode_search()]] * 2, _WAIT, groups=moi.GROUPS, listen_port=moi.LOCAL_PORT)
    return Question(inquiry, lambda data: [moi.decode(data)])


MOI = Datagrams("moi", "search", _pose)

"""DH01 search by broadcast."""

from __future__ import annotations

from camscan.codecs import dh01
from camscan.net.base import Inquiry
from camscan.probes.datagrams import Datagrams, Question

_WAIT = 3.0


def _pose() -> Question:
    inquiry = Inquiry(dh01.PORT, [[dh01.encode_search()]] * 2, _WAIT, groups=dh01.GROUPS)
    return Question(inquiry, lambda data: [dh01.decode(data)])


DH01 = Datagrams("dh01", "search", _pose)

"""DHIP search, sent twice: against loss, and never more, since its answers are long."""

from __future__ import annotations

from camscan.codecs import dhip
from camscan.net.base import Inquiry
from camscan.probes.datagrams import Datagrams, Question

_WAIT = 3.0
_INQUIRY = Inquiry(dhip.PORT, [[dhip.encode_search()]] * 2, _WAIT, groups=dhip.GROUPS)
_QUESTION = Question(_INQUIRY, lambda data: [dhip.decode(data)])

DHIP = Datagrams("dhip", "DHDiscover.search", lambda: _QUESTION)

"""Multicast DNS: who offers the services that cameras announce; by multicast, and by unicast where something lives."""

from __future__ import annotations

from camscan.codecs import mdns
from camscan.net.base import Inquiry
from camscan.probes.datagrams import Datagrams, Question

_GROUPS = ("224.0.0.251", "ff02::fb")
_WAIT = 3.0


def _pose() -> Question:
    query = mdns.encode_query(mdns.SERVICES, unicast=True)
    return Question(Inquiry(5353, [[query]] * 2, _WAIT, groups=_GROUPS), lambda data: [mdns.decode(data)])


MDNS = Datagrams("mdns", "PTR", _pose)

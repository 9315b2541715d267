"""WS-Discovery: each dialect in a round of its own, since some devices answer only one, and rounds make up for loss."""

from __future__ import annotations

import uuid

from camscan.codecs import wsdiscovery
from camscan.net.base import Inquiry
from camscan.probes.datagrams import Datagrams, Question, Rounds

# No group is joined: behind some snooping switches a join makes cameras vanish, and answers come by unicast anyway.
_GROUPS = ("239.255.255.250", "ff02::c")
_WAIT = 3.5
"""The specification allows 0.5 s; cameras are late."""


def _pose() -> Question:
    first = str(uuid.uuid4())
    ids = tuple(f"urn:uuid:{first[:-1]}{number:x}" for number in range(len(wsdiscovery.DIALECTS)))
    rounds = Rounds(len(ids), lambda number: wsdiscovery.encode_probe(ids[number], wsdiscovery.DIALECTS[number]))
    inquiry = Inquiry(3702, rounds, _WAIT, groups=_GROUPS)
    return Question(inquiry, lambda data: wsdiscovery.decode(data, ids))


WSD = Datagrams("wsd", "Probe", _pose)

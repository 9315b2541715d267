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
    first = f"urn:uuid:{uuid.uuid4()}"[:-1]  # of each question under way no more than that is kept
    count = len(wsdiscovery.DIALECTS)
    rounds = Rounds(count, lambda number: wsdiscovery.encode_probe(f"{first}{number:x}", wsdiscovery.DIALECTS[number]))
    inquiry = Inquiry(3702, rounds, _WAIT, groups=_GROUPS)
    return Question(inquiry, lambda data: wsdiscovery.decode(data, [f"{first}{number:x}" for number in range(count)]))


WSD = Datagrams("wsd", "Probe", _pose)

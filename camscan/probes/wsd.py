"""WS-Discovery: each dialect in a round of its own, since some devices answer only one, and rounds make up for loss."""

from __future__ import annotations

import uuid

from camscan.codecs import wsdiscovery
from camscan.net.base import Inquiry
from camscan.probes.datagrams import Datagrams, Question

# No group is joined: behind some snooping switches a join makes cameras vanish, and answers come by unicast anyway.
_GROUPS = ("239.255.255.250", "ff02::c")
_WAIT = 3.5
"""The specification allows 0.5 s; cameras are late."""


def _pose() -> Question:
    ids = [f"urn:uuid:{uuid.uuid4()}" for _ in wsdiscovery.DIALECTS]
    rounds = [[wsdiscovery.encode_probe(i, types)] for i, types in zip(ids, wsdiscovery.DIALECTS, strict=True)]
    inquiry = Inquiry(3702, rounds, _WAIT, groups=_GROUPS)
    return Question(inquiry, lambda data: wsdiscovery.decode(data, ids))


WSD = Datagrams("wsd", "Probe", _pose)

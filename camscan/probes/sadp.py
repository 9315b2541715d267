"""SADP inquiries, old and new form; devices answer the asker and the group alike."""

from __future__ import annotations

import uuid

from camscan.codecs import sadp
from camscan.net.base import Inquiry
from camscan.probes.datagrams import Datagrams, Question

_WAIT = 3.0


def _pose() -> Question:
    asker = str(uuid.uuid4()).upper()
    rounds = [[sadp.encode_inquiry(asker, types)] for types in ("inquiry", "inquiry_v32")]
    inquiry = Inquiry(
        sadp.PORT, rounds, _WAIT, groups=sadp.GROUPS, listen_port=sadp.PORT, listen_groups=sadp.GROUPS[:1]
    )
    return Question(inquiry, lambda data: [sadp.decode(data)])


SADP = Datagrams("sadp", "inquiry", _pose)

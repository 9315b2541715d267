"""SADP inquiries, old and new form; devices answer the asker and the group alike."""

from __future__ import annotations

import uuid

from camscan.codecs import sadp
from camscan.net.base import Inquiry
from camscan.probes.datagrams import Datagrams, Question, Rounds
from camscan.records import Fields

_WAIT = 3.0
_FORMS = ("inquiry", "inquiry_v32")


def _pose() -> Question:
    asker = str(uuid.uuid4()).upper()
    rounds = Rounds(len(_FORMS), lambda number: sadp.encode_inquiry(asker, _FORMS[number]))
    inquiry = Inquiry(
        sadp.PORT, rounds, _WAIT, groups=sadp.GROUPS, listen_port=sadp.PORT, listen_groups=sadp.GROUPS[:1]
    )
    return Question(inquiry, _read)


def _read(data: bytes) -> list[Fields]:
    return [sadp.decode(data)]


SADP = Datagrams("sadp", "inquiry", _pose)

"""SNMP v2c system group, only with a community that the operator gave."""

from __future__ import annotations

import secrets

from camscan.codecs import snmp
from camscan.net.base import Inquiry, Question
from camscan.probes.datagrams import Datagrams
from camscan.records import Fields

_WAIT = 2.5


def _read(data: bytes) -> list[Fields]:
    return [snmp.decode(data)]


def with_community(community: str) -> Datagrams:
    """The protocol, asked with this community."""
    secret = community.encode("utf-8", "surrogateescape")

    def new_question() -> Question:
        request = snmp.encode_get(community, secrets.randbelow(2**31))
        return Question(Inquiry(161, ((request,),), _WAIT), _read, secret)

    return Datagrams("snmp", "system", new_question)

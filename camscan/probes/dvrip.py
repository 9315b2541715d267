"""DVRIP: the older binary discovery by datagram, and the realm that the SDK port tells without a user name."""

from __future__ import annotations

from camscan.codecs import dvrip
from camscan.net.base import Inquiry
from camscan.probes.binary import BinaryProbe
from camscan.probes.datagrams import Datagrams, Question

_WAIT = 2.0
_HEADER = 32


def _pose() -> Question:
    inquiry = Inquiry(dvrip.DISCOVERY_PORT, [[dvrip.encode_discovery()]], _WAIT, groups=dvrip.GROUPS)
    return Question(inquiry, lambda data: [dvrip.decode_discovery(data)])


def _is_complete(data: bytes) -> bool:
    return len(data) > _HEADER and data.endswith(b"\r\n\r\n")


DVRIP = Datagrams("dvrip", "discovery", _pose)
DVRIP_REALM = BinaryProbe(
    "dvrip", "realm", (dvrip.REALM_PORT,), dvrip.encode_realm_request(), _is_complete, dvrip.decode_realm
)

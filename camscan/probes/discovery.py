"""The discovery protocols over UDP: request, port, multicast groups and timing of each."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from functools import partial
from typing import Any

from camscan.codecs import dh01, dhip, dvrip, mdns, mhed, moi, netcommon, sadp, ssdp, wsdiscovery
from camscan.net.base import Inquiry, Question
from camscan.probes.datagrams import Datagrams, Rounds
from camscan.probes.observing import Decode
from camscan.records import Fields

_WAIT = 3.0
_WSD_WAIT = 3.5  # the specification allows 0.5 s; some cameras take longer
# No group is joined: behind some snooping switches a join makes cameras vanish, and answers come by unicast anyway.
_GROUPS = ("239.255.255.250", "ff02::c")  # of WS-Discovery and of SSDP
_MDNS_GROUPS = ("224.0.0.251", "ff02::fb")
_SADP_FORMS = ("inquiry", "inquiry_v32")


def _wsd() -> Question:
    """Each dialect in a round of its own: some devices answer only one, and a loss costs only one round."""
    first = f"urn:uuid:{uuid.uuid4()}"[:-1]  # all that is kept of each question in progress
    rounds = Rounds(len(wsdiscovery.DIALECTS), partial(_wsd_probe, first))
    return Question(Inquiry(3702, rounds, _WSD_WAIT, groups=_GROUPS), partial(_wsd_matches, first))


def _wsd_probe(first: str, number: int) -> bytes:
    return wsdiscovery.encode_probe(f"{first}{number:x}", wsdiscovery.DIALECTS[number])


def _wsd_matches(first: str, data: bytes) -> Sequence[Fields]:
    return wsdiscovery.decode(data, [f"{first}{number:x}" for number in range(len(wsdiscovery.DIALECTS))])


def _sadp() -> Question:
    """The old and the new form; devices answer to the sender and to the group."""
    rounds = Rounds(len(_SADP_FORMS), partial(_sadp_inquiry, str(uuid.uuid4()).upper()))
    inquiry = Inquiry(
        sadp.PORT, rounds, _WAIT, groups=sadp.GROUPS, listen_port=sadp.PORT, listen_groups=sadp.GROUPS[:1]
    )
    return Question(inquiry, _sadp_device)


def _sadp_inquiry(asker: str, number: int) -> bytes:
    return sadp.encode_inquiry(asker, _SADP_FORMS[number])


def _sadp_device(data: bytes) -> Sequence[Fields]:
    return [sadp.decode(data)]


def _search(
    channel: str, asked: str, decode: Decode, port: int, request: bytes, *, times: int = 2, **how: Any
) -> Datagrams:
    """A protocol with a constant request, which is sent `times` times because of losses. `how` is for `Inquiry`."""
    question = Question(Inquiry(port, [[request]] * times, **{"wait": _WAIT, **how}), lambda data: [decode(data)])
    return Datagrams(channel, asked, lambda: question)


WSD = Datagrams("wsd", "Probe", _wsd)
SADP = Datagrams("sadp", "inquiry", _sadp)
# Twice in one inquiry, and no more, since its answers are long.
DHIP = _search("dhip", "DHDiscover.search", dhip.decode, dhip.PORT, dhip.SEARCH, groups=dhip.GROUPS)
DVRIP = _search(
    "dvrip",
    "discovery",
    dvrip.decode_discovery,
    dvrip.DISCOVERY_PORT,
    dvrip.DISCOVERY,
    times=1,
    wait=2.0,
    groups=dvrip.GROUPS,
)
# Devices answer to its fixed port only.
NETCOMMON = _search(
    "netcommon",
    "search",
    netcommon.decode,
    netcommon.PORT,
    netcommon.SEARCH,
    times=3,
    groups=netcommon.GROUPS,
    listen_port=netcommon.LOCAL_PORT,
)
# Devices announce themselves to a group of its own.
MHED = _search(
    "mhed",
    "search",
    mhed.decode,
    mhed.PORT,
    mhed.SEARCH,
    groups=mhed.GROUPS[:1],
    listen_port=mhed.LOCAL_PORT,
    listen_groups=mhed.GROUPS[1:],
)
MOI = _search("moi", "search", moi.decode, moi.PORT, moi.SEARCH, groups=moi.GROUPS, listen_port=moi.LOCAL_PORT)
DH01 = _search("dh01", "search", dh01.decode, dh01.PORT, dh01.SEARCH, groups=dh01.GROUPS)
SSDP = _search("ssdp", "upnp:rootdevice", ssdp.decode, 1900, ssdp.SEARCH, groups=_GROUPS)
MDNS = _search("mdns", "PTR", mdns.decode, 5353, mdns.encode_query(mdns.SERVICES), groups=_MDNS_GROUPS)

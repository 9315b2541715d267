"""The list of probes keeps its promises."""

from __future__ import annotations

import pytest

from camscan.codecs import dhip, dvrip, sadp, wsdiscovery
from camscan.errors import UsageError
from camscan.net.exchange.udp import repeats
from camscan.probes.base import Stage
from camscan.probes.binary import DVRIP_REALM
from camscan.probes.discovery import DHIP, DVRIP, SADP, WSD
from camscan.probes.ports import FIRST_PORTS, MORE_PORTS
from camscan.probes.registry import CHANNELS, ON_REQUEST, PROBES, select


def test_a_silent_address_gets_at_most_forty_packets() -> None:
    """Also where each inquiry is made again, because answers are lost for want of room."""
    native = [probe.cost.silent_packets for probe in PROBES if probe.stage is Stage.ADDRESS]
    assert 2 * len(FIRST_PORTS) + sum(count * (1 + repeats(count)) for count in native) <= 40


def test_no_port_is_tried_twice() -> None:
    assert len({*FIRST_PORTS, *MORE_PORTS}) == len(FIRST_PORTS) + len(MORE_PORTS)


def test_channels_select_probes() -> None:
    assert {c for probe in select(["wsd", "rtsp"]) for c in probe.channels} == {"wsd", "rtsp"}
    assert select(None) == PROBES


def test_an_unknown_channel_is_named() -> None:
    with pytest.raises(UsageError, match="no such channel: 'telnet'; choose from arp, wsd"):
        select(["wsd", "telnet"])
    with pytest.raises(UsageError, match="no such channel: 'xx', ''; choose"):
        select(["tcp", "xx", ""])
    for channel in ("tcp", "banner"):
        with pytest.raises(UsageError, match=f"channel {channel} comes with those that need ports: name http"):
            select(["wsd", channel])


def test_snmp_is_asked_only_with_a_community() -> None:
    assert "snmp" not in {c for probe in select(None) for c in probe.channels}
    assert "snmp" in {c for probe in select(None, "public") for c in probe.channels}


def test_what_a_login_would_begin_with_runs_only_on_request() -> None:
    assert all(probe not in PROBES for probe in ON_REQUEST)
    assert set(ON_REQUEST) <= set(select(["baichuan"]))
    assert "baichuan" in CHANNELS


def test_each_dialect_has_a_round_and_a_message_id_of_its_own() -> None:
    first, second = WSD.new_question().inquiry, WSD.new_question().inquiry
    assert len(first.rounds) == len(wsdiscovery.DIALECTS)
    sent = [data for inquiry in (first, second) for datagrams in inquiry.rounds for data in datagrams]
    assert len(set(sent)) == len(sent)
    assert all(b"\n" not in data for data in sent)


def test_native_protocols_send_only_what_their_codecs_allow() -> None:
    assert {data for datagrams in DHIP.new_question().inquiry.rounds for data in datagrams} == set(dhip.REQUESTS)
    assert DVRIP.new_question().inquiry.rounds == [[dvrip.DISCOVERY]]
    assert DVRIP_REALM.request == dvrip.REALM
    asked = [data for datagrams in SADP.new_question().inquiry.rounds for data in datagrams]
    assert [data.split(b"<Types>")[1].split(b"<")[0] for data in asked] == [b"inquiry", b"inquiry_v32"]
    assert SADP.new_question().inquiry.port == sadp.PORT

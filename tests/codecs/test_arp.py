from __future__ import annotations

import pytest
from support.decoders import assert_survives

from camscan.codecs import arp
from camscan.errors import DecodeError

REPLY = bytes.fromhex("0001 0800 06 04 0002  44198d000001 0a000005  020000000001 0a000001")


def test_a_reply_names_its_sender() -> None:
    fields = arp.decode(REPLY)
    assert fields["mac.address"] == ("44:19:8D:00:00:01",)
    assert set(fields) <= set(arp.FIELDS)


def test_padding_after_the_packet_is_no_matter() -> None:
    assert arp.decode(REPLY + bytes(18)) == arp.decode(REPLY)


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        REPLY[:27],
        b"\x00\x06" + REPLY[2:],  # another kind of hardware
        REPLY[:7] + b"\x03" + REPLY[8:],  # RARP
        REPLY[:8] + bytes(6) + REPLY[14:],
        REPLY[:8] + b"\xff" * 6 + REPLY[14:],
    ],
)
def test_what_names_no_station_is_refused(packet: bytes) -> None:
    with pytest.raises(DecodeError):
        arp.decode(packet)


def test_survives_damage() -> None:
    assert_survives(arp.decode, REPLY)

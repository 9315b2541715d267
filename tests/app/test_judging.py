from __future__ import annotations

from collections.abc import Mapping

import pytest

from camscan.app.judging import DOUBT, by_datagram_alone, with_doubts
from camscan.records import Device, Judged, LedgerEntry, Outcome, Verdict

ANSWERED, SILENT, REFUSED, RESET, NOT_SENT, GARBLED = (
    *(Outcome.ANSWERED, Outcome.SILENT, Outcome.REFUSED, Outcome.RESET, Outcome.NOT_SENT, Outcome.GARBLED),
)


@pytest.mark.parametrize(
    ("channels", "alone"),
    [
        ({"tcp": SILENT, "sadp": ANSWERED}, True),
        ({"tcp": SILENT, "arp": SILENT, "snmp": GARBLED}, True),
        ({"tcp": REFUSED, "sadp": ANSWERED}, False),
        ({"tcp": ANSWERED, "http": RESET, "sadp": ANSWERED}, False),
        ({"tcp": SILENT, "arp": ANSWERED, "sadp": ANSWERED}, False),
        ({"tcp": NOT_SENT, "sadp": ANSWERED}, False),
        ({"sadp": ANSWERED}, False),
        ({"tcp": SILENT, "sadp": SILENT}, False),
    ],
)
def test_what_only_datagrams_speak_for(channels: Mapping[str, Outcome], alone: bool) -> None:
    assert by_datagram_alone(LedgerEntry("10.0.0.7", channels)) is alone


@pytest.mark.parametrize(
    ("addresses", "conflicts"),
    [
        (("10.0.0.7",), ("one", DOUBT)),
        (("10.0.0.7", "10.0.0.8"), ("one", DOUBT)),
        (("10.0.0.7", "10.0.0.9"), ("one",)),
        (("10.0.0.9",), ("one",)),
        ((), ("one",)),
    ],
)
def test_a_device_is_in_doubt_only_at_all_its_addresses(addresses: tuple[str, ...], conflicts: tuple[str, ...]) -> None:
    judged = Judged(Device("10.0.0.7", addresses, conflicts=("one",)), Verdict.LISTED)
    [found] = with_doubts([judged], {"10.0.0.7", "10.0.0.8"})
    assert found.device.conflicts == conflicts

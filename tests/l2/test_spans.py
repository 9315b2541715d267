from __future__ import annotations

from ipaddress import IPv4Address

import pytest

from camscan.l2.lines import RefusalError
from camscan.l2.spans import MAX_INPUT, read_targets


def test_targets_are_sorted_and_merged() -> None:
    data = b'[["10.0.2.1", "10.0.2.9"], ["10.0.0.5", "10.0.0.9"], ["10.0.0.1", "10.0.0.7"], ["10.0.9.9", "10.0.9.1"]]'
    spans = [("10.0.0.1", "10.0.0.9"), ("10.0.2.1", "10.0.2.9")]
    assert read_targets(data) == [(int(IPv4Address(first)), int(IPv4Address(last))) for first, last in spans]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}x",
        b"7",
        b'["10.0.0.1"]',
        b'[["10.0.0.1"]]',
        b'[["10.0.0.1", "10.0.0.300"]]',
        b'[["fd00::1", "fd00::2"]]',
        b'[["10.0.0.0/24", "10.0.0.1"]]',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_targets_that_are_none_are_refused(data: bytes) -> None:
    with pytest.raises(RefusalError, match="targets must be a JSON list"):
        read_targets(data)


def test_too_many_targets_are_refused() -> None:
    assert read_targets(b'[["10.0.0.0", "10.15.255.255"]]')
    with pytest.raises(RefusalError, match="more than 1,048,576 targets"):
        read_targets(b'[["10.0.0.0", "10.16.0.0"]]')
    with pytest.raises(RefusalError, match="targets of more than 8,388,608 bytes"):
        read_targets(b" " * (MAX_INPUT + 1))

from __future__ import annotations

import pytest

from camscan.net.services.egress import refusal


@pytest.mark.parametrize(
    ("address", "private", "encrypted", "may"),
    [
        ("192.0.43.8", False, True, True),
        ("192.0.43.8", True, False, False),
        ("2620:0:2d0:200::8", False, True, True),
        ("10.0.0.1", False, True, False),
        ("10.0.0.1", True, False, True),
        ("fd00::1", True, False, True),
        ("::1", True, False, True),
        ("::1", False, True, False),
        ("100.64.0.1", False, True, False),
        ("::ffff:10.0.0.1", False, True, False),
        ("240.0.0.1", True, True, False),
        ("::a9fe:a9fe", True, True, False),
    ],
)
def test_which_addresses_may_be_connected_to(address: str, *, private: bool, encrypted: bool, may: bool) -> None:
    assert (refusal(address, allow_private=private, encrypted=encrypted) == "") is may

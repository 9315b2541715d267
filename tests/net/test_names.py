"""Names are looked up by the host's resolver."""

from __future__ import annotations

import pytest

from camscan.net.names import resolve


def test_localhost_has_a_loopback_address() -> None:
    assert set(resolve("localhost")) & {"127.0.0.1", "::1"}


def test_each_address_comes_once() -> None:
    assert resolve("127.77.0.1") == ["127.77.0.1"]


def test_a_name_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(OSError, match=r"\w"):
        resolve("no-such-host.invalid")


@pytest.mark.parametrize("name", ["log..example", f"{'a' * 64}.example"])
def test_so_is_one_that_can_be_no_name(name: str) -> None:
    with pytest.raises(OSError, match="is no host name"):
        resolve(name)

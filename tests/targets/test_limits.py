from __future__ import annotations

import pytest

from camscan.errors import TargetError
from camscan.targets import MAX_ADDRESSES, guard, parse, public_part


def refusal(*specs: str, allow_public: bool = False, allow_large: bool = False) -> str:
    """What the guard says, or nothing."""
    try:
        guard(parse(specs), allow_public=allow_public, allow_large=allow_large)
    except TargetError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("spec", ["10.0.0.0/16", "192.168.1.0/24", "127.0.0.0/24", "fd00::/120", "240.0.0.1"])
def test_a_site_is_let_through(spec: str) -> None:
    assert refusal(spec) == ""


@pytest.mark.parametrize(
    "spec",
    [
        *("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"),
        *("192.0.0.64", "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "::1"),
        *("fc00::/7", "fe80::/10", "2001:db8::/32", "2001:2::/48", "3fff::/20", "64:ff9b:1::/48"),
    ],
)
def test_private_space(spec: str) -> None:
    targets = parse([spec], whole_networks=True)  # which takes link-local addresses, too
    assert not public_part(targets)


@pytest.mark.parametrize(
    "spec",
    [
        *("9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0", "8.8.8.8"),
        *("192.169.0.0", "1.1.1.0/24", "2606:4700::1111", "2002:a00:1::1", "64:ff9b::808:808", "fbff::1", "::2"),
    ],
)
def test_public_space(spec: str) -> None:
    targets = parse([spec])
    assert public_part(targets) == targets
    assert refusal(spec, allow_public=True) == ""


def test_public_space_needs_to_be_meant() -> None:
    assert refusal("10.0.0.0/24", "9.255.255.0-10.0.0.50", allow_large=True) == (
        "9.255.255.0-9.255.255.255 (256 addresses) is public: leave it out, or add --allow-public if you may scan it"
    )


def test_a_large_set_needs_to_be_meant() -> None:
    assert refusal("10.0.0.0-10.0.255.255") == ""
    assert parse(["10.0.0.0-10.0.255.255"]).count == MAX_ADDRESSES
    assert refusal("10.0.0.0/16", "10.2.0.1", "10.3.0.1", "10.4.0.1", allow_public=True) == (
        "10.0.0.0/16, 10.2.0.1, 10.3.0.1, … (65,537 addresses) is more than 65,536 addresses: give smaller networks, "
        "or add --allow-large; `camscan plan --allow-large` shows what that would take"
    )
    assert refusal("10.0.0.0/8", allow_large=True) == ""


def test_a_few_parts_are_all_named() -> None:
    assert refusal("8.8.8.8", "8.8.8.10", "9.9.9.9").startswith("8.8.8.8, 8.8.8.10, 9.9.9.9 (3 addresses) is public: ")
    assert refusal("8.8.8.8-9").startswith("8.8.8.8/31 (2 addresses) is public: ")


@pytest.mark.parametrize(
    ("spec", "shown"),
    [
        ("0.0.0.0/0", "0.0.0.1-0.255.255.255, 224.0.0.0-239.255.255.255 (285,212,671 addresses)"),
        ("0.0.0.0", "0.0.0.0 (1 address)"),  # noqa: S104 - not bound
        ("0.0.0.7/32", "0.0.0.7 (1 address)"),
        ("224.0.0.251", "224.0.0.251 (1 address)"),
        ("239.255.255.250/32", "239.255.255.250 (1 address)"),
        ("255.255.255.255", "255.255.255.255 (1 address)"),
        ("::", ":: (1 address)"),
        ("ff02::c", "ff02::c (1 address)"),
    ],
)
def test_what_no_host_can_have_is_refused_whatever_is_allowed(spec: str, shown: str) -> None:
    assert refusal(spec, allow_public=True, allow_large=True) == (
        f"{shown} cannot be a host (unspecified, multicast, broadcast or mapped): leave it out"
    )


def test_a_wide_range_hides_no_mapped_addresses() -> None:
    assert "(4,294,967,296 addresses) cannot be a host" in refusal("::2-::1:0:0:0", allow_public=True, allow_large=True)


def test_nothing_is_not_everything() -> None:
    everything = parse(["10.0.0.0/24"]).minus(parse(["10.0.0.0/8"]))
    with pytest.raises(TargetError, match="no address is left to ask"):
        guard(everything, allow_public=True, allow_large=True)

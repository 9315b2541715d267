from __future__ import annotations

import time
from collections.abc import Sequence

import pytest

from camscan.errors import TargetError
from camscan.targets import Spec, known_addresses, parse
from camscan.targets.lists import MAX_SPEC
from camscan.targets.specs import MAX_FAULTS


def members(*specs: str) -> list[str]:
    """The addresses of a small set, sorted as the set holds them."""
    return sorted(parse(specs).shuffled(0), key=lambda text: (":" in text, len(text), text))


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("10.0.0.5", ["10.0.0.5"]),
        ("10.0.0.4/30", ["10.0.0.5", "10.0.0.6"]),
        ("10.0.0.6/30", ["10.0.0.5", "10.0.0.6"]),
        ("10.0.0.4/31", ["10.0.0.4", "10.0.0.5"]),
        ("10.0.0.4/32", ["10.0.0.4"]),
        ("10.0.0.6/255.255.255.252", ["10.0.0.5", "10.0.0.6"]),
        ("10.0.0.4/255.255.255.255", ["10.0.0.4"]),
        ("10.0.0.4 255.255.255.252", ["10.0.0.5", "10.0.0.6"]),
        ("10.0.0.8 \u2013 10.0.0.9", ["10.0.0.8", "10.0.0.9"]),
        ("10.0.0.254-255", ["10.0.0.254", "10.0.0.255"]),
        ("10.0.0.7-7", ["10.0.0.7"]),
        ("10.0.0.255-10.0.1.0", ["10.0.1.0", "10.0.0.255"]),
        ("fd00::1", ["fd00::1"]),
        ("FD00:0::1", ["fd00::1"]),
        ("[fd00::1]", ["fd00::1"]),
        ("fd00::/127", ["fd00::", "fd00::1"]),
        ("[fd00::1/127]", ["fd00::", "fd00::1"]),
        ("[fd00::1]/127", ["fd00::", "fd00::1"]),
        ("fd00::a-fd00::b", ["fd00::a", "fd00::b"]),
        (" 10.0.0.5\n", ["10.0.0.5"]),
    ],
)
def test_a_spec_stands_for_its_addresses(spec: str, expected: list[str]) -> None:
    assert members(spec) == expected


def test_a_network_leaves_out_network_and_broadcast_address() -> None:
    targets = parse(["10.0.0.77/24"])
    assert (len(targets), list(targets.networks())) == (254, ["10.0.0.0/24"])
    assert "10.0.0.0" not in targets
    assert "10.0.0.255" not in targets


def test_an_excluded_network_is_excluded_whole() -> None:
    assert len(parse(["10.0.0.0/24"], whole_networks=True)) == 256
    assert not parse(["10.0.0.0-255"]).minus(parse(["10.0.0.0/24"], whole_networks=True))


def test_an_address_that_one_network_leaves_out_another_one_may_hold() -> None:
    assert list(parse(["10.0.0.0/24", "10.0.0.0/16"]).networks()) == ["10.0.0.0/16"]


@pytest.mark.parametrize(
    ("spec", "remedy"),
    [
        ("3232235777", "it is a bare number: begin a comment with #"),
        ("0x7f000001", "it is a bare number: begin a comment with #"),
        ("99999999999", "an IPv4 address is four numbers from 0 to 255, no leading zeros"),
        ("010.0.0.1", "an IPv4 address is four numbers from 0 to 255, no leading zeros"),
        ("0x7f.0.0.1", "an IPv4 address is four numbers from 0 to 255, no leading zeros"),
        ("127.1", "an IPv4 address is four numbers, a network 10.0.0.0/24"),
        ("10.0.0.256", "an IPv4 address is four numbers from 0 to 255, no leading zeros"),
        ("10.0.0", "an IPv4 address is four numbers, a network 10.0.0.0/24"),
        ("1.2.3.4.5", "an IPv4 address is four numbers from 0 to 255, no leading zeros"),
        ("010.0.0.0/24", "an IPv4 address is four numbers from 0 to 255, no leading zeros"),
        ("010.0.0.1-50", "an IPv4 address is four numbers from 0 to 255, no leading zeros"),
        ("::ffff:10.0.0.1", "it is an IPv4 address inside IPv6: write 10.0.0.1"),
        ("[::ffff:a00:1]", "it is an IPv4 address inside IPv6: write 10.0.0.1"),
        ("::ffff:10.0.0.0/120", "it is an IPv4 address inside IPv6: write 10.0.0.0"),
        ("\uff11\uff10.0.0.1", "write it in ASCII (an international host name in its xn-- form)"),
        ("10.0.0.\u0661", "write it in ASCII (an international host name in its xn-- form)"),
        ("b\u00fcro.example", "write it in ASCII (an international host name in its xn-- form)"),
        ("fe80::1%eth0", "a zone cannot be a target: use 'camscan discover' to look at one link"),
        (
            "fe80::1",
            "a link-local address does not say on which link it is: use 'camscan discover' to look at one link",
        ),
        *(
            (spec, "a link-local address does not say on which link it is: use 'camscan discover' to look at one link")
            for spec in ("fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff")
        ),
        (
            "fe80::/64",
            "a link-local address does not say on which link it is: use 'camscan discover' to look at one link",
        ),
        (
            "febf::1-febf::2",
            "a link-local address does not say on which link it is: use 'camscan discover' to look at one link",
        ),
        ("10.0.0.0/33", "a prefix length is at most 32"),
        ("fd00::/129", "a prefix length is at most 128"),
        ("10.0.0.0/0.0.0.255", "the slash must be followed by a prefix length, as in 10.0.0.0/24"),
        ("fd00::/255.255.255.0", "the slash must be followed by a prefix length, as in fd00::/24"),
        ("10.0.0.0/255.0.255.0", "a mask is all ones and then all zeros, as in 255.255.255.0"),
        ("10.0.0.0/255.255.256.0", "a mask is all ones and then all zeros, as in 255.255.255.0"),
        ("255.255.255.0", "it is a mask and no address: write the network with its length, as in 10.0.0.0/24"),
        ("0.0.0.255", "it is a mask and no address: write the network with its length, as in 10.0.0.0/24"),
        ("10.0.0.0/024", "the slash must be followed by a prefix length, as in 10.0.0.0/24"),
        ("10.0.0.0/", "the slash must be followed by a prefix length, as in 10.0.0.0/24"),
        ("10.0.0.0/-1", "the slash must be followed by a prefix length, as in 10.0.0.0/24"),
        ("10.0.0.0/24,10.0.1.0/24", "write one target each, with a space or a new line between them"),
        ("10.0.0.1-50,10.0.1.7", "write one target each, with a space or a new line between them"),
        ("10.0.0.50-10.0.0.1", "the range ends before it begins: write 10.0.0.1-10.0.0.50"),
        ("10.0.0.50-1", "the range ends before it begins: write 10.0.0.1-10.0.0.50"),
        ("10.0.0.1-256", "the range's end would be 10.0.0.256, which is no address"),
        ("10.0.0.1-050", "the range's end would be 10.0.0.050, which is no address"),
        ("10.0.0.1-10.0.0.300", "the range's end would be 10.0.0.300, which is no address"),
        ("10.0.0.1-foo", "a range is written as 10.0.0.1-50, 10.0.0.1-10.0.0.50 or fd00::1-fd00::50"),
        ("10.0.0.1-", "a range is written as 10.0.0.1-50, 10.0.0.1-10.0.0.50 or fd00::1-fd00::50"),
        ("10.0.0.1-fd00::1", "a range is written as 10.0.0.1-50, 10.0.0.1-10.0.0.50 or fd00::1-fd00::50"),
        ("::1-10.0.0.1", "a range is written as 10.0.0.1-50, 10.0.0.1-10.0.0.50 or fd00::1-fd00::50"),
        ("fd00::1-50", "a range is written as 10.0.0.1-50, 10.0.0.1-10.0.0.50 or fd00::1-fd00::50"),
        ("10.0.0.*", "write a network (10.0.0.0/24) or a range (10.0.0.1-10.0.0.50)"),
        ("10.0.0-1.1-5", "write a network (10.0.0.0/24) or a range (10.0.0.1-10.0.0.50)"),
        ("10.0.0-1.5", "write a network (10.0.0.0/24) or a range (10.0.0.1-10.0.0.50)"),
        ("http://10.0.0.1", "leave out the scheme and the path of the URL"),
        ("10.0.0.1/24/x", "the slash must be followed by a prefix length, as in 10.0.0.1/24"),
        ("10.0.0.1:80", "leave out the port"),
        ("A:", "write an address (10.0.0.5), a network (10.0.0.0/24), a range (10.0.0.1-50) or a host name"),
        ("[fd00::1]:80", "leave out the port"),
        ("[10.0.0.1]", "only IPv6 addresses go in brackets: leave them out"),
        ("10.0.0.1,10.0.0.2", "write one target each, with a space or a new line between them"),
        (
            "cam.example/24",
            "write an address (10.0.0.5), a network (10.0.0.0/24), a range (10.0.0.1-50) or a host name",
        ),
        ("", "write an address (10.0.0.5), a network (10.0.0.0/24), a range (10.0.0.1-50) or a host name"),
        ("-cam", "write an address (10.0.0.5), a network (10.0.0.0/24), a range (10.0.0.1-50) or a host name"),
    ],
)
def test_a_bad_spec_says_what_would_be_right(spec: str, remedy: str) -> None:
    with pytest.raises(TargetError) as caught:
        parse([Spec(spec, "hosts.txt:3")], resolve=lambda _: ["10.9.9.9"])
    assert str(caught.value) == f"hosts.txt:3: cannot use {spec!r} as a target: {remedy}"


def test_a_bare_number_on_the_command_line_may_mean_an_address() -> None:
    with pytest.raises(TargetError, match=r"a bare number: write 192\.168\.1\.1 if that is meant$"):
        parse(["3232235777"])


@pytest.mark.parametrize(
    "spec",
    [
        "rtsp://admin:Passw0rd@10.0.0.1:554/ch1",
        "rtsp://admin:/Passw0rd@10.0.0.1",
        "//admin:Passw0rd@10.0.0.1",
        "x" * 301,
    ],
)
def test_no_message_repeats_the_login_of_a_url(spec: str) -> None:
    with pytest.raises(TargetError) as caught:
        parse([spec])
    assert "Passw0rd" not in str(caught.value)
    assert "admin" not in str(caught.value)


def test_one_message_tells_of_every_fault_but_of_no_more_than_ten() -> None:
    with pytest.raises(TargetError) as caught:
        parse([Spec("10.0.0.1", "f:1"), Spec("10.0.0.300", "f:2"), Spec("10.0.0.0/33", "f:3")])
    assert [line.split()[0] for line in str(caught.value).splitlines()] == ["f:2:", "f:3:"]
    with pytest.raises(TargetError) as caught:
        parse(["10.0.0.300"] * 11)
    assert len(str(caught.value).splitlines()) == MAX_FAULTS


def test_no_name_is_looked_up_where_something_else_cannot_be_used() -> None:
    def resolve(name: str) -> Sequence[str]:
        raise AssertionError(name)

    with pytest.raises(TargetError, match=r"10\.0\.0\.300"):
        parse(["cam.example", "10.0.0.300"], resolve=resolve)


def test_a_message_shows_a_hostile_spec_harmlessly_and_cut() -> None:
    with pytest.raises(TargetError, match=r"^cannot use '\\x1b\]52;c\\x07' as a target") as caught:
        parse(["\x1b]52;c\x07"])
    assert "\x1b" not in str(caught.value)
    with pytest.raises(TargetError, match=f"longer than {MAX_SPEC} characters") as caught:
        parse(["a" * 1_000_000])
    assert len(str(caught.value)) < 300


def test_a_long_spoilt_name_is_refused_at_once() -> None:
    began = time.process_time()
    with pytest.raises(TargetError):
        parse(["a-" * 149])
    assert time.process_time() - began < 1


class TestNames:
    def test_all_addresses_are_taken_and_pinned(self) -> None:
        asked: list[str] = []

        def resolve(name: str) -> Sequence[str]:
            asked.append(name)
            return ["10.0.0.9", "fd00::0:9", "10.0.0.9", "::ffff:10.0.0.8", "fe80::9%eth0"]

        targets = parse(["Cam-1.Site.example.", "10.0.0.1", "cam-1.site.example"], resolve=resolve)
        assert asked == ["cam-1.site.example"]
        assert targets.names == {"cam-1.site.example": ("10.0.0.9", "fd00::9", "10.0.0.8")}
        assert list(targets.networks()) == ["10.0.0.1", "10.0.0.8/31", "fd00::9"]
        assert targets.minus(parse(["10.0.0.9"])).names == targets.names

    def test_a_name_that_stands_for_link_local_addresses_alone_can_only_be_excluded(self) -> None:
        with pytest.raises(TargetError, match=r"no address but link-local ones: use 'camscan discover'"):
            parse(["cam.local"], resolve=lambda _: ["fe80::9%eth0"])
        excluded = parse(["cam.local", "fe80::a"], resolve=lambda _: ["fe80::9%eth0"], whole_networks=True)
        assert list(excluded.networks()) == ["fe80::9-fe80::a"]
        assert excluded.names == {"cam.local": ("fe80::9",)}

    @pytest.mark.parametrize("name", ["localhost", "cam_1.example", "1cam", "10-0-0-1.example", "a." * 126 + "a"])
    def test_good_names(self, name: str) -> None:
        assert parse([name], resolve=lambda _: ["10.0.0.9"]).names == {name: ("10.0.0.9",)}

    @pytest.mark.parametrize("name", ["a..b", "a" * 64, "cam.1", "cam.0x1", "cam-.example", "a." * 127 + "a"])
    def test_bad_names_are_not_looked_up(self, name: str) -> None:
        def resolve(name: str) -> Sequence[str]:
            raise AssertionError(name)

        with pytest.raises(TargetError, match="as a target: "):
            parse([name], resolve=resolve)

    def test_a_name_that_does_not_resolve(self) -> None:
        def resolve(name: str) -> Sequence[str]:
            raise OSError("Name or service not known")

        with pytest.raises(TargetError) as caught:
            parse([Spec("cam", "stdin:9")], resolve=resolve)
        assert str(caught.value) == (
            "stdin:9: cannot use 'cam' as a target: the name cannot be resolved (Name or service not known): "
            "check it, write its address, or begin a comment with #"
        )
        with pytest.raises(TargetError, match=r"\): check it, or write its address$"):
            parse(["cam"], resolve=resolve)
        with pytest.raises(TargetError, match=r"the name cannot be resolved \('nowhere' does not appear to be an "):
            parse(["cam"], resolve=lambda _: ["nowhere"])

    def test_a_name_without_address_or_resolver(self) -> None:
        with pytest.raises(TargetError, match="the name has no address"):
            parse(["cam"], resolve=lambda _: [])
        with pytest.raises(TargetError, match="host names are not looked up here"):
            parse(["cam"])


def test_addresses_are_known_of_what_is_no_name() -> None:
    assert [str(part) for part in known_addresses(["10.0.0.1", "cam.example", "...", "10.0.0.9"]).networks()] == [
        "10.0.0.1",
        "10.0.0.9",
    ]
    assert known_addresses(["10.0.0.0/30"]).count == 2
    assert known_addresses(["10.0.0.0/30"], whole_networks=True).count == 4

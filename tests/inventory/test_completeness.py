from __future__ import annotations

from collections.abc import Iterator, Mapping

from support.inventories import device

from camscan.inventory.completeness import GROUPS, Completeness, Estimate, estimate, sentences, sources_of
from camscan.inventory.reconcile import Class, Result
from camscan.inventory.rows import Row
from camscan.inventory.statistics import chao, chapman
from camscan.summaries import Slot

GROUP = "web, TLS and RTSP"
NATIVE, WEB = {"sadp": ""}, {"http": "GET /"}


def results(*kinds: tuple[int, bool, Mapping[str, str]], silent: int = 0) -> Iterator[Result]:
    """So many devices, listed or not, shown by some channels; and so many rows that were not found."""
    for count, listed, channels in kinds:
        for _ in range(count):
            found = device("10.0.0.1", channels=channels)
            yield Result(Class.MATCHED if listed else Class.UNDECLARED, "", Row(1) if listed else None, found)
    for _ in range(silent):
        yield Result(Class.NOT_FOUND, "", Row(1))


def test_channels_that_stand_or_fall_together_are_one_source() -> None:
    assert sources_of(device("10.0.0.1", channels={"sadp": "", "dhip": ""})) == {"makers' discovery"}
    assert sources_of(device("10.0.0.1", channels={"http": "", "tls": "", "rtsp": ""})) == {"web, TLS and RTSP"}
    assert sources_of(device("10.0.0.1", channels={"onvif": "", "wsd": ""})) == {"ONVIF and WS-Discovery"}
    assert sources_of(device("10.0.0.1", channels={"new": ""})) == {"other channels"}
    assert len([channel for channels in GROUPS.values() for channel in channels]) == len(
        {channel for channels in GROUPS.values() for channel in channels}
    )


def test_the_registry_of_macs_is_as_good_as_the_channel_of_the_mac() -> None:
    assert sources_of(device("10.0.0.1", channels={"mac": "sadp"})) == {"makers' discovery"}
    assert sources_of(device("10.0.0.1", channels={"mac": "arp"})) == {"link layer"}
    assert sources_of(device("10.0.0.1", channels={"mac": ""})) == {"link layer"}


def test_two_sources_give_chapman() -> None:
    made = estimate(results((40, True, WEB), (20, False, WEB), silent=10))
    assert made.estimates == (
        Estimate(
            None,
            "chapman",
            ("inventory", "web, TLS and RTSP"),
            seen=70,
            listed=50,
            overlap=40,
            size=chapman(50, 60, 40),
        ),
    )
    assert made.overlap == {
        "inventory": {"inventory": 50, "web, TLS and RTSP": 40},
        "web, TLS and RTSP": {"inventory": 40, "web, TLS and RTSP": 60},
    }


def test_more_sources_give_chao_and_the_inventory_against_the_network() -> None:
    made = estimate(results((30, True, NATIVE | WEB), (10, False, NATIVE | WEB), (8, False, WEB), silent=4))
    first, second = made.estimates
    assert (first.method, first.sources) == ("chao", ("inventory", "makers' discovery", "web, TLS and RTSP"))
    assert (first.seen, first.overlap, first.size) == (52, 40, chao([4, 0, 8], 10, 52))
    assert (second.method, second.sources, second.size) == ("chapman", ("inventory", "network"), chapman(34, 48, 30))


def test_too_small_an_overlap_gives_no_estimate() -> None:
    [made] = estimate(results((6, True, WEB), (20, False, WEB), silent=10)).estimates
    assert made.size is None
    assert sentences(made) == (
        "No estimate (inventory and web, TLS and RTSP): the overlap is too small: 6 devices were seen by more than one "
        "source, and 7 are needed."
    )
    chao_, chapman_ = estimate(results((3, True, WEB), (3, False, NATIVE | WEB), (9, False, WEB))).estimates
    assert (chao_.size, chao_.overlap, chapman_.size, chapman_.overlap) == (None, 6, None, 3)


def test_what_an_estimate_rests_on_is_said_of_an_estimate_alone() -> None:
    assert estimate(results((6, True, WEB), (20, False, WEB), silent=10)).assumptions == ()
    assert len(estimate(results((30, True, WEB), (20, False, WEB), silent=10)).assumptions) == 6


def test_one_source_tells_nothing() -> None:
    [made] = estimate(results((20, False, WEB))).estimates
    assert sentences(made) == (
        "No estimate (one source): only one source has seen anything: it cannot say what it misses."
    )
    [nothing] = estimate(()).estimates
    assert (nothing.refused, nothing.seen) == ("nothing was seen", 0)
    assert estimate(()).overlap == {}


def test_rows_that_could_not_be_looked_for_are_no_capture() -> None:
    results = [Result(cls, "", Row(1)) for cls in (Class.NOT_COVERED, Class.DUPLICATE, Class.UNUSABLE)]
    assert estimate(results) == Completeness(estimate(()).estimates, {})


def test_each_site_has_its_own_estimate_where_there_are_several() -> None:
    def at(site: str, count: int) -> Iterator[Result]:
        for _ in range(count):
            yield Result(Class.MATCHED, "", Row(1), device("10.0.0.1"), site=site)

    made = estimate([*at("north", 10), *at("south", 3)])
    assert [(one.site, one.seen, one.size is None) for one in made.estimates] == [
        (None, 13, False),
        ("north", 10, False),
        ("south", 3, True),
    ]
    assert [one.site for one in estimate(at("north", 10)).estimates] == [None]


class Counted(str):
    """The name of a site that counts how often it is compared with another."""

    __slots__ = ()
    times = 0

    def __eq__(self, other: object) -> bool:
        Counted.times += 1
        return str.__eq__(self, str(other))

    __hash__ = str.__hash__


def test_thousands_of_sites_are_not_compared_with_each_device() -> None:
    found = device("10.0.0.1")
    names = [Counted(f"site-{number}") for number in range(200)]
    estimate([Result(Class.MATCHED, "", Row(1), found, site=name) for name in names for _ in range(5)])
    assert Counted.times < 5 * len(names)


def test_an_estimate_in_words() -> None:
    first, second = estimate(
        results((30, True, NATIVE | WEB), (10, False, NATIVE | WEB), (8, False, WEB), silent=4)
    ).estimates
    assert sentences(first) == (
        "At least 55 devices (95% interval 53 to 65; Chao's lower bound from inventory, makers' discovery and web, TLS "
        "and RTSP): 52 were seen, 40 of them by more than one source. The inventory names 34: 62% of the estimate."
    )
    assert sentences(second).startswith("About 54 devices (95% interval 53 to 62; ")


def test_what_was_enrolled_or_hangs_behind_a_recorder_is_no_chance_to_see_a_device() -> None:
    assert sources_of(device("10.0.0.1", channels={"isapi": "", "onvif-login": "", "http": ""})) == {
        "web, TLS and RTSP"
    }
    camera = device("192.168.254.3", channels={"isapi": ""}, behind=Slot("NVR", "10.0.4.9", 3))
    front = [*results((20, True, NATIVE), (20, True, WEB), (20, False, WEB))]
    assert estimate([*front, Result(Class.UNDECLARED, "", None, camera)]) == estimate(front)

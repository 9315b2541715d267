"""The whole program over IPv6, against a network of namespaces."""

from __future__ import annotations

import errno
import json
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from support.lab import Lab, lab
from support.sweeping import found, listening, request, run

pytestmark = pytest.mark.netns

ALIVE = [f"fd77::{number:x}" for number in range(7, 1_024, 9)]


@pytest.fixture(scope="module")
def site() -> Iterator[Lab]:
    """1,024 addresses of which a hundred live; they accept at 80 and 554."""
    with lab() as made, listening(made, [80, 554]):
        made.add_ipv6()
        made.keep_only(ALIVE)
        yield made


def of(site: Lab, **changed: Any) -> dict[str, Any]:
    asked = request(site, "fd77::", "fd77::3ff", [80, 81, 554], **changed)
    asked["ways"][0] |= {"source": "fd99::1", "gateway": "fd99::2"} | changed.get("way", {})
    asked.pop("way", None)
    return asked


@pytest.mark.parametrize("senders", [1, 2])
def test_every_outcome_is_that_of_connecting(site: Lab, senders: int) -> None:
    code, messages = run(site, of(site, senders=senders, want="all"))
    assert (code, messages[-1]["type"]) == (0, "end")
    outcomes = found(messages)
    assert len(outcomes) == 3 * 1_024
    for (address, port), number in outcomes.items():
        expected = errno.ETIMEDOUT if address not in ALIVE else errno.ECONNREFUSED if port == 81 else 0
        assert number == expected, (address, port)
    assert messages[-1]["answered"] == 2 * len(ALIVE)
    assert messages[-1]["stray"] == 0


def test_the_pace_is_kept_and_nothing_is_asked_twice(site: Lab) -> None:
    site.count_arriving("ip6 saddr fd99::1 tcp flags & (syn|ack) == syn")
    began = time.monotonic()
    _, messages = run(site, of(site, rate=1_500, wait=0.5))
    assert time.monotonic() - began >= 3_000 / 1_500 + 0.5
    assert site.arrived() == 3 * 1_024
    site.run(["nft", "delete", "table", "inet", "counting"], side=site.site)
    others = messages[-1]["sent"] - 3 * 1_024 - 2 * len(ALIVE)  # without the kernel's resets
    assert 1 <= others <= 3, "a solicitation, and another where this host is held up"


def test_a_router_says_that_there_is_no_way(site: Lab) -> None:
    site.run(["ip", "-6", "route", "add", "unreachable", "fd78::/64"], side=site.site)
    site.run(["sysctl", "-qw", "net.ipv6.conf.all.forwarding=1", "net.ipv6.icmp.ratelimit=0"], side=site.site)
    asked = request(site, "fd78::", "fd78::3", [80], want="all")
    asked["ways"][0] |= {"source": "fd99::1", "gateway": "fd99::2"}
    _, messages = run(site, asked)
    assert set(found(messages).values()) == {errno.EHOSTUNREACH}
    assert len(found(messages)) == 4


def test_raw_sockets_serve_where_there_are_no_frames(site: Lab) -> None:
    code, messages = run(site, of(site, way={"frames": False, "gateway": ""}))
    assert code == 0
    assert found(messages) == {(address, port): 0 for address in ALIVE for port in (80, 554)}


def test_a_gateway_that_does_not_answer_is_said(site: Lab) -> None:
    code, messages = run(site, of(site, way={"gateway": "fd99::3"}))
    assert code == 0
    (note,) = [message["text"] for message in messages if message["type"] == "note"]
    assert note.startswith(f"the gateway fd99::3 on {site.interface} does not answer neighbour solicitations: 1,024")
    assert messages[-1]["sent"] == 2


def test_neighbours_are_found_by_solicitations(site: Lab) -> None:
    there = [f"fd88::{number:x}" for number in range(0x10, 0x30)]
    for name, addresses in ((site.scanner, ["fd88::1"]), (site.site, there)):
        for address in addresses:
            site.run(["ip", "addr", "add", f"{address}/64", "dev", site.interface, "nodad"], side=name)
    asked = request(site, "fd88::2", "fd88::ff", [80, 81], want="answers")
    asked["ways"][0] |= {"source": "fd88::1", "gateway": ""}
    _, messages = run(site, asked)
    outcomes = {(address, port): errno.ECONNREFUSED if port == 81 else 0 for address in there for port in (80, 81)}
    assert found(messages) == outcomes
    absent = 0xFF - 1 - len(there)
    assert messages[-1]["sent"] == 2 * absent + len(there) + 3 * len(there)  # who is not there is asked for twice


def test_the_whole_command(site: Lab) -> None:
    what = ["fd77::/118", "10.77.0.0-10.77.0.3", "--ports", "80,81", "--sweep", "syn", "--rate", "0"]
    done = site.run([sys.executable, "-m", "camscan", "ports", *what])
    assert done.returncode == 0, done.stderr
    lines = [tuple(json.loads(line).values()) for line in done.stdout.splitlines()]
    both = [*ALIVE, *(f"10.77.0.{number}" for number in range(4))]
    assert sorted(lines) == sorted((address, 80, "answered") for address in both)


def test_neighbours_whose_macs_are_written_down_need_not_answer(site: Lab) -> None:
    for name, address in ((site.scanner, "fd88::1"), (site.site, "fd88::10")):
        site.run(["ip", "addr", "add", f"{address}/64", "dev", site.interface, "nodad"], side=name)
    rule = "icmpv6 type nd-neighbor-solicit drop"
    chain = f"chain in {{\ntype filter hook input priority 0;\n{rule}\n}}"
    site.rules(site.site, f"table ip6 deaf {{\n{chain}\n}}\n")
    (shown,) = json.loads(site.run(["ip", "-j", "link", "show", site.interface], side=site.site).stdout)
    asked = request(site, "fd88::f", "fd88::11", [80])
    asked["ways"][0] |= {"source": "fd88::1", "gateway": ""}
    assert found(run(site, asked)[1]) == {}
    asked["ways"][0]["known"] = [["fd88::10", shown["address"].replace(":", "")]]
    assert found(run(site, asked)[1]) == {("fd88::10", 80): 0}

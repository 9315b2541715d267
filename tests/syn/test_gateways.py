"""What a sweep by SYN packets promises the network, counted inside the two routers that it goes through."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from support.capture import Capture, Harm, capturing, most
from support.fork import NETWORKS, Fork, fork
from support.namespaces import Namespace
from support.sweeping import listening

pytestmark = pytest.mark.netns

ALIVE = [network.replace("0/24", str(last)) for network in NETWORKS for last in range(1, 255, 6)]
COUNTING = "table ip seen { chain f { type filter hook forward priority 1; ip daddr 10.78.0.0/15 counter; }; }"
HOST_RATE = 20


@pytest.fixture(scope="module")
def site() -> Iterator[Fork]:
    """512 addresses of which some accept at 80; the rest are silent."""
    with fork() as made, listening(made.lab, [80]):
        made.lab.keep_only(ALIVE)
        yield made


def swept(site: Fork, *words: str) -> tuple[list[Capture], set[str]]:
    """What each router passed on, by a capture that its own counter confirms; and the addresses that were found."""
    with ExitStack() as stack:
        for router in site.routers:
            router.nft(COUNTING)
        captures = [
            stack.enter_context(capturing(router.name, f"far{number}")) for number, router in enumerate(site.routers)
        ]
        done = site.lab.run([sys.executable, "-m", "camscan", "ports", *words, "--sweep", "syn"])
    for router, capture in zip(site.routers, captures, strict=True):
        assert (capture.lost, len(capture.sent)) == (0, counted(site, router))
    assert done.returncode == 0, done.stderr
    return captures, {json.loads(line)["address"] for line in done.stdout.splitlines()}


def counted(site: Fork, router: Namespace) -> int:
    """Packets that the router has passed on to the site; it counts no further."""
    text = site.lab.run(["nft", "list table ip seen"], side=router.name).stdout
    router.nft("delete table ip seen")
    found = re.search(r"counter packets (\d+)", text)
    assert found
    return int(found[1])


def test_the_pace_holds_for_both_routers_together_and_they_take_turns(site: Fork) -> None:
    rate = 400
    captures, found = swept(site, *NETWORKS, "--ports", "80,81", "--rate", str(rate))
    assert found == set(ALIVE)
    times = [[packet.at for packet in capture.sent] for capture in captures]
    most_together = most(sorted(times[0] + times[1]))
    assert most_together <= rate * (1.11 + 0.0018) + 2
    assert all(most(each) <= 0.7 * rate for each in times)
    assert most_together >= 0.75 * rate  # more than either got: a busy machine keeps it from some of its pace


def test_no_host_gets_more_than_its_share_through_either(site: Fork) -> None:
    """There are so few hosts that their own pace, and not that of all, is what bounds the sweep; resets count."""
    few = [network.replace("0/24", "0/28") for network in NETWORKS]
    ports = ",".join(["80", *map(str, range(8_000, 8_040))])
    captures, found = swept(site, *few, "--ports", ports, "--rate", "5000")
    assert found == {address for address in ALIVE if int(address.rpartition(".")[2]) < 16}
    for capture in captures:
        harm = Harm(capture, [])
        assert HOST_RATE / 4 < harm.packets_per_host() <= HOST_RATE
        assert harm.packets_per_host(0.01) <= 2

"""What a sweep of its own link asks of the kernel's neighbour table: looked at from outside, by `ip neigh` and nft."""

from __future__ import annotations

import json
import re
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from support.lab import Lab, lab
from support.namespaces import Namespace
from support.sweeping import found, listening, request

from camscan.l2.lines import Lines
from camscan.l2.sockets import Stop
from camscan.syn.connect import ConnectSweep
from camscan.syn.report import Report
from camscan.syn.request import read

sys.path.insert(0, str(Path(__file__).parents[2]))
from benchmarks.router import highest, neighbour_entries

pytestmark = pytest.mark.netns

ALIVE = [f"10.78.{third}.{last}" for third in range(4) for last in range(5, 250, 9)]
ADDRESSES = 1_022
MOST = 512
"""Half of what Linux' table holds by default: the rest is for others."""


def only_some_answer_arp(site: Lab) -> None:
    """The others are not there at all: no ARP reply. Requests that arrive are counted."""
    alive = ", ".join(ALIVE)
    rules = f"arp operation request counter\narp operation request arp daddr ip != {{ {alive} }} drop"
    site.rules(site.site, f"table arp lab {{\nchain in {{\ntype filter hook input priority 0;\n{rules}\n}}\n}}\n")


def requests(site: Lab) -> int:
    text = site.run(["nft", "list", "table", "arp", "lab"], side=site.site).stdout
    found = re.search(r"counter packets (\d+)", text)
    assert found
    return int(found[1])


class Watched(ConnectSweep):
    """Notes for how many neighbours the kernel is made to have an entry at once, by its reckoning."""

    entries = 0

    def _connect(self, *about: Any) -> bool:
        begun = super()._connect(*about)
        self.entries = max(self.entries, len(self._neighbours))
        return begun


def test_no_more_neighbours_that_answer_than_the_kernel_has_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("camscan.syn.neighbourtable._HOLDING", 0.2)
    monkeypatch.setattr("camscan.syn.connect._PART", 16)
    out = BytesIO()
    with lab("10.78.0.0/26", on_link=True) as site, listening(site, [80]), Namespace(site.scanner).inside():
        asked = request(site, "10.78.0.1", "10.78.0.60", [80, 81], method="connect", want="answers", wait=5.0)
        (way,) = asked["ways"]
        on_link = {**asked, "ways": [{**way, "gateway": "", "frames": True}], "neighbours": 12, "held": 5}
        connects = Watched(read(json.dumps(on_link).encode()), Report(Lines(out)), Stop())
        connects.run()
    assert len(found([json.loads(line) for line in out.getvalue().splitlines()])) == 2 * 60
    assert connects.entries == 12


@pytest.mark.parametrize("method", ["syn", "connect"])
def test_at_the_default_pace_the_table_keeps_room_for_others(method: str) -> None:
    """Connecting has the kernel ask, for three seconds each; SYN packets need it only to reset what has accepted."""
    with lab("10.78.0.0/22", on_link=True) as site, listening(site, [80]):
        only_some_answer_arp(site)
        scanner = Namespace(site.scanner)
        unresolved = highest(scanner, lambda: neighbour_entries(site.interface, "nud", "incomplete"))
        entries = highest(scanner, lambda: neighbour_entries(site.interface))
        command = [sys.executable, "-m", "camscan", "ports", "10.78.0.0/22", "--ports", "80", "--sweep", method]
        with unresolved as most_unresolved, entries as most_entries:
            done = site.run(command)
        asked = requests(site)
    assert len(done.stdout.splitlines()) == len(ALIVE), done.stderr
    assert max(most_unresolved) < MOST
    if method == "syn":
        assert max(most_entries) <= len(ALIVE) + 3
        assert ADDRESSES - 1 <= asked <= 2 * ADDRESSES + len(ALIVE)
    else:
        assert max(most_unresolved) > MOST / 4, "the bound was not even reached"

"""The rogue gallery: hostile devices beside fifty honest ones, which are all found in full, whatever the rogues do.

In `make test` all rogues are there at once; in `make torture` each family also has a scan of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from ipaddress import IPv4Network
from itertools import cycle, groupby, islice
from pathlib import Path

import pytest
from support.admitted import Told
from support.rig import EXCLUDED, Result, Rig, gallery, neighbours, rig

from camscan.records import Outcome, ScanStatus

pytestmark = [pytest.mark.netns, pytest.mark.cold_start]
"""A process of its own is measured: one that is forked has more memory from the beginning."""

HONEST = 50
LONGEST = 120.0
"""Seconds for a scan with rogues: one without takes some 13, and no host is given more than 30."""
MEMORY = 150.0
"""MiB for a scan, however large."""
WIDE, HOSTILE = "10.76.0.0/16", 1_000
RATE = ("--rate", "4000")
TARPITS = ("silent-after-accept", "every-port-open", "drip-feed", "silent-handshake", "drip-within-tls")


@cache
def families() -> dict[str, list[str]]:
    """Name of a family -> its rogues: those that do the same in variants share all but the last part of their MAC."""
    by_mac = groupby(gallery().values(), key=lambda persona: persona.mac[:-3])
    members = [[persona.name for persona in group] for _, group in by_mac]
    return {_common(names): names for names in members}


def _common(names: list[str]) -> str:
    prefix = names[0]
    while not all(name.startswith(prefix) for name in names):
        prefix = prefix.rpartition("-")[0]
    return prefix


def scanned(names: Iterable[str], folder: Path) -> tuple[Rig, Result]:
    with rig([*neighbours(HONEST), *(gallery()[name] for name in names)], folder) as site:
        return site, site.scan(*RATE)


def lost(site: Rig, result: Result, usual: Told) -> dict[str, object]:
    """Honest devices of which not the same is told as without rogues, and what is told."""
    told = {name: result.told(site.places[name]) for name in usual}
    return {name: told[name] for name in usual if told[name] != usual[name]}


def wrong(site: Rig, result: Result, names: Iterable[str]) -> dict[str, dict[str, Outcome | None]]:
    """Rogues whose outcome is not the one that their persona names, and what it is."""
    found = {}
    for name in names:
        channels = result.ledger[site.places[name]].channels
        ends = gallery()[name].ends
        if different := {channel: channels.get(channel) for channel in ends if channels.get(channel) != ends[channel]}:
            found[name] = different
    return found


def assert_no_harm(result: Result) -> None:
    """Nothing left the scope, nothing was given away, nothing was broken. Pace is for `test_harm`, on the wire."""
    assert (result.outside, result.never) == (0, 0)
    assert result.leaks == ()
    assert result.ledger[EXCLUDED].outcome is Outcome.EXCLUDED
    for address, seen in result.seen.items():
        assert (seen["user_names"], seen["authorizations"], seen["violations"]) == ([], 0, []), address
    assert not [note for note in result.scan.notes if "crashed" in note], result.errors
    assert result.errors == ""


def assert_survived(site: Rig, result: Result, names: list[str], usual: Told) -> None:
    assert (result.code, result.scan.status) == (0, ScanStatus.COMPLETE), result.errors
    assert result.seconds < LONGEST
    assert lost(site, result, usual) == {}
    assert wrong(site, result, names) == {}
    assert_no_harm(result)


def test_every_rogue_says_in_a_line_what_it_does_and_how_it_must_end() -> None:
    assert len(gallery()) >= 120
    for persona in gallery().values():
        assert re.fullmatch(r"[A-Z].{10,150}\.", persona.does), persona.name
        assert persona.ends, persona.name


@pytest.mark.slow
def test_all_rogues_at_once(tmp_path: Path, usual: Told, figure: Callable[[str, object], None]) -> None:
    names = list(gallery())
    site, result = scanned(names, tmp_path)
    assert_survived(site, result, names, usual)
    assert result.megabytes < MEMORY
    figure("gallery.rogues", len(names))
    figure("gallery.seconds", round(result.seconds, 1))
    figure("gallery.megabytes", round(result.megabytes))


@pytest.mark.torture
def test_a_thousand_rogues_among_all_addresses_of_a_large_network(
    tmp_path: Path, usual: Told, figure: Callable[[str, object], None]
) -> None:
    """As wide and fast as a scan gets: the most memory that one takes."""
    hostile = list(islice(cycle(gallery().values()), HOSTILE))
    with rig([*neighbours(HONEST), *hostile], tmp_path, WIDE) as site:
        result = site.scan("--profile", "fast", timeout=900)
    assert (result.code, result.scan.status) == (0, ScanStatus.COMPLETE), result.errors
    assert_no_harm(result)
    in_full = HONEST - len(lost(site, result, usual))
    assert in_full >= HONEST * 0.9  # each has 30 s, and a busy machine may take longer
    assert result.megabytes < MEMORY
    addresses = IPv4Network(WIDE).num_addresses
    figure("wide", [len(hostile), addresses, round(result.seconds), round(result.megabytes), in_full])


@pytest.mark.torture
def test_tarpits_cost_little_time(tmp_path: Path, figure: Callable[[str, object], None]) -> None:
    """One device in ten is slow in a way of its own; the same devices without it are the measure."""
    took = {}
    for number, personas in enumerate((neighbours(45), [*neighbours(45), *(gallery()[name] for name in TARPITS)])):
        folder = tmp_path / str(number)
        folder.mkdir()
        with rig(personas, folder) as site:
            took[len(personas)] = site.scan(*RATE).seconds
    ratio = took[50] / took[45]
    figure("tarpits", round(ratio, 2))
    assert ratio < 1.5  # 1.2 is what is wanted, and a busy machine adds to it


@pytest.mark.torture
@pytest.mark.parametrize("family", families())
def test_a_family_of_rogues(family: str, tmp_path: Path, usual: Told, figure: Callable[[str, object], None]) -> None:
    names = families()[family]
    site, result = scanned(names, tmp_path)
    assert_survived(site, result, names, usual)
    assert result.megabytes < MEMORY
    figure(f"family.{family}", [len(names), round(result.seconds, 1), round(result.megabytes)])

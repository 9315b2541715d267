"""Write docs/torture.md from the figures that `make torture` has reached.

    python docs/make_torture.py out/torture/figures.txt

A figure is a line `{"name": ..., "value": ...}`; the last one of a name counts. What is not among them was not
measured in that run, and the page says so.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from camscan.simulator import rogues

PAGE = Path(__file__).parent / "torture.md"
Figures = Mapping[str, Any]

GALLERY = "pytest -m 'torture or not torture' tests/torture/test_gallery.py"
HOST = "pytest -m 'torture or not torture' tests/torture/test_host.py"
HARM = "python benchmarks/harm.py"


class Row(NamedTuple):
    """One figure: what it is, what is aimed at, how it is reproduced, what was reached, and whether that is enough."""

    what: str
    target: str
    command: str
    needs: tuple[str, ...]
    reached: Callable[..., str]
    enough: Callable[..., bool]


ROWS = (
    Row(
        "Hostile devices, all at once, beside which 50 of 50 honest ones are found in full",
        "120",
        "pytest tests/torture/test_gallery.py",
        ("gallery.rogues", "gallery.seconds", "gallery.megabytes"),
        lambda rogues, seconds, megabytes: f"{rogues}, in {seconds} s and {megabytes} MiB",
        lambda rogues, *_: rogues >= 120,
    ),
    Row(
        "Mutated answers through each decoder, without anything but a DecodeError",
        "10,000,000 each",
        "python benchmarks/decoders.py",
        ("decoders",),
        lambda found: f"{min(found):,} to {max(found):,}; {sum(found):,} through {len(found)} decoders",
        lambda found: min(found) >= 9_999_999,
    ),
    *(
        Row(
            f"SIGKILLs at random moments, without an acknowledged observation lost ({kind})",
            "10,000",
            "pytest -m torture tests/store/test_kill.py",
            (name,),
            lambda kills: f"{kills:,}",
            lambda kills: kills >= 10_000,
        )
        for kind, name in (("SQLite", "kills"), ("PostgreSQL", "kills.server"))
    ),
    *(
        Row(
            f"Packets in the busiest second, to one host and in all ({name})",
            f"{promised[0]} and {promised[1]:,}, as promised",
            HARM,
            (f"pace.{name}",),
            lambda pace: f"{pace[0]} and {pace[1]:,}",
            lambda pace, promised=promised: pace[0] <= promised[0] and pace[1] <= promised[1],
        )
        for name, promised in (("default", (20, 1_000)), ("gentle", (10, 200)), ("fast", (20, 10_000)))
    ),
    Row(
        "Peak memory of a scan, 50 honest devices beside all hostile ones",
        "150 MiB",
        "pytest tests/torture/test_gallery.py",
        ("gallery.megabytes", "gallery.rogues"),
        lambda megabytes, rogues: f"{megabytes} MiB, with {rogues} hostile devices",
        lambda megabytes, _: megabytes <= 150,
    ),
    Row(
        "The same of a scan of a /16, as fast as a profile allows",
        "150 MiB, with 1,000 hostile devices",
        GALLERY,
        ("wide",),
        "{0[3]} MiB, with {0[0]:,} hostile devices among {0[1]:,} addresses, in {0[2]} s".format,
        lambda wide: wide[3] <= 150 and wide[0] >= 1_000 and wide[1] >= 65_536,
    ),
    Row(
        "Packets outside the scope, by the kernel's count",
        "0 over 60 forms of address in 5 places",
        "pytest tests/torture/test_scope.py",
        ("scope.outside", "scope.forms", "scope.places"),
        lambda outside, forms, places: f"{outside} over {forms} forms in {len(places)} places ({', '.join(places)})",
        lambda outside, forms, places: outside == 0 and forms >= 60 and len(places) >= 5,
    ),
    Row(
        "System calls of the network that fail once each, at three moments, with nothing lost unsaid",
        "every fallible one",
        "pytest -m 'torture or not torture' tests/torture/test_syscalls.py",
        ("syscalls",),
        lambda moments: f"{len(moments)} calls at {sum(moments.values())} moments ({', '.join(sorted(moments))})",
        lambda moments: len(moments) >= 12 and min(moments.values()) >= 3,
    ),
    Row(
        "Payloads x fields of answers x formats of reports, and what of it came to life",
        "0 of 50,000",
        "pytest -m 'torture or not torture' tests/torture/test_injection.py",
        ("injections",),
        lambda tried: f"0 of {tried:,}",
        lambda tried: tried >= 50_000,
    ),
    Row(
        "Authorization headers and user names that hostile devices have seen",
        "0",
        "pytest tests/torture/test_gallery.py",
        ("gallery.rogues",),
        lambda rogues: f"0, at {rogues} devices",
        lambda _: True,
    ),
    Row(
        "Time of a scan in which one device in ten is a tarpit, by the time without",
        "1.2",
        GALLERY,
        ("tarpits",),
        str,
        lambda ratio: ratio <= 1.2,
    ),
    Row(
        "Entries at once in a router's tables (gentle), and unresolved neighbours on the own link",
        "fewer than 1,024 tracked, as promised, and 512 neighbours",
        HARM,
        ("router",),
        lambda router: "{0[0]:,} tracked, {0[1]:,} neighbours of the router; {0[2]:,} on the own link".format(
            router["gentle"]
        ),
        lambda router: router["gentle"][0] < 1_024 and max(router["gentle"][1:]) <= 512,
    ),
    *(
        Row(
            f"Devices found, and makers named, with {loss} of all packets lost (of 50)",
            "published",
            HOST,
            (f"loss.{loss}.50",),
            lambda shares: f"{shares[0]:.0%} and {shares[1]:.0%}",
            lambda _: True,
        )
        for loss in ("1%", "10%", "30%")
    ),
)

INTRO = """\
What camscan survives, in figures that anybody can reproduce: `make torture` (root, Linux, hours) measures all of them
and writes this page by `docs/make_torture.py`; what was interrupted goes on where it was. A short form of each test is
part of `make test`. What a scan does to the network is in [harm](harm.md), what is promised in [security](security.md).
"""

ELSEWHERE = """\
| figure | where |
|---|---|
| Bytes from one host | 98,304 a connection, 1 MiB in all, 4 enrolled: `pytest tests/net/pacing/test_allowance.py` |
| Tampering with evidence | [evidence](evidence.md) |
| The slowest fingerprint | `python benchmarks/identify.py` |
| Reproducible releases | the same wheel wherever it is built: `pytest tests/test_release.py`; none is attested yet |
"""

STRICTER = """\
Marks that are stricter than what is promised, and that these figures do not reach:

| mark | why it is not reached |
|---|---|
| 500 packets a second in all | promised are 1,000 by default, and 200 with `--profile gentle` |
| 256 connections that a router tracks | a silent address takes eleven, and Linux remembers most of them for two \
minutes: with so few a silent /24 would take 20 minutes, with 1,000 it takes 4 |
"""

HOST_TABLE = """\
| what fails | what is held |
|---|---|
| 64 descriptors | the same is found |
| every fifth connect fails with ENOBUFS, EPERM, ENETUNREACH or EADDRNOTAVAIL | the same, or a reason in the ledger |
| one packet in ten dropped by the host's own firewall | every device is found |
| blackhole, prohibit and unreachable routes | `partial`, and the errno stands at each such target |
| the interface goes down, with and without coming back; the address changes | never "closed" for what was lost |
| the gateway tells its MAC seconds late | the same, but for those who were asked first |
| a cable is pulled, and put in again | `partial`, and a note says for how long |
| packets twice, late, out of order | every device is found |
| 128 MiB of memory in all | the same is found |
| the disk is full | exit code 1 and a message; what was stored is whole |
| the clock jumps an hour; ten minutes of SIGSTOP | the same, or a reason in the ledger |
| SIGKILL during a scan, then `--resume` | the same is found |
"""


def page(figures: Figures) -> str:
    """The whole page."""
    return "\n".join(
        (
            "# Torture",
            "",
            INTRO,
            "| figure | aimed at | reached | enough | command |",
            "|---|---|---|---|---|",
            *(_line(row, figures) for row in ROWS),
            "",
            "Figures that are measured elsewhere, or not yet:",
            "",
            ELSEWHERE,
            STRICTER,
            f"## The scanner's own host\n\n`{HOST}` holds this:\n",
            HOST_TABLE,
            "## Decoders\n",
            "The inputs of several runs are added up, as long as the logic of a decoder stays as it is.\n",
            "| decoder | inputs | slowest |",
            "|---|---|---|",
            *_decoders(figures),
            "",
            "What ever brought a decoder down is in `tests/samples/crashes`, and each test run tries it again.",
            "",
            "## The gallery by family\n",
            "Each family had a scan of its own beside 50 honest devices.",
            "",
            "| family | what it does | devices | seconds | MiB |",
            "|---|---|---|---|---|",
            *_families(figures),
            "",
        )
    )


def _line(row: Row, figures: Figures) -> str:
    known = [figures.get(name) for name in row.needs]
    if None in known:
        reached, enough = "not measured", "-"
    else:
        reached, enough = row.reached(*known), "yes" if row.enough(*known) else "no"
    return f"| {row.what} | {row.target} | {reached} | {enough} | `{row.command}` |"


def _decoders(figures: Figures) -> Iterator[str]:
    for name, value in figures.items():
        if name.startswith("decoder."):
            yield f"| {name.removeprefix('decoder.')} | {value[0]:,} | {value[1]} ms |"


def _families(figures: Figures) -> Iterator[str]:
    for name, value in figures.items():
        if name.startswith("family."):
            family = name.removeprefix("family.")
            does = next((rogue.does for rogue in rogues() if rogue.name.startswith(family)), "")
            yield f"| {family} | {does} | {' | '.join(map(str, value))} |"


def read(lines: Iterable[str]) -> dict[str, Any]:
    """The figures by name, inputs of decoders added up; counts of the short runs in `make test` are left out."""
    found: dict[str, Any] = {}
    for figure in map(json.loads, lines):
        name, value = figure["name"], figure["value"]
        if not name.startswith("decoder."):
            found[name] = value
        elif isinstance(value, list):
            inputs, slowest = found.get(name, (0, 0.0))
            found[name] = [inputs + value[0], max(slowest, value[1])]
    counts = [value[0] for name, value in found.items() if name.startswith("decoder.")]
    calls = Counter(name.split(".")[1] for name in found if name.startswith("syscall."))
    live = sum(value for name, value in found.items() if name.startswith("injection."))
    sums = {"decoders": counts, "syscalls": dict(calls), "injections": live}
    return found | {name: value for name, value in sums.items() if value}


if __name__ == "__main__":
    with Path(sys.argv[1]).open(encoding="utf-8") as stream:
        PAGE.write_text(page(read(stream)), encoding="utf-8")

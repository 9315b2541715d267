"""Addresses by blocks of 256, each a cell with its verdict or outcome: the map of a network."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from camscan.records import Judged, Outcome, Report
from camscan.reports.document import fold

_BLOCK = 256
MAX_BLOCKS = 256  # blocks that are drawn: a whole /16; a page with more is no map any more
QUIET = frozenset({Outcome.SILENT.value, Outcome.EXCLUDED.value})
"""Kinds of cell that alone make a block not worth drawing."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block of addresses: `network` as text, kind of cell -> offsets within the block, and offset -> device.

    A kind is a verdict where a device answers, else what became of the target, in six outcomes. Devices are numbers in
    the sequence that `blocks` was given.
    """

    network: str
    cells: Mapping[str, tuple[int, ...]]
    devices: Mapping[int, int]

    @property
    def version(self) -> int:
        """4 or 6."""
        return 6 if ":" in self.network else 4

    def rows(self, columns: int) -> range:
        """The rows of the map that hold a cell, and those between them."""
        offsets = [offset for held in self.cells.values() for offset in held]
        return range(min(offsets) // columns, max(offsets) // columns + 1)


def blocks(report: Report, devices: Sequence[Judged]) -> list[Block]:
    """Every block that holds a target or a device, by address; what is no address is left out."""
    kinds: dict[tuple[int, int], dict[int, str]] = defaultdict(dict)
    numbers: dict[tuple[int, int], dict[int, int]] = defaultdict(dict)
    for target, outcome in report.outcomes.items():
        if place := _place(target):
            kinds[place[0]][place[1]] = fold(outcome).value
    for number, judged in reversed(list(enumerate(devices))):  # where two answer at one address, the first one shows
        for address in _shown(judged, report.outcomes):
            if place := _place(address):
                kinds[place[0]][place[1]] = judged.verdict.value
                numbers[place[0]][place[1]] = number
    return [Block(_network(key), _by_kind(kinds[key]), dict(sorted(numbers[key].items()))) for key in sorted(kinds)]


def worth_drawing(every: Iterable[Block]) -> list[Block]:
    """The blocks in which anything but silence was found, or all where there is nothing else."""
    every = list(every)
    return [block for block in every if not QUIET.issuperset(block.cells)] or every


def _shown(judged: Judged, outcomes: Mapping[str, Outcome]) -> Iterable[str]:
    """The address of a device, and those of its others that were targets too."""
    device = judged.device
    if device.behind:  # its address is private, and may be that of a target
        return ()
    return (device.address, *(address for address in device.addresses if address in outcomes))


def _place(text: str) -> tuple[tuple[int, int], int] | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    number = int(address)
    return (address.version, number // _BLOCK), number % _BLOCK


def _network(key: tuple[int, int]) -> str:
    version, number = key
    kind, prefix = (IPv4Address, 24) if version == 4 else (IPv6Address, 120)
    return f"{kind(number * _BLOCK)}/{prefix}"


def _by_kind(cells: Mapping[int, str]) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = defaultdict(list)
    for offset in sorted(cells):
        found[cells[offset]].append(offset)
    return {kind: tuple(offsets) for kind, offsets in found.items()}

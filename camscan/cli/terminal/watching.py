"""Who has answered so far: a live table on a terminal, a line for each address elsewhere."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from camscan.app.scanning.discovering import MemorySink
from camscan.cli.terminal.telling import is_quiet, tell
from camscan.records import Judged, Observation
from camscan.reports.escape import terminal

if TYPE_CHECKING:
    from rich.table import Table

Judge = Callable[[Sequence[Observation]], Sequence[Judged]]  # the devices that some answers speak of

_PER_SECOND = 4  # times that the table is drawn anew
_MOST_LINES = 100  # printed where there is no terminal; the report holds the rest
_MOST_DRAWN = 200  # addresses that are judged anew for one drawing: a flood must not hold up the reading
_SPARE_LINES = 6  # of the terminal: head, frame and the line below
_COLUMNS = ("Address", "MAC", "Maker", "Model", "By")


class Watch(MemorySink):
    """Keeps observations, and shows on stderr whom they name."""

    def __init__(self, judge: Judge) -> None:
        super().__init__()
        self._judge = judge
        self._seen: dict[str, list[Observation]] = {}
        self._rows: dict[str, tuple[str, ...]] = {}
        self._stale: dict[str, None] = {}
        self._lines = not is_quiet() and not sys.stderr.isatty()
        self._draws = not is_quiet() and not self._lines

    async def put(self, observation: Observation) -> None:
        """See `Sink.put`."""
        await super().put(observation)
        self.take(observation)

    def take(self, observation: Observation) -> None:
        """Keep one observation of an address for the table, or print the first of it."""
        if not (self._lines or self._draws):
            return
        known = self._seen.setdefault(observation.target, [])
        known.append(observation)
        self._stale[observation.target] = None
        if self._lines and len(known) == 1 and len(self._seen) <= _MOST_LINES:
            tell(" ".join(filter(None, self._row(observation.target))))

    @contextlib.contextmanager
    def showing(self) -> Iterator[None]:
        """Draw the table for as long as the body runs, and take it away then: the report follows."""
        if not self._draws:
            yield
            return
        from rich.console import Console
        from rich.live import Live

        console = Console(stderr=True)
        room = max(console.height - _SPARE_LINES, 1)
        with Live(
            console=console, refresh_per_second=_PER_SECOND, transient=True, get_renderable=lambda: self.table(room)
        ):
            yield

    def table(self, room: int) -> Table:
        """The first `room` addresses that answered; below, how many more did."""
        from rich.table import Table

        for address in list(self._stale)[:_MOST_DRAWN]:
            del self._stale[address]
            self._rows[address] = self._row(address)
        count = len(self._seen)
        more = f", {count - room:,} not shown here" if count > room else ""
        table = Table(*_COLUMNS, caption=f"{count:,} answered so far{more}")
        for row in list(self._rows.values())[:room]:
            table.add_row(*row)
        return table

    def _row(self, address: str) -> tuple[str, ...]:
        """What the answers from an address say of it; addresses that it claims for itself stand beside its own."""
        seen = tuple(self._seen[address])  # rich draws in a thread of its own, while others come
        channels = ", ".join(dict.fromkeys(observation.channel for observation in seen))
        found = self._judge(seen)
        if not found:
            return terminal(address), "", "", "", channels
        device = found[0].device
        others = f" and {len(found) - 1} more" if len(found) > 1 else ""  # as where all that is new has one address
        maker = f"{device.maker} ({device.level})" if device.maker else device.brand or ""
        places = " ".join(dict.fromkeys((address, *device.addresses)))
        return (*map(terminal, (places, (device.mac or "") + others, maker, device.model or "")), channels)

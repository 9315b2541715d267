"""Waits while an interface of a sweep is not connected."""

from __future__ import annotations

import time
from collections.abc import Iterable

from camscan.carrier import has_carrier
from camscan.l2.lines import RefusalError
from camscan.l2.sockets import Stop

_EVERY = 0.01
"""Seconds between two looks at one that is cut off."""
_PATIENCE = 30.0
"""Seconds that it is waited for: switches that restart and cables that are moved take some."""


class Carrier:
    """Looks after some interfaces. `cuts` is how often one of them was found cut off, or down."""

    def __init__(self, interfaces: Iterable[str], stop: Stop) -> None:
        self._interfaces = tuple(dict.fromkeys(interfaces))
        self._stop = stop
        self.cuts = 0

    def wait(self) -> None:
        """Wait while one is cut off.

        Raises:
            RefusalError: it is for too long.
        """
        cut, end = self._cut(), time.monotonic() + _PATIENCE
        self.cuts += cut is not None
        while cut is not None and not self._stop:
            if time.monotonic() > end:
                raise RefusalError(f"cannot use interface {cut} any more: it is not connected")
            time.sleep(_EVERY)
            cut = self._cut()

    def _cut(self) -> str | None:
        return next((interface for interface in self._interfaces if not _is_connected(interface)), None)


def _is_connected(interface: str) -> bool:
    """What is gone counts as connected: sending says that better."""
    try:
        return has_carrier(interface)
    except OSError:
        return True

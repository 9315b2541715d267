"""Notices where signs of life end in the middle of a scan, as once something on the way keeps this host out."""

from __future__ import annotations

from collections.abc import Set

from camscan.records import SIGNS_OF_LIFE, UNASKED, Outcome

_FEWEST, _MISSED = 8, 24
"""Addresses that lived, and those that would have to live among the ones after the last of them: that none of these
does by chance happens less than once in 60,000 scans, since addresses are begun with in a random order."""


class Hush:
    """Counts addresses in the order in which they are begun with, which must be random, and how far life was seen."""

    def __init__(self) -> None:
        self._begun = self._alive = self._last_alive = self._unasked = 0

    def begin(self) -> int:
        """Count an address; gives its number."""
        self._begun += 1
        return self._begun

    def end(self, number: int, outcomes: Set[Outcome]) -> bool:
        """Count the address of that number by how all that it was asked ended. Returns whether it gave a sign of life.

        Where it was not asked, or not to the end, its silence says nothing.
        """
        is_alive = not SIGNS_OF_LIFE.isdisjoint(outcomes)
        if is_alive:
            self._alive += 1
            self._last_alive = max(self._last_alive, number)
        else:
            self._unasked += not outcomes or not UNASKED.isdisjoint(outcomes)
        return is_alive

    @property
    def addresses(self) -> int:
        """How many were asked since the last that lived, where so many of them should have; else 0."""
        after = self._begun - self._unasked - self._last_alive
        is_odd = self._alive >= _FEWEST and self._alive * after >= _MISSED * self._last_alive
        return after if is_odd else 0

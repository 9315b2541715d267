"""Exit codes, the same for all commands."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """What the caller learns without reading anything."""

    DONE = 0
    FAILED = 1
    WRONG_USE = 2
    FOUND = 3
    """Done, and what `--fail-on` names was found."""
    INCOMPLETE = 4
    """The scan was interrupted or cut short, which marks it partial, or nobody gave a sign of life; it is stored."""

"""The settings by which a scan shows what was done to it since it was made."""

from __future__ import annotations

THINNED = "thinned"
"""When it was thinned."""
MERGED = "merged"
"""When it was merged from another store, and from which."""
MERGING = "merging"
"""That only a part of it was merged yet."""

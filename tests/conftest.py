"""What holds for all tests."""

from __future__ import annotations

from hypothesis import settings

# A shared machine is slow at times; what takes too long by itself is measured in benchmarks/.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

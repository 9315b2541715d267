"""The schema of the first release, where all stores begin: `camscan.store.migrate` makes it at once, without a step."""

from __future__ import annotations

revision = "0001"
down_revision = None

"""The scans of one site are found without reading those of all others."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the index."""
    op.create_index("scans_by_site", "scans", ["site", "started_at"])

"""What is shown at a glance of what sweeps remember of each site, beside it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the table; it fills with the next sweep of each site."""
    op.create_table(
        "glances",
        sa.Column("site", sa.Text(), primary_key=True),
        sa.Column("text", sa.Text(), nullable=False),
    )

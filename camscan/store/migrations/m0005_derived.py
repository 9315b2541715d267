"""What follows from a scan's observations, kept so that it need not be derived at each look."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables; they fill when a scan is looked at."""
    op.create_table(
        "derived",
        sa.Column("scan", sa.Integer(), sa.ForeignKey("scans.number"), primary_key=True, autoincrement=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("extent", sa.Text(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
    )
    op.create_table(
        "derived_parts",
        sa.Column("scan", sa.Integer(), sa.ForeignKey("derived.scan"), primary_key=True),
        sa.Column("part", sa.Integer(), primary_key=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
    )

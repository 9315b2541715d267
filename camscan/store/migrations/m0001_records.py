"""Scans, observations and the ledger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "scans",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("id", sa.Text(), nullable=False, unique=True),
        sa.Column("site", sa.Text()),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger()),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("status", "targets", "excluded", "channels", "vantage", "settings", "sent", "notes")
        ),
    )
    op.create_table(
        "observations",
        sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        sa.Column("scan", sa.Integer(), sa.ForeignKey("scans.number"), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("port", sa.Integer()),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
    )
    op.create_index("observations_by_target", "observations", ["scan", "target", "sequence"])
    op.create_table(
        "ledger",
        sa.Column("scan", sa.Integer(), sa.ForeignKey("scans.number"), primary_key=True),
        sa.Column("target", sa.Text(), primary_key=True),
        sa.Column("channels", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text()),
    )

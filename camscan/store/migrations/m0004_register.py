"""The states that people give to devices, and the register: what all scans together say of each device of a site."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables."""
    _states()
    op.create_table(
        "register",
        sa.Column("number", sa.Integer(), primary_key=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("site", "device", "address", "verdict", "policies")),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("first_seen", "last_seen")),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_at", sa.BigInteger()),
    )
    op.create_index("register_by_site", "register", ["site", "state"])
    op.create_table(
        "register_tracks",
        sa.Column("entry", sa.Integer(), sa.ForeignKey("register.number"), primary_key=True),
        sa.Column("text", sa.Text(), nullable=False),
    )
    op.create_table(
        "register_keys",
        sa.Column("key", sa.Text(), primary_key=True),
        sa.Column("entry", sa.Integer(), sa.ForeignKey("register.number"), primary_key=True),
    )
    op.create_index("register_keys_by_entry", "register_keys", ["entry"])
    op.create_table(
        "registered",
        sa.Column("scan", sa.Text(), primary_key=True),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
    )
    op.create_index("registered_by_site", "registered", ["site"])


def _states() -> None:
    op.create_table(
        "states",
        sa.Column("number", sa.Integer(), primary_key=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("site", "device", "address", "state", "who", "why")),
        sa.Column("at", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("names", "proof")),
    )
    op.create_table(
        "state_keys",
        sa.Column("key", sa.Text(), primary_key=True),
        sa.Column("state", sa.Integer(), sa.ForeignKey("states.number"), primary_key=True),
    )

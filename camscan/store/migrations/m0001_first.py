"""The schema of the first release."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    _scans()
    _sweeps()
    _states()
    _register()
    _derived()


def _scans() -> None:
    op.create_table(
        "scans",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("id", sa.Text(), nullable=False, unique=True),
        sa.Column("site", sa.Text()),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger()),
        *_texts("status", "targets", "excluded", "channels", "vantage", "settings", "sent", "notes"),
    )
    op.create_index("scans_by_site", "scans", ["site", "started_at"])
    op.create_table(
        "observations",
        sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        sa.Column("scan", sa.Integer(), sa.ForeignKey("scans.number"), nullable=False),
        *_texts("target", "channel"),
        sa.Column("port", sa.Integer()),
        *_texts("outcome"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        *_texts("asked", "reason", "fields"),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
    )
    op.create_index("observations_by_target", "observations", ["scan", "target", "sequence"])
    op.create_table(
        "ledger",
        sa.Column("scan", sa.Integer(), sa.ForeignKey("scans.number"), primary_key=True),
        sa.Column("target", sa.Text(), primary_key=True),
        *_texts("channels"),
        sa.Column("reasons", sa.Text()),
    )


def _sweeps() -> None:
    for name in ("memories", "statuses"):
        op.create_table(name, sa.Column("site", sa.Text(), primary_key=True), *_texts("text"))
    op.create_table(
        "outbox",
        sa.Column("number", sa.Integer(), primary_key=True),
        *_texts("id", "receiver", "site"),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("delivered_at", sa.BigInteger()),
        *_texts("failure"),
        sa.UniqueConstraint("id", "receiver", name="outbox_once"),
    )
    op.create_index("outbox_by_due", "outbox", ["receiver", "delivered_at", "due_at"])


def _states() -> None:
    op.create_table(
        "states",
        sa.Column("number", sa.Integer(), primary_key=True),
        *_texts("site", "device", "address", "state", "who", "why"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        *_texts("names", "proof"),
    )
    op.create_table(
        "state_keys",
        sa.Column("key", sa.Text(), primary_key=True),
        sa.Column("state", sa.Integer(), sa.ForeignKey("states.number"), primary_key=True),
    )


def _register() -> None:
    op.create_table(
        "register",
        sa.Column("number", sa.Integer(), primary_key=True),
        *_texts("site", "device", "address", "verdict", "policies"),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("first_seen", "last_seen")),
        *_texts("state"),
        sa.Column("state_at", sa.BigInteger()),
    )
    op.create_index("register_by_site", "register", ["site", "state"])
    op.create_table(
        "register_tracks",
        sa.Column("entry", sa.Integer(), sa.ForeignKey("register.number"), primary_key=True),
        *_texts("text"),
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
        *_texts("site"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        *_texts("basis"),
    )
    op.create_index("registered_by_site", "registered", ["site"])


def _derived() -> None:
    op.create_table(
        "derived",
        sa.Column("scan", sa.Integer(), sa.ForeignKey("scans.number"), primary_key=True, autoincrement=False),
        *_texts("basis", "extent"),
        sa.Column("parts", sa.Integer(), nullable=False),
    )
    op.create_table(
        "derived_parts",
        sa.Column("scan", sa.Integer(), sa.ForeignKey("derived.scan"), primary_key=True),
        sa.Column("part", sa.Integer(), primary_key=True),
        *(sa.Column(name, sa.LargeBinary(), nullable=False) for name in ("digest", "data")),
    )


def _texts(*names: str) -> tuple[sa.Column[str], ...]:
    return tuple(sa.Column(name, sa.Text(), nullable=False) for name in names)

"""One row for each message and receiver: what one receiver has taken, another may still lack."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_KEPT = "id, site, made_at, body, attempts, due_at, delivered_at, failure"


def upgrade() -> None:
    """Make the outbox anew; what is in it goes to the webhook, which was the only receiver so far."""
    op.create_table(
        "outbox_new",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("delivered_at", sa.BigInteger()),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.UniqueConstraint("id", "receiver", name="outbox_once"),
    )
    op.execute(f"INSERT INTO outbox_new ({_KEPT}, receiver) SELECT {_KEPT}, 'webhook' FROM outbox ORDER BY number")  # noqa: S608 - no value of anybody's
    op.drop_index("outbox_by_due", "outbox")
    op.drop_table("outbox")
    op.rename_table("outbox_new", "outbox")
    op.create_index("outbox_by_due", "outbox", ["receiver", "delivered_at", "due_at"])

"""The tables, as the newest migration leaves them.

Times are whole microseconds since 1970 UTC: exact, sortable, and the same on every database. Text columns hold text as
`camscan.store.text` escapes it, because neither NUL nor half a surrogate pair can be stored everywhere.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

REVISION = "0003"
"""The newest migration, and so the schema that this version of camscan reads and writes."""

metadata = MetaData()

scans = Table(
    "scans",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("site", Text),
    Column("started_at", BigInteger, nullable=False),
    Column("finished_at", BigInteger),
    Column("status", Text, nullable=False),
    Column("targets", Text, nullable=False),
    Column("excluded", Text, nullable=False),
    Column("channels", Text, nullable=False),
    Column("vantage", Text, nullable=False),
    Column("settings", Text, nullable=False),
    Column("sent", Text, nullable=False),
    Column("notes", Text, nullable=False),
)

# SQLite numbers rows by itself only where the key is of type INTEGER; a server needs all 64 bits.
_sequence = BigInteger().with_variant(Integer, "sqlite")

observations = Table(
    "observations",
    metadata,
    Column("sequence", _sequence, primary_key=True),
    Column("scan", Integer, ForeignKey("scans.number"), nullable=False),
    Column("target", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("port", Integer),
    Column("outcome", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("asked", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("fields", Text, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Index("observations_by_target", "scan", "target", "sequence"),
)

ledger = Table(
    "ledger",
    metadata,
    Column("scan", Integer, ForeignKey("scans.number"), primary_key=True),
    Column("target", Text, primary_key=True),
    Column("channels", Text, nullable=False),
    Column("reasons", Text),
)

memories = Table(
    "memories",
    metadata,
    Column("site", Text, primary_key=True),
    Column("text", Text, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", Text, nullable=False),
    Column("receiver", Text, nullable=False),
    Column("site", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("delivered_at", BigInteger),
    Column("failure", Text, nullable=False),
    UniqueConstraint("id", "receiver", name="outbox_once"),
    Index("outbox_by_due", "receiver", "delivered_at", "due_at"),
)

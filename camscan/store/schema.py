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

REVISION = "0001"  # the newest migration, and so the schema that this version of camscan reads and writes

metadata = MetaData()


def _texts(*names: str) -> tuple[Column[str], ...]:
    return tuple(Column(name, Text, nullable=False) for name in names)


scans = Table(
    "scans",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("site", Text),
    Column("started_at", BigInteger, nullable=False),
    Column("finished_at", BigInteger),
    *_texts("status", "targets", "excluded", "channels", "vantage", "settings", "sent", "notes"),
    Index("scans_by_site", "site", "started_at"),
)

# SQLite numbers rows by itself only where the key is of type INTEGER; a server needs all 64 bits.
_sequence = BigInteger().with_variant(Integer, "sqlite")

observations = Table(
    "observations",
    metadata,
    Column("sequence", _sequence, primary_key=True),
    Column("scan", Integer, ForeignKey("scans.number"), nullable=False),
    *_texts("target", "channel"),
    Column("port", Integer),
    *_texts("outcome"),
    Column("at", BigInteger, nullable=False),
    *_texts("asked", "reason", "fields"),
    Column("raw", LargeBinary, nullable=False),
    Index("observations_by_target", "scan", "target", "sequence"),
)

ledger = Table(
    "ledger",
    metadata,
    Column("scan", Integer, ForeignKey("scans.number"), primary_key=True),
    Column("target", Text, primary_key=True),
    *_texts("channels"),
    Column("reasons", Text),
)

memories = Table(
    "memories",
    metadata,
    Column("site", Text, primary_key=True),
    *_texts("text"),
)

# What `camscan status` shows of each, written together with it: the texts of 50 sites take a second to read.
statuses = Table(
    "statuses",
    metadata,
    Column("site", Text, primary_key=True),
    *_texts("text"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("number", Integer, primary_key=True),
    *_texts("id", "receiver", "site"),
    Column("made_at", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("delivered_at", BigInteger),
    *_texts("failure"),
    UniqueConstraint("id", "receiver", name="outbox_once"),
    Index("outbox_by_due", "receiver", "delivered_at", "due_at"),
)

states = Table(
    "states",
    metadata,
    Column("number", Integer, primary_key=True),
    *_texts("site", "device", "address", "state", "who", "why"),
    Column("at", BigInteger, nullable=False),
    *_texts("names", "proof"),
)

state_keys = Table(
    "state_keys",
    metadata,
    Column("key", Text, primary_key=True),
    Column("state", Integer, ForeignKey("states.number"), primary_key=True),
)

# The register is derived from the scans and from `states`: it can be dropped and made again. Its scans stand in it by
# their ids and without a foreign key, for a scan may go and what was learned from it stays.

register = Table(
    "register",
    metadata,
    Column("number", Integer, primary_key=True),
    *_texts("site", "device", "address", "verdict", "policies"),
    Column("first_seen", BigInteger, nullable=False),
    Column("last_seen", BigInteger, nullable=False),
    *_texts("state"),
    Column("state_at", BigInteger),
    Index("register_by_site", "site", "state"),
)

register_tracks = Table(
    "register_tracks",
    metadata,
    Column("entry", Integer, ForeignKey("register.number"), primary_key=True),
    *_texts("text"),
)

register_keys = Table(
    "register_keys",
    metadata,
    Column("key", Text, primary_key=True),
    Column("entry", Integer, ForeignKey("register.number"), primary_key=True),
    Index("register_keys_by_entry", "entry"),
)

registered = Table(
    "registered",
    metadata,
    Column("scan", Text, primary_key=True),
    *_texts("site"),
    Column("at", BigInteger, nullable=False),
    *_texts("basis"),
    Index("registered_by_site", "site"),
)

# Derived as well: what follows from the observations of a scan. `basis` says by what it was derived, `extent` from
# which observations; a row that these or its digest do not bear out is not used.

derived = Table(
    "derived",
    metadata,
    Column("scan", Integer, ForeignKey("scans.number"), primary_key=True, autoincrement=False),
    *_texts("basis", "extent"),
    Column("parts", Integer, nullable=False),
)

derived_parts = Table(
    "derived_parts",
    metadata,
    Column("scan", Integer, ForeignKey("derived.scan"), primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

"""The tables of the audit log. Times are Unix microseconds; hashes are 32 bytes."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text

metadata = MetaData(
    naming_convention={"pk": "pk_%(table_name)s", "ix": "ix_%(table_name)s_%(column_0_name)s"}
)

_row_id = BigInteger().with_variant(Integer, "sqlite")

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    Column("origin", Text, nullable=False),
    Column("checkpoint", Text, nullable=False),
    Column("edge", LargeBinary),
)
"""One row, of id 1: whoever appends locks it. `edge`: the hashes of the partial tile of level 0."""

audit_sources = Table(
    "audit_sources",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("application", String(126), nullable=False),
    Column("kind", String(125), nullable=False),
    Index("ix_audit_sources_application", "application", "kind", unique=True),
)

audit_events = Table(
    "audit_events",
    metadata,
    Column("id", _row_id, primary_key=True, autoincrement=False),
    Column("ts_us", BigInteger, nullable=False),
    Column("source_id", Integer, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Index("ix_audit_events_source_id", "source_id", "id"),
)
"""`id` is the index of the leaf + 1."""

audit_tiles = Table(
    "audit_tiles",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("hashes", LargeBinary, nullable=False),
    Column("root", LargeBinary, nullable=False),
)
"""Complete tiles: 256 hashes, and the root above them."""

audit_spans = Table(
    "audit_spans",
    metadata,
    Column("number", _row_id, primary_key=True, autoincrement=False),
    Column("min_us", BigInteger, nullable=False),
    Column("max_us", BigInteger, nullable=False),
)
"""The first and the last time among the events of each complete tile of level 0."""

audit_keys = Table(
    "audit_keys",
    metadata,
    Column("key", Text, primary_key=True),
    Column("body_sha256", LargeBinary, nullable=False),
    Column("first_index", BigInteger, nullable=False),
    Column("events", BigInteger, nullable=False),
    Column("created_us", BigInteger, nullable=False),
    Index("ix_audit_keys_created_us", "created_us"),
)
"""Requests that may be sent again."""

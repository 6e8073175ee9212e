"""The tables of the relational store. Times are Unix microseconds; hashes are 32 bytes or 64 hex digits."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text

metadata = MetaData(
    naming_convention={"pk": "pk_%(table_name)s", "ix": "ix_%(table_name)s_%(column_0_name)s"}
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", String(12), primary_key=True),
    Column("name", String(128), nullable=False),
    Column("scopes", Text, nullable=False),
    Column("secret_sha256", LargeBinary, nullable=False),
    Column("created_us", BigInteger, nullable=False),
    Column("expires_us", BigInteger),
    Column("revoked_us", BigInteger),
    Column("signing_secret", LargeBinary),
    Column("max_agents", Integer),
    Column("enrolled", Integer, nullable=False, server_default="0"),
    Column("tags", Text, nullable=False, server_default="[]"),
)
"""`signing_secret` is encrypted; only tokens that sign requests have one. `tags` is a JSON list."""

used_signatures = Table(
    "used_signatures",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("expires_us", BigInteger, nullable=False),
    Index("ix_used_signatures_expires_us", "expires_us"),
)
"""Signatures of requests that were done; forgotten when nobody would accept them any more."""

users = Table(
    "users",
    metadata,
    Column("name", String(128), primary_key=True),
    Column("password_hash", Text, nullable=False),
    Column("is_admin", Boolean, nullable=False),
    Column("created_us", BigInteger, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("secret_sha256", LargeBinary, primary_key=True),
    Column("name", String(128), nullable=False),
    Column("is_admin", Boolean, nullable=False),
    Column("expires_us", BigInteger, nullable=False),
)

sign_in_links = Table(
    "sign_in_links",
    metadata,
    Column("code_sha256", LargeBinary, primary_key=True),
    Column("expires_us", BigInteger, nullable=False),
)

agents = Table(
    "agents",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("hostname", String(253), nullable=False),
    Column("machine_id", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("agent_version", Text, nullable=False),
    Column("credential_sha256", LargeBinary, nullable=False),
    Column("enrolled_us", BigInteger, nullable=False),
    Column("last_seen_us", BigInteger, nullable=False),
    Column("address", Text, nullable=False),
    Column("skew_us", BigInteger, nullable=False),
    Column("nonce", String(32), nullable=False, server_default=""),
    Column("enrolled_by", String(12), nullable=False, server_default=""),
)
"""`nonce` is of the process that checked in last, empty: none did yet; `enrolled_by` is a token's id."""

stream_ledgers = Table(
    "stream_ledgers",
    metadata,
    Column("agent_id", String(32), primary_key=True),
    Column("stream", String(64), primary_key=True),
    Column("ledger", Text, nullable=False),
)

stream_marks = Table(
    "stream_marks",
    metadata,
    Column("agent_id", String(32), primary_key=True),
    Column("stream", String(64), primary_key=True),
    Column("epoch", String(32), primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("gaps", Text, nullable=False),
)

sample_windows = Table(
    "sample_windows",
    metadata,
    Column("agent_id", String(32), primary_key=True),
    Column("start_s", BigInteger, primary_key=True),
    Column("revision", BigInteger, nullable=False),
)
"""Windows whose rollups are out of date. A window that gets more samples gets another revision."""

row_id = BigInteger().with_variant(Integer, "sqlite")

servers = Table(
    "servers",
    metadata,
    Column("id", row_id, primary_key=True),
    Column("name", String(255), nullable=False),
    Column("ip_address", String(45), nullable=False),
    Column("description", Text, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("agent_id", String(32)),
    Column("reported_us", BigInteger),
    Index("ix_servers_name", "name"),
    Index("ix_servers_agent_id", "agent_id", unique=True),
    sqlite_autoincrement=True,
)

additional_information = Table(
    "additional_information",
    metadata,
    Column("id", row_id, primary_key=True),
    Column("hostname", String(255), nullable=False),
    Column("inventory", Text),
    Column("body", Text),
    Column("steady_sha256", String(64)),
    Column("inventory_us", BigInteger),
    Column("reported_us", BigInteger, nullable=False),
    Column("agent_id", String(32)),
    Index("ix_additional_information_hostname", "hostname"),
    Index("ix_additional_information_agent_id", "agent_id", unique=True),
    sqlite_autoincrement=True,
)
"""`inventory` is the agent's newest, of `inventory_us`; a client's `body` hides it until the next one."""

inventory_versions = Table(
    "inventory_versions",
    metadata,
    Column("id", row_id, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("record_id", BigInteger, nullable=False),
    Column("ts_us", BigInteger, nullable=False),
    Column("change", String(16), nullable=False),
    Column("by", Text, nullable=False),
    Column("form", String(16), nullable=False),
    Column("document", Text, nullable=False),
    Index("ix_inventory_versions_record", "kind", "record_id", "id"),
    Index("ix_inventory_versions_ts_us", "ts_us"),
    sqlite_autoincrement=True,
)

event_types = Table(
    "event_types",
    metadata,
    Column("id", row_id, primary_key=True),
    Column("name", String(255), nullable=False),
    Column("description", Text, nullable=False),
    Column("created_us", BigInteger, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("total", BigInteger, nullable=False),
    Index("ix_event_types_name", "name", unique=True),
)
"""`total` is the sum of a type's counts, written in the same transaction."""

event_counts = Table(
    "event_counts",
    metadata,
    Column("event_type_id", BigInteger, primary_key=True),
    Column("hour", BigInteger, primary_key=True),
    Column("count", BigInteger, nullable=False),
    Index("ix_event_counts_hour", "hour"),
)
"""`hour` is in hours since 1970, UTC."""

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("surface", String(16), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("body_sha256", LargeBinary, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    Column("created_us", BigInteger, nullable=False),
    Index("ix_idempotency_keys_created_us", "created_us"),
)

audit_outbox = Table(
    "audit_outbox",
    metadata,
    Column("id", row_id, primary_key=True),
    Column("key", String(32), nullable=False),
    Column("ts_us", BigInteger, nullable=False),
    Column("kind", String(125), nullable=False),
    Column("details", Text, nullable=False),
    Index("ix_audit_outbox_key", "key", unique=True),
)
"""Control actions that are not in the audit log yet; it remembers their keys."""

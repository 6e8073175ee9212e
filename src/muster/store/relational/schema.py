"""The tables of the relational store. Times are Unix microseconds; hashes are 32 bytes or 64 hex digits."""

from sqlalchemy import BigInteger, Boolean, Column, LargeBinary, MetaData, String, Table, Text

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
)

users = Table(
    "users",
    metadata,
    Column("name", String(128), primary_key=True),
    Column("password_hash", Text, nullable=False),
    Column("is_admin", Boolean, nullable=False),
    Column("created_us", BigInteger, nullable=False),
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
)

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

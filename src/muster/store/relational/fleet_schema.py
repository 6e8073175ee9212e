"""The tables of the fleet: what it should do, each change of that, and what agents say and are told."""

from sqlalchemy import BigInteger, Boolean, Column, Index, String, Table, Text

from muster.store.relational import schema
from muster.store.relational.schema import row_id

metadata = schema.metadata
"""Every table of the relational store, since this module completes those of `schema`."""

fleet_configs = Table(
    "fleet_configs",
    metadata,
    Column("name", String(128), primary_key=True),
    Column("config", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("created_us", BigInteger, nullable=False),
    Column("changed_us", BigInteger, nullable=False),
)

fleet_tags = Table(
    "fleet_tags",
    metadata,
    Column("name", String(128), primary_key=True),
    Column("note", Text, nullable=False),
    Column("created_us", BigInteger, nullable=False),
)

fleet_tag_agents = Table(
    "fleet_tag_agents",
    metadata,
    Column("tag", String(128), primary_key=True),
    Column("agent_id", String(32), primary_key=True),
)

fleet_tag_configs = Table(
    "fleet_tag_configs",
    metadata,
    Column("tag", String(128), primary_key=True),
    Column("config", String(128), primary_key=True),
)

fleet_assignments = Table(
    "fleet_assignments",
    metadata,
    Column("config", String(128), primary_key=True),
    Column("agent_id", String(32), primary_key=True),
)

fleet_runners = Table(
    "fleet_runners",
    metadata,
    Column("config", String(128), primary_key=True),
    Column("agent_id", String(32), primary_key=True),
    Column("is_running", Boolean, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("is_deleted", Boolean, nullable=False),
)
"""Only runners that are not simply to run."""

fleet_tombstones = Table(
    "fleet_tombstones",
    metadata,
    Column("agent_id", String(32), primary_key=True),
    Column("nonce", String(32), nullable=False),
    Column("deleted_us", BigInteger, nullable=False),
)

fleet_exclusions = Table(
    "fleet_exclusions",
    metadata,
    Column("agent_id", String(32), primary_key=True),
    Column("since_us", BigInteger, nullable=False),
)

fleet_settings = Table(
    "fleet_settings",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

fleet_collect_rules = Table(
    "fleet_collect_rules",
    metadata,
    Column("scope", String(8), primary_key=True),
    Column("target", String(253), primary_key=True),
    Column("value", Text, nullable=False),
)
"""What agents collect, as JSON."""

server_settings = Table(
    "server_settings",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)
"""Settings of the server that were made in the console, as JSON."""

fleet_revisions = Table(
    "fleet_revisions",
    metadata,
    Column("id", row_id, primary_key=True),
    Column("ts_us", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("changes", Text, nullable=False),
    sqlite_autoincrement=True,
)

agent_runners = Table(
    "agent_runners",
    metadata,
    Column("agent_id", String(32), primary_key=True),
    Column("applied", String(64), nullable=False),
    Column("runners", Text, nullable=False),
    Column("failing", Text, nullable=False, server_default="{}"),
)
"""What each agent said last of its runners, since when some fail, and which desired state it took over."""

runner_changes = Table(
    "runner_changes",
    metadata,
    Column("id", row_id, primary_key=True),
    Column("agent_id", String(32), nullable=False),
    Column("runner", String(128), nullable=False),
    Column("was", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("ts_us", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Index("ix_runner_changes_agent_id", "agent_id", "id"),
    Index("ix_runner_changes_ts_us", "ts_us"),
    sqlite_autoincrement=True,
)
"""What became of runners; the newest of each agent, see `core.fleet.runner_history`."""

agent_commands = Table(
    "agent_commands",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("agent_id", String(32), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("argument", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("created_us", BigInteger, nullable=False),
    Column("expires_us", BigInteger, nullable=False),
    Column("sent_us", BigInteger),
    Column("ended_us", BigInteger),
    Column("message", Text, nullable=False),
    Index("ix_agent_commands_agent_id", "agent_id", "created_us"),
)

releases = Table(
    "releases",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("version", String(32), nullable=False),
    Column("os", String(32), nullable=False),
    Column("arch", String(32), nullable=False),
    Column("python", String(32), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("signature", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("added_us", BigInteger, nullable=False),
    Column("lacks", Text, nullable=False, server_default=""),
    Index("ix_releases_target", "os", "arch", "python", "version", unique=True),
)
"""Packages of the agent; their files lie in the data directory."""

agent_upgrades = Table(
    "agent_upgrades",
    metadata,
    Column("agent_id", String(32), primary_key=True),
    Column("status", Text, nullable=False),
)
"""What each agent said last of upgrades, as JSON."""

"""Configurations, tags, who gets what, revisions, runners, commands; keys that sign requests."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_row_id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.add_column("tokens", sa.Column("signing_secret", sa.LargeBinary))
    op.create_table(
        "used_signatures",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("expires_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_used_signatures"),
    )
    op.create_index("ix_used_signatures_expires_us", "used_signatures", ["expires_us"])
    op.add_column("agents", sa.Column("nonce", sa.String(32), nullable=False, server_default=""))
    _create_plan()
    op.create_table(
        "fleet_revisions",
        sa.Column("id", _row_id, nullable=False),
        sa.Column("ts_us", sa.BigInteger, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("changes", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_fleet_revisions"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "agent_runners",
        sa.Column("agent_id", sa.String(32), nullable=False),
        sa.Column("applied", sa.String(64), nullable=False),
        sa.Column("runners", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("agent_id", name="pk_agent_runners"),
    )
    op.create_table(
        "agent_commands",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("agent_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("argument", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("created_us", sa.BigInteger, nullable=False),
        sa.Column("expires_us", sa.BigInteger, nullable=False),
        sa.Column("sent_us", sa.BigInteger),
        sa.Column("ended_us", sa.BigInteger),
        sa.Column("message", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_agent_commands"),
    )
    op.create_index("ix_agent_commands_agent_id", "agent_commands", ["agent_id", "created_us"])


def _create_plan() -> None:
    op.create_table(
        "fleet_configs",
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("config", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("created_us", sa.BigInteger, nullable=False),
        sa.Column("changed_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_fleet_configs"),
    )
    op.create_table(
        "fleet_tags",
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("created_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_fleet_tags"),
    )
    op.create_table(
        "fleet_tag_agents",
        sa.Column("tag", sa.String(128), nullable=False),
        sa.Column("agent_id", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("tag", "agent_id", name="pk_fleet_tag_agents"),
    )
    op.create_table(
        "fleet_tag_configs",
        sa.Column("tag", sa.String(128), nullable=False),
        sa.Column("config", sa.String(128), nullable=False),
        sa.PrimaryKeyConstraint("tag", "config", name="pk_fleet_tag_configs"),
    )
    op.create_table(
        "fleet_assignments",
        sa.Column("config", sa.String(128), nullable=False),
        sa.Column("agent_id", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("config", "agent_id", name="pk_fleet_assignments"),
    )
    op.create_table(
        "fleet_runners",
        sa.Column("config", sa.String(128), nullable=False),
        sa.Column("agent_id", sa.String(32), nullable=False),
        sa.Column("is_running", sa.Boolean, nullable=False),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("is_deleted", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("config", "agent_id", name="pk_fleet_runners"),
    )
    op.create_table(
        "fleet_tombstones",
        sa.Column("agent_id", sa.String(32), nullable=False),
        sa.Column("nonce", sa.String(32), nullable=False),
        sa.Column("deleted_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("agent_id", name="pk_fleet_tombstones"),
    )
    op.create_table(
        "fleet_settings",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_fleet_settings"),
    )


def downgrade() -> None:
    for table in (
        *("agent_commands", "agent_runners", "fleet_revisions", "fleet_settings", "fleet_tombstones"),
        *("fleet_runners", "fleet_assignments", "fleet_tag_configs", "fleet_tag_agents"),
        *("fleet_tags", "fleet_configs", "used_signatures"),
    ):
        op.drop_table(table)
    op.drop_column("agents", "nonce")
    op.drop_column("tokens", "signing_secret")

"""Servers, additional information and their versions."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "servers",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("ip_address", sa.String(45), nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("is_active", sa.Boolean, nullable=False),
        sa.Column("agent_id", sa.String(32)),
        sa.Column("reported_us", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_servers"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_servers_name", "servers", ["name"])
    op.create_index("ix_servers_agent_id", "servers", ["agent_id"], unique=True)
    op.create_table(
        "additional_information",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("hostname", sa.String(255), nullable=False),
        sa.Column("inventory", sa.Text),
        sa.Column("body", sa.Text),
        sa.Column("steady_sha256", sa.String(64)),
        sa.Column("inventory_us", sa.BigInteger),
        sa.Column("reported_us", sa.BigInteger, nullable=False),
        sa.Column("agent_id", sa.String(32)),
        sa.PrimaryKeyConstraint("id", name="pk_additional_information"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_additional_information_hostname", "additional_information", ["hostname"])
    op.create_index("ix_additional_information_agent_id", "additional_information", ["agent_id"], unique=True)
    op.create_table(
        "inventory_versions",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("record_id", sa.BigInteger, nullable=False),
        sa.Column("ts_us", sa.BigInteger, nullable=False),
        sa.Column("change", sa.String(16), nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("form", sa.String(16), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_inventory_versions"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_inventory_versions_record", "inventory_versions", ["kind", "record_id", "id"])
    op.create_index("ix_inventory_versions_ts_us", "inventory_versions", ["ts_us"])


def downgrade() -> None:
    for table in ("inventory_versions", "additional_information", "servers"):
        op.drop_table(table)

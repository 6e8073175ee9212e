"""Releases of the agent, and what agents say of upgrades."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "releases",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("version", sa.String(32), nullable=False),
        sa.Column("os", sa.String(32), nullable=False),
        sa.Column("arch", sa.String(32), nullable=False),
        sa.Column("python", sa.String(32), nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("signature", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("added_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_releases"),
    )
    op.create_index("ix_releases_target", "releases", ["os", "arch", "python", "version"], unique=True)
    op.create_table(
        "agent_upgrades",
        sa.Column("agent_id", sa.String(32), nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("agent_id", name="pk_agent_upgrades"),
    )


def downgrade() -> None:
    for table in ("agent_upgrades", "releases"):
        op.drop_table(table)

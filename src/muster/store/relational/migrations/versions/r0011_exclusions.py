"""Agents that are shut out: their credentials do not count."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "fleet_exclusions",
        sa.Column("agent_id", sa.String(32), nullable=False),
        sa.Column("since_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("agent_id", name="pk_fleet_exclusions"),
    )


def downgrade() -> None:
    op.drop_table("fleet_exclusions")

"""What agents collect, for all, by tag and by agent."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "fleet_collect_rules",
        sa.Column("scope", sa.String(8), nullable=False),
        sa.Column("target", sa.String(253), nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("scope", "target", name="pk_fleet_collect_rules"),
    )


def downgrade() -> None:
    op.drop_table("fleet_collect_rules")

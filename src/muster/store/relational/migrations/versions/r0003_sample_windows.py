"""Windows of samples whose rollups are out of date."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "sample_windows",
        sa.Column("agent_id", sa.String(32), nullable=False),
        sa.Column("start_s", sa.BigInteger, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("agent_id", "start_s", name="pk_sample_windows"),
    )


def downgrade() -> None:
    op.drop_table("sample_windows")

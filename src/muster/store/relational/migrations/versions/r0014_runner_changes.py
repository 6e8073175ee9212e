"""What became of runners, and since when some of them fail."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "runner_changes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("agent_id", sa.String(32), nullable=False),
        sa.Column("runner", sa.String(128), nullable=False),
        sa.Column("was", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("ts_us", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_runner_changes"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_runner_changes_agent_id", "runner_changes", ["agent_id", "id"])
    op.create_index("ix_runner_changes_ts_us", "runner_changes", ["ts_us"])
    op.add_column("agent_runners", sa.Column("failing", sa.Text, nullable=False, server_default="{}"))


def downgrade() -> None:
    op.drop_column("agent_runners", "failing")
    op.drop_table("runner_changes")

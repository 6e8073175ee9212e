"""Control actions on their way into the audit log."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_row_id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "audit_outbox",
        sa.Column("id", _row_id, nullable=False),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("ts_us", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(125), nullable=False),
        sa.Column("details", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_outbox"),
    )
    op.create_index("ix_audit_outbox_key", "audit_outbox", ["key"], unique=True)


def downgrade() -> None:
    op.drop_table("audit_outbox")

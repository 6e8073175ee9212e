"""Event types with hourly counts, and answers of requests that may be sent again."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_row_id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "event_types",
        sa.Column("id", _row_id, nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("created_us", sa.BigInteger, nullable=False),
        sa.Column("is_active", sa.Boolean, nullable=False),
        sa.Column("total", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_event_types"),
    )
    op.create_index("ix_event_types_name", "event_types", ["name"], unique=True)
    op.create_table(
        "event_counts",
        sa.Column("event_type_id", sa.BigInteger, nullable=False),
        sa.Column("hour", sa.BigInteger, nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("event_type_id", "hour", name="pk_event_counts"),
    )
    op.create_index("ix_event_counts_hour", "event_counts", ["hour"])
    op.create_table(
        "idempotency_keys",
        sa.Column("surface", sa.String(16), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("body_sha256", sa.LargeBinary, nullable=False),
        sa.Column("answer", sa.LargeBinary, nullable=False),
        sa.Column("created_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("surface", "key", name="pk_idempotency_keys"),
    )
    op.create_index("ix_idempotency_keys_created_us", "idempotency_keys", ["created_us"])


def downgrade() -> None:
    for table in ("idempotency_keys", "event_counts", "event_types"):
        op.drop_table(table)

"""Events, their tree and its signed head."""

import sqlalchemy as sa
from alembic import op

revision = "a0001"
down_revision = None

_row_id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("checkpoint", sa.Text, nullable=False),
        sa.Column("edge", sa.LargeBinary),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
    )
    op.execute("INSERT INTO audit_head (id, size, origin, checkpoint) VALUES (1, 0, '', '')")
    op.create_table(
        "audit_sources",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("application", sa.String(126), nullable=False),
        sa.Column("kind", sa.String(125), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_sources"),
    )
    op.create_index("ix_audit_sources_application", "audit_sources", ["application", "kind"], unique=True)
    op.create_table(
        "audit_events",
        sa.Column("id", _row_id, nullable=False, autoincrement=False),
        sa.Column("ts_us", sa.BigInteger, nullable=False),
        sa.Column("source_id", sa.Integer, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_events"),
    )
    op.create_index("ix_audit_events_source_id", "audit_events", ["source_id", "id"])
    op.create_table(
        "audit_tiles",
        sa.Column("level", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("number", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("hashes", sa.LargeBinary, nullable=False),
        sa.Column("root", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("level", "number", name="pk_audit_tiles"),
    )
    op.create_table(
        "audit_spans",
        sa.Column("number", _row_id, nullable=False, autoincrement=False),
        sa.Column("min_us", sa.BigInteger, nullable=False),
        sa.Column("max_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit_spans"),
    )
    op.create_table(
        "audit_keys",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("body_sha256", sa.LargeBinary, nullable=False),
        sa.Column("first_index", sa.BigInteger, nullable=False),
        sa.Column("events", sa.BigInteger, nullable=False),
        sa.Column("created_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_audit_keys"),
    )
    op.create_index("ix_audit_keys_created_us", "audit_keys", ["created_us"])


def downgrade() -> None:
    for table in (
        "audit_keys",
        "audit_spans",
        "audit_tiles",
        "audit_events",
        "audit_sources",
        "audit_head",
    ):
        op.drop_table(table)

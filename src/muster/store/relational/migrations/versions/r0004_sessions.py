"""Sessions and sign-in links."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "sessions",
        sa.Column("secret_sha256", sa.LargeBinary, nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("is_admin", sa.Boolean, nullable=False),
        sa.Column("expires_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("secret_sha256", name="pk_sessions"),
    )
    op.create_table(
        "sign_in_links",
        sa.Column("code_sha256", sa.LargeBinary, nullable=False),
        sa.Column("expires_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("code_sha256", name="pk_sign_in_links"),
    )


def downgrade() -> None:
    for table in ("sign_in_links", "sessions"):
        op.drop_table(table)

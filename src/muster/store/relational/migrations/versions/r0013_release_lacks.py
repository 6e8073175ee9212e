"""What a package of the agent lacks, beside others."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("releases", sa.Column("lacks", sa.Text, nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("releases", "lacks")

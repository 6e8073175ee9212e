"""How many agents a token may enrol and did, the tags that they get, and which token let an agent in."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("tokens", sa.Column("max_agents", sa.Integer))
    op.add_column("tokens", sa.Column("enrolled", sa.Integer, nullable=False, server_default="0"))
    op.add_column("tokens", sa.Column("tags", sa.Text, nullable=False, server_default="[]"))
    op.add_column("agents", sa.Column("enrolled_by", sa.String(12), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("agents", "enrolled_by")
    for column in ("tags", "enrolled", "max_agents"):
        op.drop_column("tokens", column)

"""Migrations: from whatever schema a database has to the one of this version."""

import io
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text

from muster.errors import SettingsError
from muster.store.relational.database import Relational

ADVISORY_LOCK = 0x6D75737465
"""PostgreSQL: two servers that start at once migrate one after the other."""


class Chain(NamedTuple):
    """Revisions that follow each other: where they lie, and the table that says how far a database is."""

    directory: str
    version_table: str


MAIN = Chain("migrations", "alembic_version")
AUDIT = Chain("audit_migrations", "audit_alembic_version")


class MigrationPlan(msgspec.Struct, frozen=True):
    """Where a database stands, where it shall go, and the SQL between; None: an empty database."""

    current: str | None
    target: str
    sql: str

    @property
    def is_current(self) -> bool:
        """Tell whether there is nothing to do."""
        return self.current == self.target


def migrate(relational: Relational, chain: Chain = MAIN, *, dry_run: bool = False) -> MigrationPlan:
    """Bring a database to this version's schema in one transaction, or only say what that would do. Blocks.

    Raises SettingsError when the database was made by a newer version, Unavailable when it is gone.
    """
    plan = plan_migration(relational, chain)
    if not (dry_run or plan.is_current):
        relational.write_now(lambda connection: _upgrade(connection, chain))
    return plan


def plan_migration(relational: Relational, chain: Chain = MAIN) -> MigrationPlan:
    """Compare a database with this version. Raises as `migrate` does."""
    script = ScriptDirectory.from_config(_config(chain))
    target = script.get_current_head() or ""
    current = relational.read_now(lambda connection: _revision(connection, chain))
    if current is not None:
        try:
            script.get_revision(current)
        except CommandError:
            raise SettingsError(
                f"the database has revision {current}, which is newer than this version of Muster ({target})"
            ) from None
    return MigrationPlan(current, target, "" if current == target else _sql(relational, chain, current))


def _revision(connection: Connection, chain: Chain) -> str | None:
    opts = {"version_table": chain.version_table}
    return MigrationContext.configure(connection, opts=opts).get_current_revision()


def _upgrade(connection: Connection, chain: Chain) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
    command.upgrade(_config(chain, connection=connection), "head")


def _sql(relational: Relational, chain: Chain, current: str | None) -> str:
    buffer = io.StringIO()
    config = _config(chain, dialect=relational.engine.dialect.name)
    config.output_buffer = buffer
    command.upgrade(config, f"{current or 'base'}:head", sql=True)
    return buffer.getvalue().strip()


def _config(chain: Chain, **attributes: Any) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / chain.directory))
    config.attributes.update(attributes, version_table=chain.version_table)
    return config

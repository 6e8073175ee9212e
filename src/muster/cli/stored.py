"""Opens the relational store for commands that work on it beside a running server."""

from collections.abc import Iterator
from contextlib import contextmanager

from muster.core.access import Access
from muster.core.people import People
from muster.settings import Settings
from muster.store.relational.database import Relational, open_relational
from muster.store.relational.migrate import migrate
from muster.store.relational.sessions import RelationalSessions
from muster.store.relational.tokens import RelationalTokens
from muster.store.relational.users import RelationalUsers


@contextmanager
def opened_relational(settings: Settings) -> Iterator[Relational]:
    """Open the relational store as it is. Raises SettingsError."""
    relational = open_relational(settings.relational.dsn, settings.data)
    try:
        yield relational
    finally:
        relational.close()


@contextmanager
def opened_access(settings: Settings) -> Iterator[Access]:
    """Open the relational store at this version's schema. Raises SettingsError."""
    with opened_relational(settings) as relational:
        migrate(relational)
        yield Access(RelationalTokens(relational))


@contextmanager
def opened_people(settings: Settings) -> Iterator[People]:
    """Open the relational store at this version's schema. Raises SettingsError."""
    with opened_relational(settings) as relational:
        migrate(relational)
        yield People(RelationalUsers(relational), RelationalSessions(relational))

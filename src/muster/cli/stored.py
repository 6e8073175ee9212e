"""Opens the relational store for commands that work on it beside a running server."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from muster.core.access import Access
from muster.core.fleet.plan import Plan
from muster.core.fleet.releases import Releases
from muster.core.fleet.server_settings import edits_of
from muster.core.people import People
from muster.errors import SettingsError
from muster.settings import LoadedSettings, Settings, overlay
from muster.store.packages import PackageFiles
from muster.store.relational.database import Relational, open_relational
from muster.store.relational.fleet import RelationalPlan
from muster.store.relational.migrate import plan_migration
from muster.store.relational.releases import RelationalReleases
from muster.store.relational.sessions import RelationalSessions
from muster.store.relational.tokens import RelationalTokens
from muster.store.relational.users import RelationalUsers


@contextmanager
def opened_relational(settings: Settings, *, create: bool = False) -> Iterator[Relational]:
    """Open the relational store as it is. Raises SettingsError when there is none, unless it may `create`."""
    relational = open_relational(settings.relational.dsn, settings.data, create=create)
    try:
        yield relational
    finally:
        relational.close()


@contextmanager
def opened_access(settings: Settings) -> Iterator[Access]:
    """Open the relational store, which has this version's schema. Raises SettingsError."""
    with opened_relational(settings) as relational:
        check_schema(relational, settings)
        yield Access(RelationalTokens(relational))


@contextmanager
def opened_people(settings: Settings) -> Iterator[People]:
    """Open the relational store, which has this version's schema. Raises SettingsError."""
    with opened_relational(settings) as relational:
        check_schema(relational, settings)
        yield People(RelationalUsers(relational), RelationalSessions(relational))


@contextmanager
def opened_releases(settings: Settings) -> Iterator[Releases]:
    """Open the relational store, which has this version's schema, and the packages. Raises SettingsError."""
    with opened_relational(settings) as relational:
        check_schema(relational, settings)
        yield Releases(RelationalReleases(relational), PackageFiles(settings.data))


def with_edits(loaded: LoadedSettings) -> LoadedSettings:
    """Return settings with what was set in the console above them; as they are where no server started yet.

    Raises Unavailable when the database does not answer.
    """
    try:
        with opened_relational(loaded.settings) as relational:
            check_schema(relational, loaded.settings)
            plan = Plan()
            for key, entry in asyncio.run(RelationalPlan(relational).load_plan()):
                plan.put(key, entry)
    except SettingsError:
        return loaded
    return overlay(loaded, edits_of(plan))[0]


def check_schema(relational: Relational, settings: Settings) -> None:
    """Raise SettingsError unless the database has this version's schema.

    Only a server's start and `muster migrate` change it, lest a command does so under a running server.
    """
    plan = plan_migration(relational)
    where = "the database of relational.dsn" if settings.relational.dsn else str(settings.data)
    if plan.current is None:
        raise SettingsError(f"no Muster data in {where}; start the server first")
    if not plan.is_current:
        raise SettingsError(
            f"{where} has schema {plan.current}, older than {plan.target} of this version of Muster; "
            "restart the server with this version, or run: muster migrate"
        )

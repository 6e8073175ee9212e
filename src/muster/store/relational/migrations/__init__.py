"""Alembic's environment and revisions; run by `muster.store.relational.migrate`."""

"""Alembic revisions of the audit log."""

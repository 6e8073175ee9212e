"""Runs the revisions on the connection, or into the SQL buffer, that the caller hands over."""

from alembic import context

from muster.store.relational.fleet_schema import metadata

config = context.config

if context.is_offline_mode():
    context.configure(
        dialect_name=config.attributes["dialect"],
        target_metadata=metadata,
        literal_binds=True,
        output_buffer=config.output_buffer,
    )
else:
    context.configure(connection=config.attributes["connection"], target_metadata=metadata)

with context.begin_transaction():
    context.run_migrations()

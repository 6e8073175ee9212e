"""Retention: whole receive days are dropped, which costs nothing however many rows they hold."""

from datetime import date, timedelta

from muster.store.telemetry.clients import TelemetryClients


def drop_older_than(clients: TelemetryClients, table: str, *, today: date, days: int) -> list[date]:
    """Drop the partitions received more than `days` days before `today`; return their days. Blocks.

    Raises Unavailable when the store does not answer.
    """
    first_kept = today - timedelta(days=days)
    partitions = clients.rows(
        "SELECT DISTINCT partition FROM system.parts "
        "WHERE active AND database = currentDatabase() AND table = {table:String}",
        {"table": table},
    )
    old = sorted(day for (text,) in partitions if (day := date.fromisoformat(text)) < first_kept)
    for day in old:
        clients.command(f"ALTER TABLE {table} DROP PARTITION '{day.isoformat()}'")
    return old

"""Rows that are big, append-only and scanned: chDB or ClickHouse."""

"""Rows that need transactions and exact counts: SQLite or PostgreSQL."""

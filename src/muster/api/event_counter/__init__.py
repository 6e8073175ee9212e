"""Counts of events (source 3): `/api/events`."""

"""Metrics: samples as agents took them, rollups of them, and what can be asked of both."""

"""Metrics over time and their newest values; errors are `{"code": ..., "message": ...}`."""

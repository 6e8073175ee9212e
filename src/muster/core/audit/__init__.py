"""Audit events: appended to a tree that anybody can check, never changed."""

"""Audit events: `/api/event` as its old clients know it, and proofs under `/audit`."""

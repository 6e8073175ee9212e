"""Muster: one self-hosted server for a fleet of machines, and the agent that reports to it."""

__version__ = "0.1.0"

"""Implementations of the ports of core."""

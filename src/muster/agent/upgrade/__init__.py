"""Installs another version of the agent beside this one: fetched, verified, handed to the launcher."""

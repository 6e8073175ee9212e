"""Starts the agent, and changes its version: a new one beside the old, and back when it fails.

It lies outside of the versions that it starts, so it needs the standard library only, and imports
nothing else of Muster.
"""

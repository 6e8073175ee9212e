"""`muster create-random-events`: what the old event counter calls `muster generate events`."""

from muster.cli.generate_events import events as command

__all__ = ["command"]

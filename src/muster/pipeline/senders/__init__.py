"""Senders: where rows go."""

from muster.pipeline.component import Spec

SENDERS: tuple[type[Spec], ...] = ()
"""The spec of each sender; `sender_type` in a configuration names one."""

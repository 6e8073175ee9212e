"""Readers: where lines come from."""

from muster.pipeline.component import Spec

READERS: tuple[type[Spec], ...] = ()
"""The spec of each reader; `mode` in a configuration names one."""

"""Parsers: what takes lines apart."""

from muster.pipeline.component import Spec

PARSERS: tuple[type[Spec], ...] = ()
"""The spec of each parser; `type` in a configuration names one."""

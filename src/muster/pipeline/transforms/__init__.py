"""Transforms: what changes fields, or lines before they are taken apart."""

from muster.pipeline.component import Spec

TRANSFORMS: tuple[type[Spec], ...] = ()
"""The spec of each transform; `type` in a configuration names one."""

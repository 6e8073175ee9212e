"""Grok: regular expressions with names, and the names of the standard set.

`%{PATTERN:field:type}` stands for a named pattern whose text becomes a field. Matching takes time linear
in the line whatever the pattern is.
"""

from muster.pipeline.grok.library import parse_patterns
from muster.pipeline.grok.matcher import Extraction, Grok
from muster.pipeline.grok.trouble import EngineMissing, NoMatch, PatternError

__all__ = ["EngineMissing", "Extraction", "Grok", "NoMatch", "PatternError", "parse_patterns"]

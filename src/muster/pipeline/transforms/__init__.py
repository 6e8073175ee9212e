"""Transforms: what changes fields, or lines before they are taken apart."""

from muster.pipeline.transforms.case import CaseSpec
from muster.pipeline.transforms.concat import ConcatSpec
from muster.pipeline.transforms.convert import ConvertSpec
from muster.pipeline.transforms.copy import CopySpec
from muster.pipeline.transforms.date import DateSpec
from muster.pipeline.transforms.discard import DiscardSpec
from muster.pipeline.transforms.filter import FilterSpec
from muster.pipeline.transforms.json import JsonSpec
from muster.pipeline.transforms.keyvalue import KeyvalueSpec
from muster.pipeline.transforms.label import LabelSpec
from muster.pipeline.transforms.mapreplace import MapreplaceSpec
from muster.pipeline.transforms.pick import PickSpec
from muster.pipeline.transforms.redact import RedactSpec
from muster.pipeline.transforms.rename import RenameSpec
from muster.pipeline.transforms.replace import ReplaceSpec
from muster.pipeline.transforms.split import SplitSpec
from muster.pipeline.transforms.substring import SubstringSpec
from muster.pipeline.transforms.timestamp import TimestampSpec
from muster.pipeline.transforms.transform import TransformSpec
from muster.pipeline.transforms.trim import TrimSpec
from muster.pipeline.transforms.urlparam import UrlparamSpec
from muster.pipeline.transforms.urlparse import UrlparseSpec

TRANSFORMS: tuple[type[TransformSpec], ...] = (
    RenameSpec,
    DiscardSpec,
    PickSpec,
    CopySpec,
    CaseSpec,
    ConcatSpec,
    SplitSpec,
    ReplaceSpec,
    SubstringSpec,
    TrimSpec,
    ConvertSpec,
    DateSpec,
    TimestampSpec,
    LabelSpec,
    FilterSpec,
    JsonSpec,
    KeyvalueSpec,
    MapreplaceSpec,
    UrlparseSpec,
    UrlparamSpec,
    RedactSpec,
)
"""The spec of each transform; `type` in a configuration names one."""

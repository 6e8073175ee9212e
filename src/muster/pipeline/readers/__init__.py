"""Readers: where lines come from."""

from muster.pipeline.readers.dir import DirSpec, DirxSpec, FileautoSpec
from muster.pipeline.readers.file import FileSpec
from muster.pipeline.readers.http import HttpSpec
from muster.pipeline.readers.httpfetch import HttpfetchSpec
from muster.pipeline.readers.journald import JournaldSpec
from muster.pipeline.readers.reader import ReaderSpec
from muster.pipeline.readers.script import ScriptSpec
from muster.pipeline.readers.socket import SocketSpec
from muster.pipeline.readers.tailx import TailxSpec

READERS: tuple[type[ReaderSpec], ...] = (
    FileSpec,
    TailxSpec,
    DirSpec,
    DirxSpec,
    FileautoSpec,
    JournaldSpec,
    SocketSpec,
    HttpSpec,
    HttpfetchSpec,
    ScriptSpec,
)
"""The spec of each reader; `mode` in a configuration names one."""

"""Parsers: what takes lines apart."""

from muster.pipeline.parsers.csv import CsvSpec
from muster.pipeline.parsers.empty import EmptySpec
from muster.pipeline.parsers.grok import GrokSpec
from muster.pipeline.parsers.json import JsonSpec
from muster.pipeline.parsers.linuxaudit import LinuxauditSpec
from muster.pipeline.parsers.logfmt import LogfmtSpec
from muster.pipeline.parsers.mysqllog import MysqllogSpec
from muster.pipeline.parsers.nginx import NginxSpec
from muster.pipeline.parsers.parser import ParserSpec
from muster.pipeline.parsers.raw import RawSpec
from muster.pipeline.parsers.syslog import SyslogSpec

PARSERS: tuple[type[ParserSpec], ...] = (
    RawSpec,
    JsonSpec,
    CsvSpec,
    GrokSpec,
    NginxSpec,
    SyslogSpec,
    LogfmtSpec,
    MysqllogSpec,
    LinuxauditSpec,
    EmptySpec,
)
"""The spec of each parser; `type` in a configuration names one."""

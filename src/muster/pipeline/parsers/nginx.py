"""The parser `nginx`: lines of an access log, by the log_format that wrote them."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from muster.errors import InvalidInput
from muster.pipeline.batch import LINE
from muster.pipeline.component import Problem, Surroundings
from muster.pipeline.grok import engine
from muster.pipeline.grok.dates import Dates
from muster.pipeline.grok.expand import expand
from muster.pipeline.grok.library import Definition
from muster.pipeline.grok.spans import FindSpans, SpanFinder
from muster.pipeline.parsers.parser import Parse, Parsed, ZonedSpec, no_reasons, problem_of, reasons_where
from muster.pipeline.schema import STRING, cast, parse_schema

if TYPE_CHECKING:
    import polars

COMBINED = (
    '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent'
    ' "$http_referer" "$http_user_agent"'
)
"""The format that nginx has without a configuration."""

_VARIABLE = re.compile(r"\$\{?([A-Za-z0-9_]+)\}?")
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"|([^\s;'\"]+)")


class NginxSpec(ZonedSpec, frozen=True, kw_only=True):
    """Takes access logs apart by the `log_format` of nginx; its variables name the fields.

    Without a format it is nginx's own `combined`.
    """

    TYPES = ("nginx",)

    nginx_log_format: Annotated[str, Meta(description="The format itself, as nginx.conf has it")] = ""
    nginx_log_format_path: Annotated[str, Meta(description="nginx.conf, on the agent's machine")] = ""
    nginx_log_format_name: Annotated[str, Meta(description="Which `log_format` of that file")] = "main"
    nginx_log_format_regex: Annotated[
        str, Meta(description="A regular expression with named groups instead")
    ] = ""
    nginx_schema: Annotated[str, Meta(description="Types of fields, `status long,request_time float`")] = ""

    def problems(self) -> Iterator[Problem]:
        """Yield formats and schemas that cannot be read, too."""
        yield from ZonedSpec.problems(self)
        yield from problem_of(lambda: parse_schema(self.nginx_schema, "nginx_schema"), "nginx_schema")
        if self.nginx_log_format_regex:
            yield from problem_of(
                lambda: _named_groups(self.nginx_log_format_regex), "nginx_log_format_regex"
            )
        elif self.nginx_log_format:
            yield from problem_of(lambda: format_to_regex(self.nginx_log_format), "nginx_log_format")

    def files(self) -> list[str]:
        """Return the configuration of nginx, when the format stands there."""
        is_given = self.nginx_log_format_regex or self.nginx_log_format
        return [] if is_given or not self.nginx_log_format_path else [self.nginx_log_format_path]

    def open(self, around: Surroundings) -> Parse:
        """Return what parses. Raises InvalidInput, PatternError, EngineMissing."""
        regex, names = self._regex(around)
        engine.probe()
        engine.compile_check(regex, "nginx_log_format")
        kinds = {column.name: column.kind for column in parse_schema(self.nginx_schema, "nginx_schema")}
        to_text = Dates(self.offset_h, around.now).to_rfc3339

        def parse(rows: "polars.DataFrame") -> Parsed:
            found = engine.capture(rows.get_column(LINE), regex)
            matched = found.to_series(0).is_not_null()
            columns = [
                cast(found.get_column(group).alias(name), kinds.get(name, STRING), to_text)
                for group, name in names.items()
            ]
            if matched.all():
                return Parsed(columns, no_reasons(rows.height))
            return Parsed(columns, reasons_where(~matched, "the line is not of this log_format"))

        return parse

    def open_spans(self, around: Surroundings) -> FindSpans:
        """Return what finds the variables in lines. Raises as `open` does."""
        regex, names = self._regex(around)
        engine.probe()
        finder = SpanFinder(regex, names)
        return lambda lines: [found or [] for found in finder.find(lines)]

    def _regex(self, around: Surroundings) -> tuple[str, dict[str, str]]:
        if self.nginx_log_format_regex:
            return _named_groups(self.nginx_log_format_regex)
        if self.nginx_log_format:
            return format_to_regex(self.nginx_log_format)
        if self.nginx_log_format_path:
            text = around.read_file(self.nginx_log_format_path)
            return format_to_regex(find_format(text, self.nginx_log_format_name))
        return format_to_regex(COMBINED)


def find_format(text: str, name: str) -> str:
    """Return the log_format of this name in the text of nginx.conf. Raises InvalidInput."""
    plain = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    for found in re.finditer(rf"log_format\s+{re.escape(name)}\s+", plain):
        parts = []
        at = found.end()
        while piece := _QUOTED.match(plain, at):
            parts.append(piece[0])
            at = piece.end()
            at += len(plain[at:]) - len(plain[at:].lstrip())
        return " ".join(parts)
    raise InvalidInput(f"there is no log_format {name}", field="nginx_log_format_name")


def format_to_regex(text: str) -> tuple[str, dict[str, str]]:
    """Return an expression for the lines of a format, and the field of each of its groups.

    A value ends where what follows it in the format begins. Raises InvalidInput.
    """
    plain = _literal(text)
    found = list(_VARIABLE.finditer(plain))
    if not found:
        raise InvalidInput("there is no $variable in it", field="nginx_log_format")
    names: dict[str, str] = {}
    parts = [r"^\s*", re.escape(plain[: found[0].start()])]
    for index, variable in enumerate(found):
        end = found[index + 1].start() if index + 1 < len(found) else len(plain)
        behind = plain[variable.end() : end]
        if not behind and index + 1 < len(found):
            raise InvalidInput(
                f"nothing stands between ${variable[1]} and the next", field="nginx_log_format"
            )
        names[f"f{index}"] = variable[1]
        parts.append(f"(?P<f{index}>{_until(behind)}){re.escape(behind)}")
    return "".join(parts), names


def _until(behind: str) -> str:
    """Return an expression for a value before this text."""
    if not behind:
        return ".*"
    if behind.startswith('"'):
        return r'(?:[^"\\]|\\.)*'
    if behind.startswith(" "):
        return r"(?:[^ ]*|[^ ,]+(?:, [^ ,]+)*)"
    return f"[^{re.escape(behind[0])}]*"


def _literal(text: str) -> str:
    """Return a format as one text: the quotes and line ends of nginx.conf taken off."""
    body = re.sub(r"^\s*log_format\s+\S+\s+", "", text.strip()).removesuffix(";").strip()
    body = re.sub(r"^escape=\w+\s+", "", body)
    if not body.startswith("'"):
        return body
    return "".join(single or double or word for single, double, word in _QUOTED.findall(body))


def _named_groups(regex: str) -> tuple[str, dict[str, str]]:
    expanded = expand(Definition("", regex, "nginx_log_format_regex"), {})
    if not expanded.captures:
        raise InvalidInput("there is no (?P<name>...) in it", field="nginx_log_format_regex")
    return expanded.regex, {each.group: each.field for each in expanded.captures}

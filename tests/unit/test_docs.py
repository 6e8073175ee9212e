"""What README and docs promise is there: links, settings, commands with their options, routes."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from muster.cli.main import group
from muster.settings import KEYS, Settings, value_of
from muster.settings.values import EDITABLE, RELOADABLE

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    {ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")} - {ROOT / "docs/grok.md"}
)
SETTING = re.compile(r"^\| `([a-z_.]+)` \| `(.+?)` \|([RC ]*)\|", re.M)
LINK = re.compile(r"\]\(([^)\s]+)\)")
SHELL = re.compile(r"```(?:sh|console)?\n(.*?)```", re.S)
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as code hosts make them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        path, _, anchor = target.partition("#")
        if "://" in path:
            continue
        there = (page.parent / path).resolve() if path else page
        if not there.exists() or (anchor and there.suffix == ".md" and anchor not in anchors(there)):
            broken.append(target)
    assert broken == []


def test_every_page_is_reached_from_the_readme() -> None:
    seen, ahead = set(), [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        if page in seen or page.suffix != ".md":
            continue
        seen.add(page)
        targets = (target.partition("#")[0] for target in LINK.findall(page.read_text(encoding="utf-8")))
        ahead += [(page.parent / target).resolve() for target in targets if target and "://" not in target]
    assert [name_of(page) for page in PAGES if page not in seen] == []


def test_every_setting_is_described_with_its_default() -> None:
    text = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    described = {name: (json.loads(default), marks.split()) for name, default, marks in SETTING.findall(text)}
    defaults = json.loads(json.dumps({key: value_of(Settings(), key) for key in KEYS}, default=str))

    def marks(key: str) -> list[str]:
        reloads = key in RELOADABLE or key.split(".", maxsplit=1)[0] in RELOADABLE
        return ["R"] * reloads + ["C"] * (key in EDITABLE)

    assert described == {key: (default, marks(key)) for key, default in defaults.items()}


def shell_commands(page: Path) -> Iterator[list[str]]:
    """Yield the words of each `muster ...` that a page tells to run."""
    for block in SHELL.findall(page.read_text(encoding="utf-8")):
        for line in block.replace("\\\n", " ").splitlines():
            for start in re.finditer(r"(?:^|[ (/])muster (?=[a-z])", line):
                yield words(line[start.end() :])


def words(line: str) -> list[str]:
    """Return a command line's words up to its end, a redirection or a comment."""
    line = re.split(r"  #|\s>\s|\)$|\s\|\s", line)[0]
    return shlex.split(line, comments=True)


def problem(arguments: list[str]) -> str | None:
    """Return what is wrong with the words behind `muster`: no such command, or no such option."""
    command: click.Command = group
    context = click.Context(group, info_name="muster")
    while isinstance(command, click.Group) and arguments and not arguments[0].startswith("-"):
        name = arguments[0]
        if name not in command.list_commands(context):
            if "search" not in command.list_commands(context):
                return f"no command {name!r}"
            arguments = ["search", *arguments]  # `muster logs QUERY`
        command = command.get_command(context, arguments[0]) or command
        arguments = arguments[1:]
        context = click.Context(command, parent=context)
    known = {name for each in command.get_params(context) for name in (*each.opts, *each.secondary_opts)}
    unknown = [word for word in arguments if word.startswith("--") and word.split("=")[0] not in known]
    return f"no option {unknown[0]}" if unknown else None


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_exist_with_their_options(page: Path) -> None:
    found = {" ".join(arguments): problem(arguments) for arguments in shell_commands(page)}
    assert {line: why for line, why in found.items() if why} == {}


def test_commands_are_told() -> None:
    told = {arguments[0] for page in PAGES for arguments in shell_commands(page) if arguments}
    assert {"up", "agent", "token", "logs", "metrics", "report", "audit", "user"} <= told


def test_a_wrong_command_would_be_found() -> None:
    assert problem(words("token crate --name x")) == "no command 'crate'"
    assert problem(words("token create --nam x  # a name")) == "no option --nam"
    assert problem(words("token create --name x > file")) is None

"""The configuration of a log runner (behaviour 3b) as typed specs, and what is wrong with one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from msgspec import Meta, field

from muster.errors import InvalidInput
from muster.model.runner_kinds import READERS as READER_MODES
from muster.pipeline.component import Problem, Spec, read_spec, unknown
from muster.pipeline.parsers import PARSERS
from muster.pipeline.readers import READERS
from muster.pipeline.senders import SENDERS
from muster.pipeline.transforms import TRANSFORMS

READER, PARSER, TRANSFORM, SENDER = "reader", "parser", "transform", "sender"


def _by_type(specs: tuple[type[Spec], ...]) -> dict[str, type[Spec]]:
    return {name: spec for spec in specs for name in spec.TYPES}


COMPONENTS: Mapping[str, Mapping[str, type[Spec]]] = {
    READER: _by_type(READERS),
    PARSER: _by_type(PARSERS),
    TRANSFORM: _by_type(TRANSFORMS),
    SENDER: _by_type(SENDERS),
}
"""Kind of component to the names of its types to their specs."""

TYPE_KEYS: Mapping[str, str] = {READER: "mode", PARSER: "type", TRANSFORM: "type", SENDER: "sender_type"}
"""The key of a section that names the type."""

_ELSEWHERE: Mapping[str, frozenset[str]] = {READER: frozenset(READER_MODES)}
"""Types that a configuration may name though no spec describes them: their options are not checked."""

_SECTIONS = frozenset({"reader", "cleaner", "parser", "transforms", "senders", "router"})


class RunnerSpec(Spec, frozen=True, kw_only=True):
    """What stands at the top of a configuration beside its sections."""

    name: Annotated[str, Meta(description="Name of the runner")] = ""
    note: Annotated[str, Meta(description="A note for people")] = ""
    batch_len: Annotated[int, Meta(ge=0, description="Rows in a batch at most; 0: no limit")] = 0
    batch_size: Annotated[int, Meta(ge=1, description="Bytes in a batch at most")] = 2 * 1024 * 1024
    batch_interval: Annotated[int, Meta(ge=1, description="Seconds after which a batch is sent")] = 1
    batch_try_times: Annotated[int, Meta(description="Tries for a batch; 0: for ever")] = 0
    collect_interval: Annotated[int, Meta(ge=1, description="Seconds between samples of metrics")] = 30
    errors_list_cap: Annotated[int, Meta(ge=0, description="Errors that are kept to be shown")] = 100
    sync_every: Annotated[int, Meta(description="No effect: each batch keeps its position")] = 0
    max_reader_close_wait_time: Annotated[int, Meta(ge=0, description="Seconds a reader may take to end")] = 0
    max_line_len: Annotated[int, Meta(ge=0, description="Bytes in a line at most; 0: our own bound")] = 0
    env_tag: Annotated[str, Meta(description="Environment variable with a JSON object of fields to add")] = ""
    extra_info: Annotated[bool, Meta(description="Add core, hostname, osinfo and localip")] = False
    read_time: Annotated[bool, Meta(description="Add `lst`, when the line was read")] = False
    internal_key_prefix: Annotated[str, Meta(description="Goes before the names of added fields")] = ""
    log_audit: Annotated[bool, Meta(description="No effect: every runner has a ledger")] = False
    send_raw: Annotated[bool, Meta(description="Do not parse")] = False
    is_block: Annotated[bool, Meta(description="No effect: a full spool always blocks its reader")] = False
    is_stopped: Annotated[bool, Meta(description="The runner does not run")] = False
    createtime: Annotated[str, Meta(description="When it was made")] = ""
    web_folder: Annotated[bool, Meta(description="No effect")] = False
    from_server: Annotated[bool, Meta(description="No effect")] = False


class CleanerSpec(Spec, frozen=True, kw_only=True):
    """Deletes files that have been read."""

    delete_enable: Annotated[bool, Meta(description="Delete finished files")] = False
    delete_interval: Annotated[int, Meta(ge=1, description="Seconds between two looks")] = 300
    reserve_file_number: Annotated[int, Meta(ge=0, description="Finished files to keep")] = 10
    reserve_file_size: Annotated[int, Meta(ge=0, description="MiB of finished files to keep")] = 2048


class RouterSpec(Spec, frozen=True, kw_only=True):
    """Sends each row to one sender, by the value of a field."""

    router_key_name: Annotated[str, Meta(description="The field that decides")] = ""
    router_match_type: Annotated[Literal["equal", "contains"], Meta(description="How it is compared")] = (
        "equal"
    )
    router_default_sender: Annotated[int, Meta(ge=0, description="Index of the sender for all others")] = 0
    router_routes: Annotated[dict[str, int], Meta(description="Value to index of a sender")] = field(
        default_factory=dict
    )


@dataclass(frozen=True, slots=True)
class Config:
    """A configuration, read. `reader` is none for a mode that is described elsewhere."""

    runner: RunnerSpec
    reader: Spec | None
    cleaner: CleanerSpec
    parser: Spec
    transforms: tuple[Spec, ...]
    senders: tuple[Spec, ...]
    router: RouterSpec


def check(config: Mapping[str, Any]) -> list[Problem]:
    """Return what is wrong with the configuration of a log runner; an empty list: nothing."""
    return _Reading(config).problems


def read_config(config: Mapping[str, Any]) -> Config:
    """Return the specs of a configuration. Raises InvalidInput that names every problem."""
    reading = _Reading(config)
    if reading.problems or reading.config is None:
        raise InvalidInput("; ".join(map(str, reading.problems)))
    return reading.config


def read_component(kind: str, options: Any, path: str) -> tuple[Spec | None, list[Problem]]:
    """Return the spec of one component and what is wrong with its options."""
    if not isinstance(options, dict):
        return None, [Problem(path, "expected an object")]
    key, known = TYPE_KEYS[kind], COMPONENTS[kind]
    named = options.get(key)
    if not isinstance(named, str) or not named:
        return None, [Problem(f"{path}.{key}", f"expected the name of a {kind}")]
    if named not in known:
        if named in _ELSEWHERE.get(kind, ()) or not known:
            return None, []
        return None, [unknown(f"{path}.{key}", f"unknown {kind} {named[:128]}", named, known)]
    return read_spec(known[named], options, path, ignoring=(key,))


class _Reading:
    """The sections of one configuration, read one after the other."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.problems: list[Problem] = []
        top = {key: value for key, value in config.items() if key not in _SECTIONS}
        runner = self._take(*_without_root(read_spec(RunnerSpec, top, "", ignoring=_SECTIONS)))
        reader = self._component(READER, config.get("reader"), "reader")
        cleaner = self._plain(CleanerSpec, config.get("cleaner"), "cleaner")
        parser = self._component(PARSER, config.get("parser") or {"type": "raw"}, "parser")
        transforms = self._components(TRANSFORM, config.get("transforms"), "transforms")
        senders = self._components(SENDER, config.get("senders"), "senders")
        router = self._plain(RouterSpec, config.get("router"), "router")
        self.config: Config | None = None
        if router is not None and isinstance(config.get("senders"), list):
            self.problems += _beyond(router, len(config["senders"]))
        if not self.problems and runner and cleaner and parser and router:
            self.config = Config(runner, reader, cleaner, parser, transforms, senders, router)

    def _take(self, spec: Any, problems: list[Problem]) -> Any:
        self.problems += problems
        return spec

    def _plain(self, spec: type[Spec], options: Any, path: str) -> Any:
        if options is not None and not isinstance(options, dict):
            return self._take(None, [Problem(path, "expected an object")])
        return self._take(*read_spec(spec, options or {}, path))

    def _component(self, kind: str, options: Any, path: str) -> Spec | None:
        found: Spec | None = self._take(*read_component(kind, options, path))
        return found

    def _components(self, kind: str, options: Any, path: str) -> tuple[Spec, ...]:
        if options is None:
            return ()
        if not isinstance(options, list):
            self.problems.append(Problem(path, "expected a list"))
            return ()
        found = (self._component(kind, each, f"{path}[{index}]") for index, each in enumerate(options))
        return tuple(each for each in found if each is not None)


def _without_root(read: tuple[Any, list[Problem]]) -> tuple[Any, list[Problem]]:
    spec, problems = read
    return spec, [replace(each, path=each.path.removeprefix(".")) for each in problems]


def _beyond(router: RouterSpec, senders: int) -> Iterator[Problem]:
    """Yield the indexes of the router that no sender has; without a key it does nothing."""
    if not router.router_key_name:
        return
    if router.router_default_sender >= senders:
        yield Problem("router.router_default_sender", f"there are {senders} senders, counted from 0")
    for value, index in router.router_routes.items():
        if not 0 <= index < senders:
            yield Problem(f"router.router_routes.{value}", f"there are {senders} senders, counted from 0")

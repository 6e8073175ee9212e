from pathlib import Path

import pytest

from muster.errors import SettingsError
from muster.model.access import Surface
from muster.settings import KEYS, LoadedSettings, Settings, load_settings, reload_settings, value_of
from muster.settings.load import OTHER_VARIABLES


@pytest.fixture
def toml(tmp_path: Path):
    def write(text: str) -> Path:
        path = tmp_path / "some.toml"
        path.write_text(text)
        return path

    return write


def load(file: Path | None = None, environ: dict[str, str] | None = None, **flags: object) -> LoadedSettings:
    given = {name.replace("__", "."): value for name, value in flags.items()}
    return load_settings(file=file, environ=environ or {}, flags=given)


def refusal(*args: object, **flags: object) -> str:
    with pytest.raises(SettingsError) as caught:
        load(*args, **flags)  # type: ignore[arg-type]
    return caught.value.message


def test_nothing_given_is_the_defaults(tmp_path: Path) -> None:
    loaded = load(data=tmp_path)
    assert loaded.settings == Settings(data=tmp_path)
    assert loaded.origins == dict.fromkeys(KEYS, "default") | {"data": "flag"}


def test_the_later_origin_wins_and_is_named(toml) -> None:
    file = toml("[server]\nport = 1\nhost = 'h'\n[log]\nlevel = 'debug'\n[retention]\nreports_days = 3\n")
    loaded = load(
        file, {"MUSTER_SERVER_PORT": "2", "MUSTER_LOG_LEVEL": "error"}, server__port=3, auth__open=None
    )
    assert loaded.settings.server.port == 3
    assert loaded.settings.log.level == "error"
    assert loaded.settings.server.host == "h"
    given = {key: origin for key, origin in loaded.origins.items() if origin != "default"}
    assert given == {
        "server.port": "flag",
        "log.level": "MUSTER_LOG_LEVEL",
        "server.host": f"file {file}",
        "retention.reports_days": f"file {file}",
    }


@pytest.mark.parametrize(
    ("variable", "text", "expected"),
    [
        ("MUSTER_DATA", "/d", Path("/d")),
        ("MUSTER_AUTH_OPEN", "reports, ops", (Surface.REPORTS, Surface.OPS)),
        ("MUSTER_AUTH_OPEN", "", ()),
        ("MUSTER_AGENT_INTERVAL_S", "2.5", 2.5),
        ("MUSTER_AGENT_PORTS", "445,3000-3007", ("445", "3000-3007")),
        ("MUSTER_TELEMETRY_QUERY_TIMEOUT_S", "7", 7),
    ],
)
def test_a_variable_is_read_as_its_type(variable: str, text: str, expected: object) -> None:
    loaded = load(environ={variable: text})
    name = next(key.name for key in KEYS.values() if key.variable == variable)
    assert value_of(loaded.settings, name) == expected
    assert loaded.origins[name] == variable


def test_every_key_has_a_variable_of_its_own() -> None:
    variables = {key.variable for key in KEYS.values()}
    assert len(variables) == len(KEYS)
    assert not variables & OTHER_VARIABLES


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[server]\nprot = 1", "server.prot: unknown key; did you mean server.port? (file {file})"),
        ("port = 1", "port: unknown key; did you mean server.port? (file {file})"),
        ("[srver]\nport = 1", "srver: unknown key; did you mean server? (file {file})"),
        ("[zzzzzz]\n", "zzzzzz: unknown key (file {file})"),
        ("[nope]\n", "nope: unknown key (file {file})"),
        ("nope = 1", "nope: unknown key (file {file})"),
        ("[server.port]\nx = 1", "server.port: expected a whole number from 1 to 65535, got {{'x': 1}}"),
        ("server = 1", "server: expected a table, got 1 (file {file})"),
        ("[server]\nport = 70000", "server.port: expected a whole number from 1 to 65535, got 70000"),
        ("[server]\nport = '80'", "server.port: expected a whole number from 1 to 65535, got '80'"),
        ("[server]\nport = true", "server.port: expected a whole number from 1 to 65535, got True"),
        ("[auth]\nopen = ['x']", "auth.open: expected a list, each one of reports, inventory"),
        ("[agent]\ninterval_s = nan", "agent.interval_s: expected a number from 1 to 86400, got nan"),
        ("[agent]\ninterval_s = 0.5", "agent.interval_s: expected a number from 1 to 86400, got 0.5"),
        ("[log]\nlevel = 'loud'", "log.level: expected one of debug, error, info, warning, got 'loud'"),
        ("[commit]\nqueue_bytes = 1", "commit.queue_bytes: expected a whole number of at least 1048576"),
        ("data = ''", "data: expected a path, got ''"),
        ("a = [", "{file}: not TOML: "),
        ("[server]\ntls_key = 'k'", "server.tls_certificate and server.tls_key: set both or none"),
    ],
)
def test_a_wrong_file_is_refused_with_key_and_origin(toml, text: str, message: str) -> None:
    file = toml(text)
    assert refusal(file).startswith(message.format(file=file))


def test_every_mistake_is_named(toml) -> None:
    file = toml("[server]\nprot = 1\nport = 0\n[log]\nlevel = 'info'\n[nope]\nx = 1\n")
    with pytest.raises(SettingsError) as caught:
        load(file, {"MUSTER_SERVER_HOTS": "x", "MUSTER_LOG_LEVEL": "loud"}, agent__interval_s=0)
    assert [problem.partition(":")[0] for problem in caught.value.problems] == [
        *("MUSTER_SERVER_HOTS", "server.prot", "server.port", "nope", "log.level", "agent.interval_s")
    ]


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\xff\xfe")
    assert "not TOML" in refusal(tmp_path / "a")
    assert refusal(tmp_path / "b") == f"{tmp_path / 'b'}: cannot be read: No such file or directory"


@pytest.mark.parametrize(
    ("variable", "text", "message"),
    [
        ("MUSTER_SERVER_PORT", "x", "server.port: expected a whole number from 1 to 65535, got 'x' (MUSTER_"),
        ("MUSTER_DATA", "", "data: expected a path, got '' (MUSTER_DATA)"),
        ("MUSTER_SERVR_PORT", "1", "MUSTER_SERVR_PORT: unknown variable; did you mean MUSTER_SERVER_PORT?"),
        ("MUSTER_PORT", "1", "MUSTER_PORT: unknown variable; did you mean MUSTER_SERVER_PORT?"),
        ("MUSTER_TOKN", "1", "MUSTER_TOKN: unknown variable; did you mean MUSTER_TOKEN?"),
    ],
)
def test_a_wrong_variable_is_refused(variable: str, text: str, message: str) -> None:
    assert refusal(None, {variable: text}).startswith(message)


def test_a_wrong_flag_is_refused() -> None:
    assert refusal(server__port=0).endswith("got 0 (flag)")


def test_a_dsn_is_never_in_a_message(toml) -> None:
    message = refusal(toml("[relational]\ndsn = ['postgresql://u:hunter2@h']"))
    assert message.startswith("relational.dsn: expected text (file ")


def test_variables_of_others_are_left_alone() -> None:
    environ = dict.fromkeys(OTHER_VARIABLES - {"MUSTER_CONFIG"}, "x") | {"PATH": "/bin", "MUST": "1"}
    assert load(environ=environ).settings == Settings()


def test_what_an_orchestrator_sets_for_a_service_called_muster_is_left_alone() -> None:
    environ = {
        "MUSTER_SERVICE_HOST": "10.0.0.1",
        "MUSTER_SERVICE_PORT_HTTP": "80",
        "MUSTER_PORT": "tcp://10.0.0.1:80",
        "MUSTER_PORT_80_TCP_ADDR": "10.0.0.1",
        "MUSTER_SERVER_PORT": "tcp://10.0.0.1:80",
        "MUSTER_SERVER_SERVICE_HOST": "10.0.0.1",
    }
    assert load(environ=environ).settings == Settings()


def test_the_file_is_looked_for_in_the_data_directory(tmp_path: Path) -> None:
    (tmp_path / "muster.toml").write_text("[server]\nport = 9\n")
    by_flag = load(environ={"MUSTER_DATA": "/elsewhere"}, data=tmp_path)
    by_variable = load(environ={"MUSTER_DATA": str(tmp_path)})
    assert by_flag.settings.server.port == by_variable.settings.server.port == 9


def test_a_named_file_replaces_the_one_in_the_data_directory(tmp_path: Path, toml) -> None:
    (tmp_path / "muster.toml").write_text("[server]\nport = 9\n")
    other = toml("[log]\nlevel = 'debug'\n")
    for loaded in (load(other, data=tmp_path), load(environ={"MUSTER_CONFIG": str(other)}, data=tmp_path)):
        assert loaded.settings.server.port == 8080
        assert loaded.settings.log.level == "debug"


def test_the_file_in_the_data_directory_cannot_move_it(tmp_path: Path) -> None:
    (tmp_path / "muster.toml").write_text("data = 'x'\n")
    assert refusal(data=tmp_path).startswith("data: the file inside the data directory cannot set it")


def test_reloading_reads_file_again_and_keeps_the_flags(toml) -> None:
    loaded = load(toml("[retention]\nreports_days = 3\n"), server__port=5)
    toml("[retention]\nreports_days = 4\n[server]\nport = 6\n")
    again = reload_settings(loaded)
    assert again.settings.retention.reports_days == 4
    assert again.settings.server.port == 5
    toml("[retention]\nreports_days = 'x'\n")
    with pytest.raises(SettingsError, match=r"retention\.reports_days"):
        reload_settings(again)

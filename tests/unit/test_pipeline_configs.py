import pytest

from muster.core.fleet.configs import KEYS, validate_config
from muster.pipeline.component import Spec
from muster.pipeline.spec import COMPONENTS, RunnerSpec


def test_server_names_the_key_and_the_nearest_known_one():
    config = {
        "reader": {"mode": "file", "log_path": "/var/log/x"},
        "parser": {"type": "grok", "grok_patern": "%{WORD:a}"},
        "transforms": [{"type": "renam", "key": "a"}],
    }
    assert validate_config(config) == [
        "parser.grok_patern: unknown; did you mean grok_patterns?",
        "transforms[0].type: unknown transform renam; did you mean rename?",
    ]


def test_keys_at_the_top_are_known_to_both():
    assert set(RunnerSpec.__struct_fields__) <= KEYS


@pytest.mark.parametrize("kind", COMPONENTS)
def test_names_of_types_are_unique(kind):
    for name, spec in COMPONENTS[kind].items():
        assert issubclass(spec, Spec)
        assert name in spec.TYPES
        assert [other for other in COMPONENTS[kind].values() if name in other.TYPES] == [
            spec for other in COMPONENTS[kind].values() if other is spec
        ]

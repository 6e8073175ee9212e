"""Watched ports and how they are written."""

import pytest

from muster.errors import InvalidInput
from muster.model.ports import parse_ports


@pytest.mark.parametrize(
    ("spec", "ports"),
    [
        ((445, "3000-3002"), [445, 3000, 3001, 3002]),
        (("80", 80, "79-81"), [80, 79, 81]),
        (("1", 65535), [1, 65535]),
        ((), []),
    ],
)
def test_port_specifications(spec: tuple[int | str, ...], ports: list[int]) -> None:
    assert parse_ports(spec) == ports


@pytest.mark.parametrize("item", [0, 65536, -1, "x", "", "5-4", "1-65536", "1,2", "٣"])
def test_a_wrong_port_is_named(item: int | str) -> None:
    with pytest.raises(InvalidInput) as error:
        parse_ports([80, item])
    assert error.value.field == "agent.ports[1]"

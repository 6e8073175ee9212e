"""Ports and ranges of them, as they are written."""

import re
from collections.abc import Sequence

from muster.errors import InvalidInput

_RANGE = re.compile(r"([0-9]{1,5})(?:\s*-\s*([0-9]{1,5}))?")


def parse_ports(spec: Sequence[int | str], field: str = "agent.ports") -> list[int]:
    """Return the ports of numbers and ranges (`"3000-3007"`) in order, each once.

    Raises InvalidInput that names the item of `field`, such as `agent.ports[2]`.
    """
    ports: dict[int, None] = {}
    for index, item in enumerate(spec):
        match = _RANGE.fullmatch(str(item).strip())
        first = int(match[1]) if match else 0
        last = int(match[2] or first) if match else 0
        if not 1 <= first <= last <= 65_535:
            raise InvalidInput(
                f"expected a port or a range of 1-65535 such as 3000-3007, not {item!r}",
                field=f"{field}[{index}]",
            )
        ports.update(dict.fromkeys(range(first, last + 1)))
    return list(ports)

"""What the processors are, by /proc/cpuinfo (proc_cpuinfo(5)); other systems say less."""

import re
from pathlib import Path
from typing import NamedTuple

from muster.agent.collect.label import to_label

CPUINFO = Path("/proc/cpuinfo")

_FIELD = re.compile(r"^(model name|Model|Hardware|cache size|physical id)\s*: (.*)$", re.MULTILINE)
_CACHE = re.compile(r"([0-9]{1,9}) KB")


class Processors(NamedTuple):
    """Model, cache and sockets; empty, None and None where they are unknown."""

    model: str = ""
    cache_bytes: int | None = None
    sockets: int | None = None


def read_processors(cpuinfo: Path = CPUINFO) -> Processors:
    """Return what the system says. Raises OSError when it says nothing though it could."""
    try:
        text = cpuinfo.read_text(errors="replace")
    except FileNotFoundError:
        return Processors()
    found: dict[str, list[str]] = {}
    for name, value in _FIELD.findall(text):
        found.setdefault(name, []).append(value.strip())
    models = [name for key in ("model name", "Hardware", "Model") for name in found.get(key, ())]
    cache = _CACHE.fullmatch(next(iter(found.get("cache size", ())), ""))
    sockets = set(found.get("physical id", ()))
    return Processors(
        model=to_label(models[0]) if models else "",
        cache_bytes=int(cache[1]) * 1024 if cache else None,
        sockets=len(sockets) or None,
    )

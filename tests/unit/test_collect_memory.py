"""Memory of a made-up machine and of this one."""

from types import SimpleNamespace

import psutil
import pytest

from muster.agent.collect.memory import memory_samples, read_memory


def test_sizes_and_the_share_that_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    found = SimpleNamespace(total=3, used=1, available=2, cached=1)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: found)
    assert [tuple(one) for one in memory_samples(read_memory())] == [
        ("memory.total_bytes", "", 3.0),
        ("memory.used_bytes", "", 1.0),
        ("memory.available_bytes", "", 2.0),
        ("memory.cached_bytes", "", 1.0),
        ("memory.used_percent", "", 33.33),
    ]


def test_a_system_that_tells_of_no_cache_has_no_such_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    found = SimpleNamespace(total=2, used=1, available=1)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: found)
    assert "memory.cached_bytes" not in {one.metric for one in memory_samples(read_memory())}


def test_this_machine_has_memory() -> None:
    memory = read_memory()
    assert 0 < memory.used < memory.total
    assert 0 < memory.available < memory.total

import pytest

from muster.agent.backoff import Backoff


def test_the_bound_doubles_up_to_its_maximum() -> None:
    backoff = Backoff(0.5, 6.0, lambda: 1.0)
    assert [backoff.next_s() for _ in range(6)] == [1.0, 2.0, 4.0, 6.0, 6.0, 6.0]
    backoff.reset()
    assert backoff.next_s() == 1.0


@pytest.mark.parametrize("drawn", [0.0, 0.25, 0.999])
def test_the_wait_lies_anywhere_between_its_bounds(drawn: float) -> None:
    backoff = Backoff(1.0, 60.0, lambda: drawn)
    for bound_s in (2.0, 4.0, 8.0):
        assert backoff.next_s() == 1.0 + drawn * (bound_s - 1.0)


def test_never_shorter_than_the_server_asks() -> None:
    backoff = Backoff(1.0, 60.0, lambda: 0.0)
    assert backoff.next_s(30.0) == 30.0
    assert backoff.next_s(0.0) == 1.0

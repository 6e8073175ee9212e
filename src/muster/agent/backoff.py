"""How long to wait before trying again."""

from collections.abc import Callable


class Backoff:
    """Exponential backoff with full jitter: uniform between `min_s` and a bound that doubles up to `max_s`.

    `random` returns a number in [0, 1).
    """

    def __init__(self, min_s: float, max_s: float, random: Callable[[], float]) -> None:
        self._min_s = min_s
        self._max_s = max_s
        self._random = random
        self._bound_s = min_s

    def next_s(self, at_least_s: float | None = None) -> float:
        """Return the seconds to wait now, never less than `at_least_s` (a server's Retry-After)."""
        self._bound_s = min(self._bound_s * 2, self._max_s)
        drawn_s = self._min_s + self._random() * (self._bound_s - self._min_s)
        return max(drawn_s, at_least_s or 0.0)

    def reset(self) -> None:
        """Begin anew with short waits, after a success."""
        self._bound_s = self._min_s

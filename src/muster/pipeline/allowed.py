"""Which paths a process may use, by its own settings."""

import os
from collections.abc import Callable, Sequence


def allowed_below(paths: Sequence[str]) -> Callable[[str], bool]:
    """Return what tells whether a path is one of these, or below one; links are followed first."""
    roots = tuple(os.path.realpath(path) for path in paths)

    def allows(path: str) -> bool:
        real = os.path.realpath(path)
        return any(real == root or real.startswith(root.rstrip("/") + "/") for root in roots)

    return allows

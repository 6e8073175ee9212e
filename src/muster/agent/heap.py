"""The heap of the C library, as an agent wants it."""

import ctypes

_M_ARENA_MAX = -8
"""mallopt(3), `malloc.h` of glibc."""


def share_heap() -> None:
    """Let all threads share one heap; call it before there are any.

    glibc gives each thread one of its own, in which what a batch took stays when it is let go. Other
    libraries, which have no such setting, are left as they are.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 1)

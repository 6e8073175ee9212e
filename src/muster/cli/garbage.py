"""The garbage collector of a server: it looks at what comes and goes, and rarely at what stays."""

import gc

RARELY = (2_000, 10, 200)
"""Thresholds. A look at everything holds up every request: half a second with 5 000 held check-ins, of
which it never found more than a few objects.
"""


def spare_what_stays() -> None:
    """Let the collector look no more at what the start has made, and rarely at all the rest."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*RARELY)

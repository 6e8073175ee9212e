"""Shares as they are written: percent, rounded."""


def percent(part: float, whole: float, digits: int = 1) -> float:
    """Return what `part` is of `whole`, 0-100 with so many decimals; 0.0 when `whole` is nothing."""
    if whole <= 0:
        return 0.0
    return round(min(100.0, max(0.0, 100.0 * part / whole)), digits)

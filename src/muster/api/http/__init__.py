"""What every surface shares: authentication, limits, error shapes."""

"""The agent: collects on one machine, keeps what it collected, sends it."""

"""Agents with made-up machines, many in one process; all but the machine is the real agent's."""

"""Identifiers. Each is text on the wire; the types keep them from being mixed up."""

from typing import NewType

AgentId = NewType("AgentId", str)
"""Given by the server at enrolment: 32 lower-case hex digits."""

ReportId = NewType("ReportId", str)
"""Given by the collector: 1-128 characters of `A-Z a-z 0-9 _ -`."""

TokenId = NewType("TokenId", str)
"""The public half of a token: 12 lower-case hex digits."""

Epoch = NewType("Epoch", str)
"""Random nonce of one start of an agent: 32 lower-case hex digits."""

StreamName = NewType("StreamName", str)
"""A sequence of batches of one kind from one agent, such as `reports`."""

CommandId = NewType("CommandId", str)
"""Given by the server to each command for an agent: 32 lower-case hex digits."""

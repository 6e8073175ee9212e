"""High-water marks: what the server has stored of one stream of one start of an agent."""

from typing import NamedTuple

import msgspec

from muster.model.ids import AgentId, Epoch, StreamName


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """All sequences from 1 to `sequence` are stored but those inside `gaps` (inclusive ranges, rising).

    `sha256` (64 hex digits) is the content hash of batch number `sequence`.
    """

    agent_id: AgentId
    stream: StreamName
    epoch: Epoch
    sequence: int
    sha256: str
    gaps: tuple[tuple[int, int], ...] = ()


WINDOW_S = 300
"""Samples are rolled up by windows of so many seconds, aligned to the Unix epoch."""


class Window(NamedTuple):
    """A window of one agent's samples; `start_s` is in Unix seconds."""

    agent_id: AgentId
    start_s: int

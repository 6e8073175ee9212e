"""Senders: where rows go."""

from muster.pipeline.senders.discard import DiscardSpec
from muster.pipeline.senders.file import FileSenderSpec
from muster.pipeline.senders.http import HttpSenderSpec
from muster.pipeline.senders.muster import MusterSpec
from muster.pipeline.senders.sender import SenderSpec

SENDERS: tuple[type[SenderSpec], ...] = (MusterSpec, FileSenderSpec, HttpSenderSpec, DiscardSpec)
"""The spec of each sender; `sender_type` in a configuration names one."""

"""An agent as the server knows it."""

import msgspec

from muster.model.ids import AgentId


class Agent(msgspec.Struct, frozen=True, kw_only=True):
    """One enrolled agent. `credential_sha256` has 32 bytes; times are Unix microseconds.

    `address` is where its last request came from; `skew_us` = its clock minus the server's;
    `nonce` is of the process that checked in last, empty: none did yet. `enrolled_by` is the id of the
    token that let it in, empty when that is not known.
    """

    id: AgentId
    hostname: str
    machine_id: str
    platform: str
    agent_version: str
    credential_sha256: bytes
    enrolled_us: int
    last_seen_us: int
    address: str = ""
    skew_us: int = 0
    nonce: str = ""
    enrolled_by: str = ""

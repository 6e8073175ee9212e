"""Who may do what: scopes, surfaces, tokens."""

import enum

import msgspec

from muster.model.ids import TokenId

MAX_AGENTS = 100_000
"""A token that is bounded enrols at most so many."""


class Scope(enum.StrEnum):
    """What a token may do. `admin` includes every other scope but `agent`."""

    READ = "read"
    WRITE_REPORTS = "write:reports"
    WRITE_INVENTORY = "write:inventory"
    WRITE_EVENTS = "write:events"
    WRITE_AUDIT = "write:audit"
    WRITE_LOGS = "write:logs"
    WRITE_FLEET = "write:fleet"
    AGENT = "agent"
    ADMIN = "admin"


class Surface(enum.StrEnum):
    """What `--open` can name: it lets loopback callers in without a token."""

    REPORTS = "reports"
    INVENTORY = "inventory"
    EVENTS = "events"
    AUDIT = "audit"
    FLEET = "fleet"
    OPS = "ops"


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """A bearer token as stored: the secret as its SHA-256 (32 bytes), times in Unix microseconds.

    `signing_secret` is there when the token signs requests instead of being sent; it is encrypted.
    `max_agents` None: it enrols any number of agents; `enrolled` is how many it did. They get its `tags`.
    """

    id: TokenId
    name: str
    scopes: frozenset[Scope]
    secret_sha256: bytes
    created_us: int
    expires_us: int | None = None
    revoked_us: int | None = None
    signing_secret: bytes | None = None
    max_agents: int | None = None
    enrolled: int = 0
    tags: tuple[str, ...] = ()

    @property
    def is_used_up(self) -> bool:
        """Tell whether it has enrolled as many agents as it may."""
        return self.max_agents is not None and self.enrolled >= self.max_agents

    def is_valid(self, now_us: int) -> bool:
        """Tell whether the token is neither revoked nor expired at `now_us`."""
        return self.revoked_us is None and (self.expires_us is None or now_us < self.expires_us)

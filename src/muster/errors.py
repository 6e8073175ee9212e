"""The error tree of the product. Nothing here knows HTTP.

MusterError
├── CallerError            the caller's fault; told to the caller in full
│   ├── InvalidInput       a value is wrong; names the field and what was expected
│   ├── TooLarge           a value is beyond a limit; names the limit
│   ├── Unauthenticated    no credential, or not a valid one
│   │   └── ShutOut        an agent's credential that is not to be used until somebody says so
│   ├── Forbidden          a valid credential that may not do this
│   ├── NotFound           the named thing does not exist
│   └── Conflict           contradicts what is stored already
├── EnvironmentFault       the surroundings' fault; an operator should look
│   ├── Overloaded         try again later; nothing was stored
│   ├── Unavailable        a store or another process does not answer
│   └── SettingsError      the configuration cannot be used
└── Bug                    ours; its text is for the log, the caller sees an id
"""


class MusterError(Exception):
    """Root of all errors raised on purpose. `code` is stable, `message` is for people."""

    code = "error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class CallerError(MusterError):
    """The request cannot be done as it was asked."""

    code = "bad_request"


class InvalidInput(CallerError):
    """A value is wrong. `field` is its path in the request (`ports.inUse[3]`), if it has one."""

    code = "invalid"

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.field = field


class TooLarge(CallerError):
    """A body, field or page is beyond its limit; nothing of it was stored."""

    code = "too_large"


class Unauthenticated(CallerError):
    """There is no credential, or it is unknown, expired or revoked."""

    code = "unauthenticated"


class ShutOut(Unauthenticated):
    """The credential is an agent's that is shut out: it counts again when the agent is let in."""

    code = "shut_out"


class Forbidden(CallerError):
    """The credential is valid but lacks the scope."""

    code = "forbidden"


class NotFound(CallerError):
    """The named thing does not exist."""

    code = "not_found"


class Conflict(CallerError):
    """The request contradicts what is stored already. `code` tells which rule."""

    code = "conflict"

    def __init__(self, message: str, *, code: str = "conflict", retry_after_s: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.retry_after_s = retry_after_s


class EnvironmentFault(MusterError):
    """Something around the process does not work; repeating later may help."""

    code = "environment"


class Overloaded(EnvironmentFault):
    """More is waiting than the configured bound; nothing of the request was stored."""

    code = "overloaded"

    def __init__(self, message: str, *, retry_after_s: int = 1) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Unavailable(EnvironmentFault):
    """A store or another process does not answer, or the server is stopping."""

    code = "unavailable"


class SettingsError(EnvironmentFault):
    """The configuration cannot be used: unreadable, unknown key, wrong value. `problems`: one line each."""

    code = "settings"

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class Bug(MusterError):
    """A state that the code says cannot be."""

    code = "bug"

"""Environment variables as an inventory may hold them."""

import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from muster.agent.collect.label import to_label

MASK = "***"
MAX_BYTES = 256 * 1024
"""Names and values together; a quarter of what an inventory may have."""

_SECRET_NAME = re.compile(
    r"token|secret|passw|pwd|passphrase|(?:^|_)pass(?:_|$)|key|credential|auth(?!or)|cookie|session_id|private"
    r"|signature|salt|dsn|connection_?string",
    re.IGNORECASE,
)
_NO_SECRETS = frozenset({"PWD", "OLDPWD"})
"""Working directories, though their names look like passwords."""

_USER_INFO = re.compile(r"(://)\S*@")
"""Up to the last @: a password may hold any character."""

_PARAMETER = re.compile(
    r"([?&;](?:[a-z0-9_.-]*(?:token|secret|passw|key|credential|auth|signature|sig)[a-z0-9_.-]*)=)[^&;#\s]*",
    re.IGNORECASE,
)


def shown_environment(environ: Mapping[str, str], allowed: Iterable[str]) -> dict[str, str]:
    """Return the variables whose name matches one of the patterns (`LC_*`), by name.

    A value is `***` when its name looks like a secret's; who signs in at a URL is masked in any
    value. Those that come after MAX_BYTES are left out.
    """
    patterns = tuple(allowed)
    shown: dict[str, str] = {}
    size = 0
    for name, value in sorted(environ.items()):
        if not any(fnmatchcase(name, pattern) for pattern in patterns):
            continue
        key, text = to_label(name), to_label(_shown_value(name, value))
        size += len(key.encode()) + len(text.encode())
        if size > MAX_BYTES:
            break
        shown[key] = text
    return shown


def _shown_value(name: str, value: str) -> str:
    if name not in _NO_SECRETS and _SECRET_NAME.search(name):
        return MASK
    return _PARAMETER.sub(rf"\g<1>{MASK}", _USER_INFO.sub(rf"\g<1>{MASK}@", value))

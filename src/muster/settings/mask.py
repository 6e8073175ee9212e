"""Settings as they may be shown: without passwords."""

import re
from pathlib import Path
from typing import Any

import msgspec

from muster.settings.values import SECRET

MASK = "***"

_USER_INFO = re.compile(r"(://[^:/@?#]*):.*@")
_PARAMETER = re.compile(r"((?:^|[?&\s])(?:password|passwd|secret|token|sslpassword)=)[^&\s]*", re.IGNORECASE)


def mask_secrets(text: str) -> str:
    """Return a DSN with `***` for each password: in `user:password@` and in `password=` parameters."""
    return _PARAMETER.sub(rf"\1{MASK}", _USER_INFO.sub(rf"\1:{MASK}@", text))


def shown_value(name: str, value: object) -> Any:
    """Return the value of a dotted key as plain JSON values, masked when it may hold a secret."""
    if name in SECRET:
        return mask_secrets(str(value))
    return msgspec.to_builtins(value, enc_hook=_encode_path)


def _encode_path(value: object) -> object:
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"no setting holds a {type(value).__name__}")

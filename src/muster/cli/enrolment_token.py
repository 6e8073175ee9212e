"""The token by which an agent enrols: from a file, which may come later, or from the environment."""

import logging
import time
from collections.abc import Callable
from pathlib import Path

from muster.agent.trouble import Trouble
from muster.errors import SettingsError

REMIND_S = 600.0
HOW_TO_ENROL = (
    "Make a token on the server (muster token create --scope agent --name THIS-MACHINE), "
    "put it in a file here and name that with --token-file"
)

_log = logging.getLogger(__name__)


def token_reader(
    token_file: str, token: str | None, monotonic_s: Callable[[], float] = time.monotonic
) -> Callable[[], str | None]:
    """Return what finds the enrolment token; the file is read each time, so it may come later.

    While there is none, what to do is logged every ten minutes.
    """
    trouble = Trouble(_log, repeat_s=REMIND_S, monotonic_s=monotonic_s)

    def read() -> str | None:
        try:
            if token_file:
                return read_token(Path(token_file))
            if token:
                return token
            raise SettingsError(HOW_TO_ENROL)
        except SettingsError as error:
            trouble.met(f"no enrolment token, so reports are kept here: {error.message}")
            return None

    return read


def read_token(file: Path) -> str:
    """Return the enrolment token in a file. Raises SettingsError that says how to get one."""
    try:
        token = file.read_text().strip()
    except OSError as error:
        raise SettingsError(f"--token-file {file}: {error.strerror}. {HOW_TO_ENROL}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"--token-file {file}: not text. {HOW_TO_ENROL}") from None
    if not token:
        raise SettingsError(f"--token-file {file} is empty. {HOW_TO_ENROL}")
    return token

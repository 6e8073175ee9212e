"""What an agent collects out of the box: the journal of this machine, else what is in /var/log."""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec

from muster.model.desired import ConfigName, DesiredRunner

NAME = ConfigName("system")
LOGS = Path("/var/log")
JOURNAL_S = 5.0
IGNORED = "*.gz,*.xz,*.bz2,*.zst"


def system_logs(logs: Path = LOGS) -> list[DesiredRunner]:
    """Return the runner of this machine's own logs; nothing where there are none to read, or no polars."""
    if not sys.platform.startswith("linux") or find_spec("polars") is None:
        return []
    if _has_journal():
        config: dict[str, Any] = {"reader": {"mode": "journald"}, "parser": {"type": "json"}}
    elif _is_readable(logs):
        paths = f"{logs}/*,{logs}/*/*.log"
        reader = {"mode": "tailx", "log_path": paths, "read_from": "newest", "ignore_log_path": IGNORED}
        config = {"reader": reader}
    else:
        return []
    text = msgspec.json.encode(config).decode()
    return [DesiredRunner(name=NAME, config=text, config_us=0)]


def _has_journal() -> bool:
    """Tell whether `journalctl` shows an entry to this process."""
    program = shutil.which("journalctl")
    if program is None:
        return False
    try:
        done = subprocess.run(
            (program, "--lines=1", "--output=json", "--quiet", "--no-pager"),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=JOURNAL_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and done.stdout.startswith(b"{")


def _is_readable(logs: Path) -> bool:
    """Tell whether there is a file that this process may read."""
    try:
        return any(each.is_file() and os.access(each, os.R_OK) for each in logs.iterdir())
    except OSError:
        return False

"""Stands in for `journalctl`: entries are numbered from 0, a cursor is a number.

`python fake_journalctl.py ENTRIES OPTIONS...`: ENTRIES is a file that grows, an entry a line.
"""

import json
import os
import sys
import threading

POLL_S = 0.02


def main(entries: str, options: list[str]) -> None:
    cursors = [option.partition("=")[2] for option in options if option.startswith("--after-cursor=")]
    first = int(cursors[0]) + 1 if cursors else 0
    assert cursors or "--lines=all" in options, options
    parent = os.getppid()
    never = threading.Event()
    number = 0
    rest = ""
    with open(entries) as file:  # noqa: PTH123 pathlib is slow to load
        while os.getppid() == parent:
            block = file.read(65_536)
            if not block:
                never.wait(POLL_S)
                continue
            *lines, rest = (rest + block).split("\n")
            for line in lines:
                if number >= first:
                    entry = {"__CURSOR": str(number), "MESSAGE": line, "_SYSTEMD_UNIT": "writer.service"}
                    sys.stdout.write(json.dumps(entry) + "\n")
                number += 1
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])

"""`muster generate audit`: made-up audit events, as the tool of the same name made them."""

import datetime
import os
import random
import string
import threading
from collections import Counter
from pathlib import Path

import click
import msgspec

from muster.cli.client import Client, read_token
from muster.cli.progress import progress_bar

PATH = "/api/event"
DEFAULT_URL = f"http://localhost:8080{PATH}"
APPLICATIONS = ("grease_monkey", "cauliflower", "death_star")
KINDS = ("UserLogin", "UserCreated", "UserLogout")
LETTERS = string.ascii_letters + string.digits


@click.command("audit", epilog="Example: muster generate audit --iterations 100 --delay 0 --seed 1")
@click.option(
    "--url",
    default=DEFAULT_URL,
    show_default=True,
    envvar=["APP_URL", "MUSTER_URL"],
    help="Where to send them; else $APP_URL or $MUSTER_URL says it.",
)
@click.option(
    "--batch-size", type=click.IntRange(0, 10_000), default=10, show_default=True, help="Events a request."
)
@click.option("--iterations", type=click.IntRange(1), default=1000, show_default=True, help="Requests.")
@click.option(
    "--delay", "delay_s", type=click.FloatRange(0), default=0.2, show_default=True, help="Seconds in between."
)
@click.option("--seed", type=int, help="Makes the same events each time, but for their times.")
@click.option(
    "--token-file", metavar="FILE", type=Path, help="Holds the access token; else $MUSTER_TOKEN is used."
)
def audit(
    url: str, batch_size: int, iterations: int, delay_s: float, seed: int | None, token_file: Path | None
) -> None:
    """Send made-up audit events and tell how they were answered; errors of the server do not stop it."""
    chance = random.Random(seed)  # noqa: S311 made-up data
    client = Client(url.rstrip("/").removesuffix(PATH), read_token(token_file, os.environ))
    statuses: Counter[int] = Counter()
    pause = threading.Event()
    try:
        with progress_bar("Sending", iterations) as moved_to:
            for done in range(1, iterations + 1):
                body = msgspec.json.encode(
                    make_events(batch_size, chance, datetime.datetime.now(datetime.UTC))
                )
                statuses[client.status_of_post(PATH, body)] += 1
                moved_to(done)
                if delay_s and done < iterations:
                    pause.wait(delay_s)
    finally:
        client.close()
        for status, count in sorted(statuses.items()):
            click.echo(f"{status}  {count}")


def make_events(count: int, chance: random.Random, now: datetime.datetime) -> list[dict[str, object]]:
    """Return events of one application, of this moment."""
    application = chance.choice(APPLICATIONS)
    return [
        {
            "event_ts": now,
            "application_name": application,
            "event_kind": chance.choice(KINDS),
            "payload": {"username": "user_" + "".join(chance.choices(LETTERS, k=8))},
        }
        for _ in range(count)
    ]

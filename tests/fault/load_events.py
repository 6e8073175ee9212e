"""A client that counts events and sends audit events over several connections at once.

`python -m tests.fault.load_events JOURNAL TOKEN_FILE SEED PACE_S URL...`. Each try goes to any of the
servers. A request with a key is tried until it is answered, and now and then once more; one without
is tried once. SIGTERM ends it when every request with a key is answered.
"""

import http.client
import itertools
import json
import random
import signal
import sys
import threading
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from tests.fault.event_journal import Answered, Journal, Seen, Sent

SENDERS = 4
TIMEOUT_S = 20
AGAIN_S = 0.05
LOOK_S = 0.1
NAME_LASTS = 60
"""After so many requests there is a new name, so that types are made while servers die."""

SUCCESS = frozenset({200, 201})
LATER = frozenset({429, 503})


class Request(NamedTuple):
    """What is asked for, and what it adds."""

    sent: Sent
    path: str
    body: bytes = b""


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Connections:
    """A connection to each server; belongs to one thread."""

    def __init__(self, urls: list[str], token: str, chance: random.Random) -> None:
        self._places = [urlsplit(url).netloc for url in urls]
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._chance = chance
        self._open: dict[str, http.client.HTTPConnection] = {}

    def connect(self) -> http.client.HTTPConnection | None:
        """Return a connection to any server, None when that one is down."""
        place = self._chance.choice(self._places)
        connection = self._open.setdefault(place, http.client.HTTPConnection(place, timeout=TIMEOUT_S))
        try:
            if connection.sock is None:
                connection.connect()
        except OSError:
            connection.close()
            return None
        return connection

    def ask(
        self, connection: http.client.HTTPConnection, method: str, path: str, body: bytes = b"", key: str = ""
    ) -> Answer | None:
        """Return the answer, None when none came. Raises RuntimeError for one that cannot be."""
        headers = self._headers | ({"Idempotency-Key": key} if key else {})
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            answer = Answer(response.status, response.headers, response.read())
        except (OSError, http.client.HTTPException):
            connection.close()
            return None
        if answer.status in LATER:
            return None
        if answer.status not in SUCCESS:
            raise RuntimeError(f"{method} {path} {body!r:.200}: {answer}")
        return answer


class Load:
    """Several senders and one witness of checkpoints."""

    def __init__(self, journal: Path, token: str, seed: int, pace_s: float, urls: list[str]) -> None:
        self._journal = Journal(journal)
        self._token = token
        self._seed = seed
        self._pace_s = pace_s
        self._urls = urls
        self._numbers = itertools.count()
        self._never = threading.Event()
        self.ending = threading.Event()

    def run(self) -> None:
        """Send until `ending`. Raises what went wrong in any thread."""
        with ThreadPoolExecutor(SENDERS + 1) as threads:
            works = [
                threads.submit(self._watch),
                *(threads.submit(self._send_all, n) for n in range(SENDERS)),
            ]
            for work in works:
                work.add_done_callback(lambda _: self.ending.set())
        for work in works:
            work.result()

    def _watch(self) -> None:
        connections = Connections(self._urls, self._token, random.Random(self._seed))
        while not self.ending.wait(LOOK_S):
            connection = connections.connect()
            if connection and (answer := connections.ask(connection, "GET", "/audit/checkpoint")):
                self._journal.write(Seen(answer.body.decode()))

    def _send_all(self, sender: int) -> None:
        chance = random.Random(f"{self._seed} {sender}")
        connections = Connections(self._urls, self._token, chance)
        while not self.ending.wait(self._pace_s):
            connection = connections.connect()
            if connection is None:
                self.ending.wait(AGAIN_S)
                continue
            request = make_request(chance, next(self._numbers))
            self._journal.write(request.sent)
            if request.sent.is_keyed:
                for _ in range(chance.choice((1, 1, 1, 2))):
                    self._send_until_answered(connections, request)
            elif answer := connections.ask(connection, "POST", request.path, request.body):
                self._note(request, answer, 1)

    def _send_until_answered(self, connections: Connections, request: Request) -> None:
        key = f"{self._seed}-{request.sent.number}"
        tries = 0
        while True:
            connection = connections.connect()
            tries += connection is not None
            if connection and (
                answer := connections.ask(connection, "POST", request.path, request.body, key)
            ):
                self._note(request, answer, tries)
                return
            self._never.wait(AGAIN_S)

    def _note(self, request: Request, answer: Answer, tries: int) -> None:
        index = int(answer.headers["X-Muster-Audit-Index"]) if request.sent.events else -1
        status = answer.status if request.sent.events else json.loads(answer.body)["response"]
        self._journal.write(Answered(request.sent.number, status, index, tries))


def make_request(chance: random.Random, number: int) -> Request:
    """Return the request of a number: a count, a count with NUM, a list, or audit events."""
    is_keyed = chance.random() < 0.7
    kind = chance.choice(("count", "number", "list", "audit", "audit"))
    name = make_name(chance, number, is_keyed=is_keyed)
    times = chance.choice((1, 2, chance.randint(1, 1000), 1_000_000_000))
    if kind == "count":
        return Request(Sent(number, is_keyed, {name: 1}), f"/api/events/{name}")
    if kind == "number":
        return Request(Sent(number, is_keyed, {name: times}), f"/api/events/{name}/{times}")
    if kind == "list":
        adds = [
            {"event": make_name(chance, number, is_keyed=is_keyed), "count": chance.randint(1, 100)}
            for _ in range(chance.randint(1, 8))
        ]
        counts: Counter[str] = Counter()
        for add in adds:
            counts[str(add["event"])] += int(add["count"])
        return Request(Sent(number, is_keyed, dict(counts)), "/api/events", json.dumps(adds).encode())
    count = chance.choice((1, 2, chance.randint(1, 50)))
    application = chance.choice(("shop", "billing", f"app-{number // NAME_LASTS}"))
    events = [
        {"event_ts": number, "application_name": application, "event_kind": "K", "payload": [number, at]}
        for at in range(count)
    ]
    return Request(Sent(number, is_keyed, events=count), "/api/event", json.dumps(events).encode())


def make_name(chance: random.Random, number: int, *, is_keyed: bool) -> str:
    """Return an event's name; those with and without keys never share one."""
    kind = "keyed" if is_keyed else "plain"
    return f"{kind}.{chance.choice(('busy', 'other', f'n{number // NAME_LASTS}'))}"


if __name__ == "__main__":
    _, journal, token_file, seed, pace_s, *urls = sys.argv
    load = Load(Path(journal), Path(token_file).read_text().strip(), int(seed), float(pace_s), urls)
    signal.signal(signal.SIGTERM, lambda *_: load.ending.set())
    load.run()

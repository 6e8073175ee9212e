"""Compares what a client was answered with what is stored, and with the checkpoints that it saw."""

import hashlib
import itertools
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from muster.core.audit.export import ExportedEvent
from muster.core.audit.note import Checkpoint, Verifier
from muster.core.audit.tree import leaf_hash
from muster.model.audit import CONTROL_APPLICATION, Source, encode_leaf
from tests.fault.event_journal import Answered, Seen, Sent, iter_entries


class Accounts(msgspec.Struct):
    """Figures; all of the second part must be 0."""

    requests: int = 0
    answered: int = 0
    retried: int = 0
    repeats: int = 0
    counted: int = 0
    names: int = 0
    events: int = 0
    unanswered: int = 0
    unanswered_stored: int = 0
    checkpoints: int = 0

    keys_unanswered: int = 0
    answers_differing: int = 0
    wrong_counts: int = 0
    unknown_names: int = 0
    batches_lost: int = 0
    batches_doubled: int = 0
    batches_torn: int = 0
    batches_unknown: int = 0
    indexes_wrong: int = 0
    checkpoints_shrunk: int = 0
    checkpoints_late: int = 0
    roots_wrong: int = 0


WRONG = Accounts.__struct_fields__[Accounts.__struct_fields__.index("keys_unanswered") :]


class Told:
    """What a journal tells: requests and their answers by number, and checkpoints in order."""

    def __init__(self, path: Path, verifier: Verifier) -> None:
        self.sent: dict[int, Sent] = {}
        self.answers: defaultdict[int, list[Answered]] = defaultdict(list)
        self.seen: list[Checkpoint] = []
        self.least: list[int] = []
        """For each checkpoint: the size that was answered for when it was asked for."""

        answered = before = 0
        for entry in iter_entries(path):
            match entry:
                case Sent():
                    self.sent[entry.number] = entry
                case Answered():
                    self.answers[entry.number].append(entry)
                    answered = max(answered, entry.index + self.sent[entry.number].events)
                case Seen():
                    self.seen.append(verifier.verify(entry.note))
                    self.least.append(before)
                    before = answered


def add_requests(accounts: Accounts, told: Told) -> None:
    """Every request with a key has answers, all alike."""
    accounts.requests = len(told.sent)
    accounts.answered = len(told.answers)
    for sent in told.sent.values():
        answers = told.answers.get(sent.number, [])
        accounts.retried += sum(answer.tries - 1 for answer in answers)
        accounts.repeats += max(0, len(answers) - 1)
        accounts.answers_differing += len({(answer.status, answer.index) for answer in answers}) > 1
        if not answers:
            accounts.unanswered += 1
            accounts.keys_unanswered += sent.is_keyed


def add_counts(accounts: Accounts, told: Told, totals: Mapping[str, int], hours: Mapping[str, int]) -> None:
    """Totals are the sums of what was answered, at most what was sent; so are those of all hours."""
    least: Counter[str] = Counter()
    most: Counter[str] = Counter()
    for sent in told.sent.values():
        most.update(sent.counts)
        if sent.number in told.answers:
            least.update(sent.counts)
    accounts.names = len(totals)
    accounts.counted = sum(totals.values())
    accounts.unknown_names = len((totals.keys() | hours.keys()) - most.keys())
    accounts.wrong_counts = sum(
        not least[name] <= totals.get(name, 0) == hours.get(name, 0) <= most[name] for name in most
    )


def add_events(accounts: Accounts, told: Told, events: Sequence[ExportedEvent]) -> None:
    """Every batch that was answered is there once, whole and where it was said to be; others at most once."""
    places: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for event in events:
        if event.application_name != CONTROL_APPLICATION:
            number, at = msgspec.json.decode(bytes(event.payload), type=tuple[int, int])  # type: ignore[arg-type]
            places[number].append((event.index, at))
    accounts.events = sum(map(len, places.values()))
    accounts.batches_unknown = sum(
        not (number in told.sent and told.sent[number].events) for number in places
    )
    for sent in told.sent.values():
        answers, found = told.answers.get(sent.number), sorted(places.get(sent.number, []))
        if not sent.events:
            continue
        if not found:
            accounts.batches_lost += answers is not None
            continue
        first = found[0][0]
        accounts.unanswered_stored += answers is None
        accounts.batches_doubled += len(found) > sent.events
        accounts.batches_torn += found[: sent.events] != [(first + at, at) for at in range(sent.events)]
        accounts.indexes_wrong += answers is not None and answers[0].index != first


def add_checkpoints(accounts: Accounts, told: Told, events: Sequence[ExportedEvent]) -> None:
    """Each checkpoint has the root of the stored leaves, is no smaller than those before, and never late."""
    sizes = [checkpoint.size for checkpoint in told.seen]
    roots = roots_at((to_leaf_hash(event) for event in events), set(sizes))
    accounts.checkpoints = len(set(told.seen))
    accounts.roots_wrong = sum(roots.get(checkpoint.size) != checkpoint.root for checkpoint in told.seen)
    accounts.checkpoints_shrunk = sum(now < before for before, now in itertools.pairwise(sizes))
    accounts.checkpoints_late = sum(size < least for size, least in zip(sizes, told.least, strict=True))


def to_leaf_hash(event: ExportedEvent) -> bytes:
    source = Source(event.application_name, event.event_kind)
    return leaf_hash(encode_leaf(event.event_ts, source, bytes(event.payload)))  # type: ignore[arg-type]


def roots_at(hashes: Iterable[bytes], sizes: Collection[int]) -> dict[int, bytes]:
    """Return the root of the first so many leaves for each size, by the definition of RFC 6962, 2.1."""
    peaks: list[tuple[int, bytes]] = []
    roots = {0: hashlib.sha256(b"").digest()}
    for size, each in enumerate(hashes, 1):
        peaks.append((0, each))
        while len(peaks) > 1 and peaks[-1][0] == peaks[-2][0]:
            (height, right), (_, left) = peaks.pop(), peaks.pop()
            peaks.append((height + 1, _node(left, right)))
        if size in sizes:
            *others, (_, root) = peaks
            for _, left in reversed(others):
                root = _node(left, root)
            roots[size] = root
    return roots


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()

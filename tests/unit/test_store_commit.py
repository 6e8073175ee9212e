"""Group commit: order, isolation of failures, bounds, patience, end."""

import threading
from collections.abc import Callable, Iterator, Sequence

import pytest

from muster.errors import Overloaded, Unavailable
from muster.store.commit import GroupCommit


class Writer:
    """Records groups; can be held inside a write."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.entered = threading.Semaphore(0)
        self.go = threading.Event()
        self.go.set()

    def __call__(self, items: Sequence[int]) -> Sequence[int | Exception]:
        self.entered.release()
        assert self.go.wait(10)
        if any(item < 0 for item in items):
            raise ValueError("negative")
        self.groups.append(list(items))
        return [KeyError(item) if item == 99 else item * 2 for item in items]


@pytest.fixture
def writer() -> Writer:
    return Writer()


@pytest.fixture
def open_commit(writer: Writer) -> Iterator[Callable[..., GroupCommit[int, int]]]:
    opened: list[GroupCommit[int, int]] = []

    def open_one(queue_bytes: int = 1000, group_bytes: int = 1000) -> GroupCommit[int, int]:
        opened.append(GroupCommit("test", writer, queue_bytes=queue_bytes, group_bytes=group_bytes))
        return opened[-1]

    yield open_one
    writer.go.set()
    for commit in opened:
        commit.close()


Open = Callable[..., GroupCommit[int, int]]


def hold(writer: Writer, commit: GroupCommit[int, int]) -> None:
    """Leave the writer inside a write of item 0."""
    writer.go.clear()
    commit.submit(0, size_bytes=1)
    assert writer.entered.acquire(timeout=5)


def write_together(writer: Writer, commit: GroupCommit[int, int]) -> None:
    """Write item 0, then 10 and 11 as one group: from now on there is company to wait for."""
    hold(writer, commit)
    futures = [commit.submit(number, size_bytes=1) for number in (10, 11)]
    writer.go.set()
    assert [future.result(5) for future in futures] == [20, 22]


def test_what_waits_during_a_write_is_one_group_in_order(writer: Writer, open_commit: Open) -> None:
    commit = open_commit()
    hold(writer, commit)
    futures = [commit.submit(number, size_bytes=1) for number in range(1, 50)]
    writer.go.set()
    assert [future.result(5) for future in futures] == [number * 2 for number in range(1, 50)]
    assert writer.groups == [[0], list(range(1, 50))]


def test_an_outcome_that_is_an_error_is_its_senders_only(writer: Writer, open_commit: Open) -> None:
    commit = open_commit()
    hold(writer, commit)
    good, bad = commit.submit(1, size_bytes=1), commit.submit(99, size_bytes=1)
    writer.go.set()
    assert good.result(5) == 2
    with pytest.raises(KeyError):
        bad.result(5)
    assert writer.groups == [[0], [1, 99]]


def test_a_group_that_fails_is_run_again_one_by_one(writer: Writer, open_commit: Open) -> None:
    commit = open_commit()
    hold(writer, commit)
    futures = [commit.submit(number, size_bytes=1) for number in (1, -1, 2)]
    writer.go.set()
    assert (futures[0].result(5), futures[2].result(5)) == (2, 4)
    with pytest.raises(ValueError, match="negative"):
        futures[1].result(5)
    assert writer.groups == [[0], [1], [2]]


def test_beyond_the_bound_a_submit_is_refused_at_once(writer: Writer, open_commit: Open) -> None:
    commit = open_commit(queue_bytes=100)
    hold(writer, commit)
    commit.submit(1, size_bytes=90)
    with pytest.raises(Overloaded) as refused:
        commit.submit(2, size_bytes=20)
    assert refused.value.retry_after_s >= 1
    last = commit.submit(3, size_bytes=5)
    writer.go.set()
    assert last.result(5) == 6
    assert commit.pending_bytes == 0


def test_an_item_above_the_bound_is_taken_when_nothing_waits(open_commit: Open) -> None:
    assert open_commit(queue_bytes=10).submit(4, size_bytes=1000).result(5) == 8


def test_groups_end_at_their_size(writer: Writer, open_commit: Open) -> None:
    commit = open_commit(group_bytes=25)
    hold(writer, commit)
    futures = [commit.submit(number, size_bytes=10) for number in range(1, 8)]
    writer.go.set()
    assert all(future.result(5) for future in futures)
    assert writer.groups == [[0], [1, 2, 3], [4, 5, 6], [7]]


def test_a_patient_item_waits_and_an_impatient_one_ends_the_wait(writer: Writer, open_commit: Open) -> None:
    commit = open_commit()
    write_together(writer, commit)
    patient = commit.submit(1, size_bytes=1, gather_s=60)
    assert not patient.done()
    assert commit.submit(2, size_bytes=1).result(5) == 4
    assert patient.result(5) == 2
    assert writer.groups == [[0], [10, 11], [1, 2]]


def test_a_patient_item_is_written_when_its_time_is_over(writer: Writer, open_commit: Open) -> None:
    commit = open_commit()
    write_together(writer, commit)
    assert commit.submit(1, size_bytes=1, gather_s=0.01).result(5) == 2


def test_nobody_waits_for_company_that_the_last_group_did_not_have(open_commit: Open) -> None:
    assert open_commit().submit(1, size_bytes=1, gather_s=60).result(5) == 2


def test_a_cancelled_item_is_not_written(writer: Writer, open_commit: Open) -> None:
    commit = open_commit()
    hold(writer, commit)
    cancelled, kept = commit.submit(1, size_bytes=1), commit.submit(2, size_bytes=1)
    assert cancelled.cancel()
    writer.go.set()
    assert kept.result(5) == 4
    assert writer.groups == [[0], [2]]


def test_close_writes_what_waits_and_takes_no_more(writer: Writer, open_commit: Open) -> None:
    commit = open_commit()
    write_together(writer, commit)
    patient = commit.submit(1, size_bytes=1, gather_s=60)
    commit.close()
    assert patient.result(0) == 2
    with pytest.raises(Unavailable):
        commit.submit(2, size_bytes=1)

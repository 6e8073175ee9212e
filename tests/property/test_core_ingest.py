"""The marks against a model that simply remembers every batch."""

from hypothesis import given
from hypothesis import strategies as st

from muster.core.ingest import Verdict, advance, is_gap, judge
from muster.model.batch import REPORTS, BatchKey
from muster.model.ids import AgentId, Epoch
from muster.model.mark import Mark

AGENT, EPOCH = AgentId("a" * 32), Epoch("e" * 32)

submissions = st.lists(st.tuples(st.integers(1, 12), st.sampled_from(["aa", "bb"])), max_size=40)


@given(submissions)
def test_marks_store_each_sequence_once_and_refuse_other_content(sent: list[tuple[int, str]]) -> None:
    stored: dict[int, str] = {}
    mark: Mark | None = None
    for sequence, sha256 in sent:
        verdict = judge(mark, sequence, sha256)
        if verdict is Verdict.ASK_DATA:
            assert mark is not None
            assert is_gap(mark, sequence) == (sequence not in stored)
            known = stored.get(sequence)
            if known is None:
                verdict = Verdict.NEW
            else:
                verdict = Verdict.REPEAT if known == sha256 else Verdict.CONFLICT
        expected = (
            Verdict.NEW
            if sequence not in stored
            else Verdict.REPEAT
            if stored[sequence] == sha256
            else Verdict.CONFLICT
        )
        assert verdict is expected
        if verdict is Verdict.NEW:
            stored[sequence] = sha256
            mark = advance(mark, BatchKey(AGENT, REPORTS, EPOCH, sequence), sha256)
    if mark is not None:
        missing = {n for first, last in mark.gaps for n in range(first, last + 1)}
        assert mark.sequence == max(stored)
        assert mark.sha256 == stored[mark.sequence]
        assert missing == set(range(1, mark.sequence)) - set(stored)


@given(st.sets(st.integers(1, 60), min_size=1))
def test_gaps_stay_sorted_and_disjoint(sequences: set[int]) -> None:
    mark: Mark | None = None
    for sequence in sorted(sequences, key=lambda n: (n * 7919) % 61):
        mark = advance(mark, BatchKey(AGENT, REPORTS, EPOCH, sequence), f"{sequence:064x}")
    assert mark is not None
    flat = [edge for gap in mark.gaps for edge in gap]
    assert all(first <= last for first, last in mark.gaps)
    assert flat == sorted(flat)

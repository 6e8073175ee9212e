"""Bodies of audit events: whatever comes, it is refused by name or stored as it is."""

import json
from typing import Any

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st

from muster.api.audit_events.decoding import decode_events
from muster.api.audit_events.errors import WrongRequest
from muster.core.audit.export import ExportedEvent, to_line, verify_lines
from muster.core.audit.note import Checkpoint
from muster.core.audit.proofs import inclusion_proof
from muster.core.audit.times import to_text
from muster.core.audit.tree import Edge, leaf_hash, node_hasher
from muster.model.audit import Source, encode_leaf, split_leaf

names = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=31)
payloads = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | names,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=10,
)
events = st.fixed_dictionaries(
    {
        "event_ts": st.datetimes().map(lambda time: f"{time.isoformat()}+00:00"),
        "application_name": names.filter(lambda name: name != "muster"),
        "event_kind": names,
        "payload": payloads,
    }
)


@given(st.lists(events, max_size=6), st.booleans(), st.sampled_from([None, 2]))
def test_leaves_are_of_the_bytes_that_came(
    sent: list[dict[str, Any]], ascii_only: bool, indent: int | None
) -> None:
    texts = [json.dumps(event["payload"], ensure_ascii=ascii_only, indent=indent) for event in sent]
    heads = [json.dumps({name: event[name] for name in event if name != "payload"})[:-1] for event in sent]
    bodies = [f'{head}, "payload" : {text} }}' for head, text in zip(heads, texts, strict=True)]
    batch = decode_events(f"[{', '.join(bodies)}]".encode(), is_ndjson=False)
    assert [bytes(payload) for payload in batch.payloads] == [text.encode() for text in texts]
    for at, event in enumerate(sent):
        source = Source(event["application_name"], event["event_kind"])
        leaf = encode_leaf(to_text(batch.ts_us[at]), source, texts[at].encode())
        assert batch.sources[at] == source
        assert batch.leaf_hashes[at] == leaf_hash(leaf)
        assert split_leaf(leaf) == (to_text(batch.ts_us[at]), source, texts[at].encode())


@given(st.binary(max_size=200) | st.text().map(lambda text: text.encode(errors="replace")), st.booleans())
@example(b"[" * 5000, False)
@example(b'{"event_ts":' * 5000, True)
def test_anything_else_is_refused_by_name(body: bytes, is_ndjson: bool) -> None:
    try:
        batch = decode_events(body, is_ndjson=is_ndjson)
    except WrongRequest as error:
        assert error.fault.loc[0] == "body"
        assert error.fault.msg
    else:
        assert len(batch.ts_us) == 0


@given(st.lists(events, min_size=1, max_size=9), st.data())
def test_an_export_is_verified_and_any_other_is_not(sent: list[dict[str, Any]], data: st.DataObject) -> None:
    batch = decode_events(json.dumps(sent, indent=1).encode(), is_ndjson=False)
    edge, size = Edge(), len(sent)
    edge.append(batch.leaf_hashes)
    checkpoint = Checkpoint("x", size, edge.root())
    hash_node = node_hasher(lambda _level, _number, width: list(batch.leaf_hashes[:width]))
    lines = [
        to_line(
            ExportedEvent(
                index=at,
                event_ts=to_text(batch.ts_us[at]),
                application_name=batch.sources[at].application,
                event_kind=batch.sources[at].kind,
                proof=[_text(part) for part in inclusion_proof(at, size, hash_node)],
                payload=msgspec.Raw(bytes(batch.payloads[at])),
            )
        )
        for at in range(size)
    ]
    assert all(b"\n" not in line for line in lines)
    assert verify_lines(lines[::-1], checkpoint, is_complete=True).wrong_count == 0

    victim = data.draw(st.integers(0, size - 1))
    forged = json.loads(lines[victim]) | {"event_kind": sent[victim]["event_kind"] + "x"}
    changed = [*lines[:victim], json.dumps(forged).encode(), *lines[victim + 1 :]]
    verdict = verify_lines(changed, checkpoint)
    assert [one.index for one in verdict.wrong] == [victim]
    missing = verify_lines([*lines[:victim], *lines[victim + 1 :]], checkpoint, is_complete=True)
    assert [one.index for one in missing.wrong] == [victim]
    twice = verify_lines([*lines, lines[victim]], checkpoint, is_complete=True)
    assert [one.index for one in twice.wrong] == [victim]
    assert verify_lines([*lines, lines[victim]], checkpoint).wrong == twice.wrong
    gone = verify_lines([], checkpoint, is_complete=True)
    assert (gone.wrong_count, len(gone.wrong)) == (size, 1)
    older = verify_lines(lines, Checkpoint("x", size - 1, bytes(32)))
    assert (older.wrong[0].place, older.wrong_count) == (f"line {size}", size)
    other = Checkpoint("x", size, bytes(32))
    assert verify_lines(lines, other).wrong_count == size


def _text(part: bytes) -> str:
    return msgspec.to_builtins(part)  # type: ignore[no-any-return]

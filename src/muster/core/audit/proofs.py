"""Proofs of RFC 6962: that an event is in a tree, and that a tree is the beginning of a later one.

Checking follows RFC 9162, sections 2.1.3.2 and 2.1.4.2. No I/O.
"""

from collections.abc import Sequence
from hmac import compare_digest

from muster.core.audit.tree import EMPTY_ROOT, HASH_BYTES, HashNode, node_hash, range_hash
from muster.errors import InvalidInput

MAX_PROOF_HASHES = 63


def inclusion_proof(index: int, size: int, hash_node: HashNode) -> list[bytes]:
    """Return the path from leaf `index` to the root of `size` leaves. Raises InvalidInput."""
    if not 0 <= index < size:
        raise InvalidInput(f"expected a leaf of a tree of {size}", field="index")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(range_hash(middle, end, hash_node))
            end = middle
        else:
            path.append(range_hash(start, middle, hash_node))
            start = middle
    return path[::-1]


def consistency_proof(first: int, second: int, hash_node: HashNode) -> list[bytes]:
    """Return the proof that the tree of `first` leaves is the beginning of that of `second`.

    It is empty when either is trivial. Raises InvalidInput unless 0 <= first <= second.
    """
    if not 0 <= first <= second:
        raise InvalidInput(f"expected sizes that rise, got {first} and {second}", field="from")
    if first in (0, second):
        return []
    path: list[bytes] = []
    start, end, is_whole = 0, second, True
    while first != end:
        middle = start + _split(end - start)
        if first <= middle:
            path.append(range_hash(middle, end, hash_node))
            end = middle
        else:
            path.append(range_hash(start, middle, hash_node))
            start = middle
            is_whole = False
    if not is_whole:
        path.append(range_hash(start, end, hash_node))
    return path[::-1]


def is_included(leaf_hash: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Tell whether a proof leads from the leaf's hash to the root."""
    if not 0 <= index < size or not _is_proof(proof):
        return False
    node, last, found = index, size - 1, leaf_hash
    for other in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            found = node_hash(other, found)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            found = node_hash(found, other)
        node, last = node >> 1, last >> 1
    return last == 0 and compare_digest(found, root)


def is_consistent(
    first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Tell whether a proof shows that the first tree is the beginning of the second."""
    if not 0 <= first <= second or not _is_proof(proof):
        return False
    if first == second:
        return not proof and compare_digest(first_root, second_root)
    if first == 0:
        return not proof and compare_digest(first_root, EMPTY_ROOT)
    path = [first_root, *proof] if first & (first - 1) == 0 else list(proof)
    if not path:
        return False
    node, last = first - 1, second - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = path[0]
    for other in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            old, new = node_hash(other, old), node_hash(other, new)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, other)
        node, last = node >> 1, last >> 1
    return last == 0 and compare_digest(old, first_root) and compare_digest(new, second_root)


def _split(count: int) -> int:
    """Return the largest power of two below `count`."""
    return 1 << ((count - 1).bit_length() - 1)


def _is_proof(proof: Sequence[bytes]) -> bool:
    return len(proof) <= MAX_PROOF_HASHES and all(len(part) == HASH_BYTES for part in proof)

"""The Merkle tree against two implementations from elsewhere, and against the vectors of CT."""

import hashlib
import itertools
from collections.abc import Sequence

import proofbundle.merkle
import pymerkle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.core.audit.proofs import consistency_proof, inclusion_proof, is_consistent, is_included
from muster.core.audit.tree import (
    EMPTY_ROOT,
    WIDTH,
    Edge,
    ReadTile,
    Tile,
    leaf_hash,
    load_edge,
    node_hash,
    node_hasher,
    range_hash,
    tile_width,
)

CT_LEAVES = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    b"\x50\x51\x52\x53\x54\x55\x56\x57",
    b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]

sizes = st.one_of(st.integers(0, 40), st.sampled_from([255, 256, 257, 511, 512, 513, 700]))


class Grown:
    """A tree grown in steps, with the tiles that a store would keep."""

    def __init__(self, leaves: Sequence[bytes], steps: Sequence[int] = ()) -> None:
        self.edge = Edge()
        self.tiles: dict[tuple[int, int], Tile] = {}
        self.hashes = [leaf_hash(leaf) for leaf in leaves]
        cuts = sorted({0, len(leaves), *(step % (len(leaves) + 1) for step in steps)})
        for start, end in itertools.pairwise(cuts):
            for tile in self.edge.append(self.hashes[start:end]):
                assert (tile.level, tile.number) not in self.tiles
                self.tiles[tile.level, tile.number] = tile

    @property
    def read_tile(self) -> ReadTile:
        def read(level: int, number: int, width: int) -> Sequence[bytes]:
            assert width <= tile_width(len(self.hashes), level, number)
            if (level, number) in self.tiles:
                return self.tiles[level, number].hashes[:width]
            if level == 0:
                return self.hashes[number * WIDTH : number * WIDTH + width]
            return [self.tiles[level - 1, number * WIDTH + at].root for at in range(width)]

        return read


def leaves_of(count: int, salt: int = 0) -> list[bytes]:
    return [b"%d %d" % (salt, at) for at in range(count)]


def naive_root(hashes: Sequence[bytes]) -> bytes:
    """The definition of RFC 6962, section 2.1."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << ((len(hashes) - 1).bit_length() - 1)
    return node_hash(naive_root(hashes[:split]), naive_root(hashes[split:]))


@pytest.mark.parametrize("size", range(1, 9))
def test_the_roots_are_those_of_certificate_transparency(size: int) -> None:
    assert Grown(CT_LEAVES[:size]).edge.root().hex() == CT_ROOTS[size - 1]


def test_an_empty_tree_has_the_hash_of_nothing() -> None:
    assert Edge().root() == EMPTY_ROOT == naive_root([])


@settings(max_examples=60, deadline=None)
@given(size=sizes, steps=st.lists(st.integers(0, 700), max_size=5))
def test_however_a_tree_is_grown_its_root_is_that_of_others(size: int, steps: list[int]) -> None:
    leaves = leaves_of(size)
    grown = Grown(leaves, steps)
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for leaf in leaves:
        tree.append_entry(leaf)
    if size:
        assert grown.edge.root() == tree.get_root(size)
    assert grown.edge.root() == proofbundle.merkle.merkle_tree_hash(leaves) == naive_root(grown.hashes)
    assert load_edge(size, grown.read_tile).root() == grown.edge.root()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_inclusion_proofs_are_those_of_others_and_prove_nothing_else(data: st.DataObject) -> None:
    grown_size = data.draw(sizes.filter(bool))
    size = data.draw(st.integers(1, grown_size))
    index = data.draw(st.integers(0, size - 1))
    leaves = leaves_of(grown_size)
    grown = Grown(leaves)
    hash_node = node_hasher(grown.read_tile)
    proof = inclusion_proof(index, size, hash_node)
    root = range_hash(0, size, hash_node)
    assert proof == proofbundle.merkle.inclusion_proof(leaves[:size], index)
    assert is_included(grown.hashes[index], index, size, proof, root)
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for leaf in leaves:
        tree.append_entry(leaf)
    theirs = tree.prove_inclusion(index + 1, size)
    pymerkle.verify_inclusion(grown.hashes[index], root, theirs)

    other = data.draw(st.integers(0, size - 1).filter(lambda x: x != index)) if size > 1 else None
    if other is not None:
        assert not is_included(grown.hashes[other], index, size, proof, root)
        assert not is_included(grown.hashes[index], other, size, proof, root)
    assert not is_included(grown.hashes[index], index, size, [*proof, bytes(32)], root)
    assert not is_included(grown.hashes[index], index, size, proof[:-1], root) or not proof
    assert not is_included(bytes(32), index, size, proof, root)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_consistency_proofs_are_those_of_others_and_prove_nothing_else(data: st.DataObject) -> None:
    second = data.draw(sizes.filter(bool))
    first = data.draw(st.integers(1, second))
    leaves = leaves_of(second)
    hash_node = node_hasher(Grown(leaves).read_tile)
    proof = consistency_proof(first, second, hash_node)
    old, new = range_hash(0, first, hash_node), range_hash(0, second, hash_node)
    assert proof == proofbundle.merkle.consistency_proof(leaves, first)
    assert is_consistent(first, second, old, new, proof)
    assert proofbundle.merkle.verify_consistency(first, second, proof, old, new)

    assert not is_consistent(first, second, bytes(32), new, proof)
    assert not is_consistent(first, second, old, bytes(32), proof)
    assert not is_consistent(first, second, old, new, [*proof, bytes(32)])
    rewritten = node_hasher(Grown([b"other", *leaves[1:]]).read_tile)
    assert not is_consistent(
        first, second, old, range_hash(0, second, rewritten), consistency_proof(first, second, rewritten)
    )


def test_nothing_begins_everything() -> None:
    hash_node = node_hasher(Grown(leaves_of(5)).read_tile)
    assert consistency_proof(0, 5, hash_node) == []
    assert is_consistent(0, 5, EMPTY_ROOT, range_hash(0, 5, hash_node), [])
    assert not is_consistent(0, 5, bytes(32), range_hash(0, 5, hash_node), [])


def test_a_tree_of_three_levels_of_tiles() -> None:
    """65 536 + 256 + 1 leaves: a complete tile on level 1, partial ones on all three."""
    grown = Grown(leaves_of(65_793), [1, 300, 65_537])
    assert grown.edge.root() == naive_root(grown.hashes)
    assert {tile.level for tile in grown.tiles.values()} == {0, 1}
    assert load_edge(65_793, grown.read_tile).root() == grown.edge.root()
    hash_node = node_hasher(grown.read_tile)
    for index in (0, 65_535, 65_536, 65_792):
        proof = inclusion_proof(index, 65_793, hash_node)
        assert is_included(grown.hashes[index], index, 65_793, proof, grown.edge.root())

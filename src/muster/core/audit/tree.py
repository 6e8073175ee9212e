"""The Merkle tree of RFC 6962, section 2.1, in tiles of 256 hashes (C2SP tlog-tiles). No I/O.

The tile (L, N) holds the hashes of the complete subtrees of 256^L leaves with the numbers
256 * N to 256 * N + 255. A tile with all of them is complete and never changes; at the right edge
of the tree a tile is partial. All that a log must remember of its tree is its edge.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from muster.errors import Bug

HEIGHT = 8
WIDTH = 1 << HEIGHT
HASH_BYTES = 32
LEAF, NODE = b"\x00", b"\x01"
EMPTY_ROOT = hashlib.sha256(b"").digest()

_sha256 = hashlib.sha256


class Tile(NamedTuple):
    """A complete tile: its 256 hashes, and the hash of the subtree that they make up."""

    level: int
    number: int
    hashes: Sequence[bytes]
    root: bytes


class Node(NamedTuple):
    """The complete subtree of 2^height leaves that begins at leaf number * 2^height."""

    height: int
    number: int


ReadTile = Callable[[int, int, int], Sequence[bytes]]
"""Given level, number and width: return the first `width` hashes of a tile."""

HashNode = Callable[[Node], bytes]
"""Given a complete subtree: return its hash."""


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf."""
    return _sha256(LEAF + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node above two others."""
    return _sha256(NODE + left + right).digest()


def perfect_root(hashes: Sequence[bytes]) -> bytes:
    """Return the root above 2^n hashes."""
    while len(hashes) > 1:
        pairs = iter(hashes)
        hashes = [_sha256(NODE + left + right).digest() for left, right in zip(pairs, pairs, strict=True)]
    return hashes[0]


def fold(hashes: Sequence[bytes]) -> bytes:
    """Return the root above complete subtrees that get smaller from left to right."""
    root = EMPTY_ROOT
    for index, left in enumerate(reversed(hashes)):
        root = node_hash(left, root) if index else left
    return root


class Edge:
    """The right edge of a tree: for each level the hashes of its partial tile, 0-255 of them."""

    def __init__(self, levels: Iterable[Sequence[bytes]] = ()) -> None:
        self._levels = [list(hashes) for hashes in levels]
        if any(len(hashes) >= WIDTH for hashes in self._levels):
            raise Bug("a partial tile has less than 256 hashes")
        self.size = sum(len(hashes) << (HEIGHT * level) for level, hashes in enumerate(self._levels))

    def append(self, leaf_hashes: Sequence[bytes]) -> list[Tile]:
        """Grow the tree by leaves; return the tiles that became complete."""
        complete: list[Tile] = []
        self._extend(0, self.size, leaf_hashes, complete)
        self.size += len(leaf_hashes)
        return complete

    @property
    def leaf_hashes(self) -> Sequence[bytes]:
        """The hashes of the partial tile of level 0."""
        return self._levels[0] if self._levels else ()

    def root(self) -> bytes:
        """Return the root of the tree."""
        peaks: list[bytes] = []
        for hashes in reversed(self._levels):
            at = 0
            for height in reversed(range(HEIGHT)):
                if len(hashes) >> height & 1:
                    peaks.append(perfect_root(hashes[at : at + (1 << height)]))
                    at += 1 << height
        return fold(peaks)

    def _extend(self, level: int, before: int, hashes: Sequence[bytes], complete: list[Tile]) -> None:
        """Append hashes to a level that had `before` of them in all its tiles."""
        if level == len(self._levels):
            self._levels.append([])
        waiting = [*self._levels[level], *hashes]
        number = before // WIDTH
        roots: list[bytes] = []
        for start in range(0, len(waiting) - WIDTH + 1, WIDTH):
            tile = waiting[start : start + WIDTH]
            roots.append(perfect_root(tile))
            complete.append(Tile(level, number + len(roots) - 1, tile, roots[-1]))
        self._levels[level] = waiting[len(roots) * WIDTH :]
        if roots:
            self._extend(level + 1, number, roots, complete)


def iter_edge_tiles(size: int) -> Iterator[tuple[int, int, int]]:
    """Yield level, number and width of the partial tiles of a tree, from the leaves up."""
    level = 0
    while size:
        yield level, size >> HEIGHT, size % WIDTH
        size >>= HEIGHT
        level += 1


def load_edge(size: int, read_tile: ReadTile) -> Edge:
    """Return the edge of a tree that is kept in tiles."""
    return Edge(
        read_tile(level, number, width) if width else () for level, number, width in iter_edge_tiles(size)
    )


def tile_width(size: int, level: int, number: int) -> int:
    """Return how many hashes a tile has in a tree of `size` leaves, 0-256."""
    return max(0, min(WIDTH, (size >> (HEIGHT * level)) - number * WIDTH))


def peaks(start: int, end: int) -> list[Node]:
    """Return the complete subtrees of leaves `start` to `end`, the larger first; `start` fits the first."""
    nodes: list[Node] = []
    while start < end:
        height = (end - start).bit_length() - 1
        nodes.append(Node(height, start >> height))
        start += 1 << height
    return nodes


def range_hash(start: int, end: int, hash_node: HashNode) -> bytes:
    """Return the hash of the subtree of leaves `start` to `end`, which the tree must have."""
    return fold([hash_node(node) for node in peaks(start, end)])


def node_hasher(read_tile: ReadTile) -> HashNode:
    """Return what hashes subtrees of a tree that is kept in tiles, each once."""
    known: dict[Node, bytes] = {}

    def hash_node(node: Node) -> bytes:
        found = known.get(node)
        if found is None:
            height, number = node
            if height % HEIGHT:
                left, right = Node(height - 1, 2 * number), Node(height - 1, 2 * number + 1)
                found = node_hash(hash_node(left), hash_node(right))
            else:
                at = number % WIDTH
                found = read_tile(height // HEIGHT, number // WIDTH, at + 1)[at]
            known[node] = found
        return found

    return hash_node

"""`/audit`: the signed checkpoint, tiles of the tree (C2SP tlog-tiles), and proofs."""

import base64
import re
from typing import Annotated, Any

import msgspec
from litestar import Response, get
from litestar.params import PathParameter, QueryParameter

from muster.api.audit_events.decoding import NDJSON
from muster.api.audit_events.events import EventBody, to_body
from muster.api.audit_events.questions import MAX_ID, parse_question
from muster.api.audit_events.service import AuditSurface, check_may_read_control
from muster.api.http.authorization import Needs, is_admin
from muster.api.http.requests import AnyRequest
from muster.core.audit.export import ExportedEvent, to_line
from muster.core.audit.note import read_checkpoint
from muster.core.audit.times import to_text
from muster.core.audit.tree import HASH_BYTES, WIDTH
from muster.errors import InvalidInput, NotFound
from muster.model.access import Scope, Surface
from muster.model.audit import CONTROL_APPLICATION, encode_leaf

READ = {"needs": Needs(Scope.READ, Surface.AUDIT)}
READ_PLACE = READ | {"errors": (404,)}
READ_RANGE = READ | {"errors": (404, 422)}
OCTETS = "application/octet-stream"
FOREVER = {"Cache-Control": "private, max-age=31536000, immutable"}
NEWEST = {"Cache-Control": "no-cache"}

_NUMBER = re.compile(r"((?:x\d{3}/)*)(\d{3})")
_PARTIAL = re.compile(r"(.*)\.p/([1-9]\d{0,2})")

Size = Annotated[int | None, QueryParameter(ge=1, le=MAX_ID, description="Of the tree; else the newest.")]


class InclusionBody(msgspec.Struct, frozen=True):
    """The proof that the leaf `index` = `event` - 1 is in the tree of `size`; hashes in base64."""

    event: int
    index: int
    size: int
    leaf_hash: str
    proof: list[str]
    checkpoint: str


class ConsistencyBody(msgspec.Struct, frozen=True, rename={"first": "from", "second": "to"}):
    """The proof that the tree of size `from` is the beginning of that of size `to`; hashes in base64."""

    first: int
    second: int
    proof: list[str]
    checkpoint: str


@get("/audit/checkpoint", opt=READ, summary="The signed head of the log", media_type="text/plain")
async def checkpoint(audit_surface: AuditSurface) -> Response[str]:
    """Return the newest checkpoint that is on disk, as a C2SP signed note."""
    note = await audit_surface.log.checkpoint()
    return Response(note, media_type="text/plain; charset=utf-8", headers=NEWEST)


@get("/audit/key", opt=READ, summary="The public key of checkpoints", media_type="text/plain")
async def key(audit_surface: AuditSurface) -> str:
    """Return the key in the form of C2SP signed-note: NAME+ID+KEY."""
    return audit_surface.verifier + "\n"


@get("/audit/tile/{level:str}/{place:path}", opt=READ_PLACE, summary="A tile of the tree", media_type=OCTETS)
async def tile(
    request: AnyRequest,
    audit_surface: AuditSurface,
    level: Annotated[str, PathParameter(description="0-7, or `entries` for the leaves.")],
    place: Annotated[str, PathParameter(description="Number, such as x001/234, and `.p/W` for W of 256.")],
) -> Response[bytes]:
    """Return hashes of 32 bytes each, or leaves, each after its length in two bytes."""
    number, width = parse_place(place)
    if level == "entries":
        body = await _entries(request, audit_surface, number, width)
    elif re.fullmatch(r"[0-7]", level):
        body = await audit_surface.log.tile(int(level), number, width)
    else:
        raise NotFound(f"no tiles of level {level}")
    return Response(body, media_type=OCTETS, headers=FOREVER)


@get("/audit/proof/inclusion", opt=READ_PLACE, summary="Proof that an event is in the log")
async def inclusion(
    audit_surface: AuditSurface,
    event: Annotated[int, QueryParameter(ge=1, le=MAX_ID, description="Its index + 1.")],
    size: Size = None,
) -> InclusionBody:
    """Prove it for the newest checkpoint, or for an earlier size."""
    index = event - 1
    note, size, proof = await audit_surface.log.inclusion(index, size)
    hashes = await audit_surface.log.tile(0, index // WIDTH, index % WIDTH + 1)
    return InclusionBody(event, index, size, _to_base64(hashes[-HASH_BYTES:]), _texts(proof), note)


@get("/audit/proof/consistency", opt=READ_RANGE, summary="Proof that the log was only appended to")
async def consistency(
    audit_surface: AuditSurface,
    first: Annotated[int, QueryParameter(name="from", ge=0, le=MAX_ID, description="The earlier size.")],
    second: Annotated[
        int | None, QueryParameter(name="to", ge=0, le=MAX_ID, description="Else the newest.")
    ] = None,
) -> ConsistencyBody:
    """Prove it for two sizes of the tree."""
    note = await audit_surface.log.checkpoint()
    later = read_checkpoint(note).size if second is None else second
    if first > later:
        raise InvalidInput(f"expected a size up to {later}", field="from")
    proof = await audit_surface.log.consistency(first, later)
    return ConsistencyBody(first, later, _texts(proof), note)


class ProvenEvent(EventBody, frozen=True):
    """An event with its place in the tree, and the proof for the size asked for."""

    index: int
    proof: list[str]


class ExportBody(msgspec.Struct, frozen=True):
    """`next_page` goes into `page_token` for the events before; null when there are none."""

    next_page: int | None
    data: list[ProvenEvent]


@get("/audit/export", opt=READ_RANGE, summary="Events with their proofs")
async def export(
    request: AnyRequest,
    audit_surface: AuditSurface,
    size: Annotated[int, QueryParameter(ge=1, le=MAX_ID, description="Of the tree to prove for.")],
) -> Response[ExportBody]:
    """Return a page as `GET /api/event` does, for the same parameters, of the tree of that size.

    With `Accept: application/x-ndjson` the events alone, a line each, as `muster audit verify` reads them.
    """
    question = parse_question(request.query_params)
    if question.with_control:
        check_may_read_control(request)
    question = msgspec.structs.replace(question, with_control=is_admin(request))
    before = min(question.before or size + 1, size + 1)
    page = await audit_surface.log.page(msgspec.structs.replace(question, before=before))
    proofs = await audit_surface.log.inclusions([event.id - 1 for event in page.events], size)
    data = [
        ProvenEvent(**msgspec.structs.asdict(to_body(event)), index=event.id - 1, proof=_texts(proof))
        for event, proof in zip(page.events, proofs, strict=True)
    ]
    if NDJSON in request.headers.get("accept", ""):
        return _lines(data)
    return Response(ExportBody(page.next_before, data))


def _lines(events: list[ProvenEvent]) -> Response[Any]:
    lines = [to_line(ExportedEvent(**msgspec.structs.asdict(event))) + b"\n" for event in events]
    return Response(b"".join(lines), media_type=NDJSON)


def parse_place(place: str) -> tuple[int, int]:
    """Return number and width of a tile's path. Raises NotFound when it names none."""
    place = place.lstrip("/")
    partial = _PARTIAL.fullmatch(place)
    text, width = (partial[1], int(partial[2])) if partial else (place, WIDTH)
    match = _NUMBER.fullmatch(text)
    if match is None or len(text) > 40 or not 1 <= width <= WIDTH or (partial and width == WIDTH):
        raise NotFound(f"no tile {place}")
    groups = match[1].replace("x", "").replace("/", "")
    if groups.startswith("000") or not text.isascii():
        raise NotFound(f"no tile {place}")
    return int(groups + match[2]), width


async def _entries(request: AnyRequest, audit_surface: AuditSurface, number: int, width: int) -> bytes:
    events = await audit_surface.log.events(number * WIDTH, width)
    if any(event.source.application == CONTROL_APPLICATION for event in events):
        check_may_read_control(request)
    leaves = (encode_leaf(to_text(event.ts_us), event.source, event.payload) for event in events)
    return b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves)


def _texts(hashes: list[bytes]) -> list[str]:
    return [_to_base64(part) for part in hashes]


def _to_base64(data: bytes) -> str:
    return base64.b64encode(data).decode()

"""Lists of this surface: searched, sorted, and cut into pages when somebody asks for pages."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, NamedTuple, TypeVar

from litestar.params import QueryParameter

from muster.errors import InvalidInput

T = TypeVar("T")

MAX_SIZE = 10_000
SIZE = 20

Order = Literal["ascend", "descend"]
PageNumber = Annotated[int | None, QueryParameter(ge=1, le=2**31, description="From 1; without: everything.")]
PageSize = Annotated[int | None, QueryParameter(ge=1, le=MAX_SIZE)]
Search = Annotated[str, QueryParameter(max_length=253)]
Sort = Annotated[str, QueryParameter(max_length=64)]


class Wanted(NamedTuple):
    """How a list is wanted; `sort` empty: as its surface sorts it."""

    sort: str = ""
    order: Order = "ascend"
    page: int | None = None
    size: int | None = None


class Page(NamedTuple):
    """Some of a list, and how many there are in all."""

    items: list[Any]
    total: int


def cut(items: list[T], keys: Mapping[str, Callable[[T], Any]], wanted: Wanted) -> Page:
    """Return the page of a list that is wanted; `keys` are what it can be sorted by, the first by default.

    Raises InvalidInput for another one.
    """
    first = next(iter(keys))
    key = keys.get(wanted.sort or first)
    if key is None:
        raise InvalidInput(f"expected one of {', '.join(keys)}", field="sort")
    ordered = sorted(items, key=lambda item: (key(item), keys[first](item)))
    if wanted.order == "descend":
        ordered.reverse()
    if wanted.page is None and wanted.size is None:
        return Page(ordered, len(ordered))
    size = wanted.size or SIZE
    start = ((wanted.page or 1) - 1) * size
    return Page(ordered[start : start + size], len(ordered))

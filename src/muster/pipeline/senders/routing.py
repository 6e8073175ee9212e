"""Which rows go to which sender (behaviour 3f)."""

from typing import TYPE_CHECKING

from muster.pipeline.batch import LineBatch, Tally, as_text

if TYPE_CHECKING:
    import polars

    from muster.pipeline.spec import RouterSpec


def route(batch: LineBatch, router: "RouterSpec", senders: int) -> list[LineBatch]:
    """Return the rows for each sender, counted from 0.

    With a key each row goes to one sender: the first of the routes whose value its field equals or
    contains, else the default one. Without a key all rows go to every sender.
    """
    if not router.router_key_name:
        return [batch] * senders
    import polars

    rows = batch.rows
    chosen = polars.Series([router.router_default_sender], dtype=polars.Int64).new_from_index(0, rows.height)
    if router.router_key_name in rows.columns:
        text = as_text(rows.get_column(router.router_key_name))
        for value, index in reversed(router.router_routes.items()):
            chosen = chosen.set(_matches(text, value, router.router_match_type), index)
    return [LineBatch(rows.filter(chosen == index), Tally()) for index in range(senders)]


def _matches(text: "polars.Series", value: str, how: str) -> "polars.Series":
    found = text == value if how == "equal" else text.str.contains(value, literal=True)
    return found.fill_null(False)

"""Charts: what Accept picks, the process that draws, its end and its failures."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path

import psutil
import pytest

from muster.api.event_counter.chart_process import ChartRequest, draw
from muster.api.event_counter.charts import JSON, PNG, SVG, Charts, chart_type
from muster.errors import Unavailable
from tests.processes import Program, Site, wait_for

DAY = date(2026, 7, 21)
COUNTS = list(range(24))


def run(work: Callable[[Charts], Awaitable[None]], *argv: str, draw_s: float = 20.0) -> None:
    async def main() -> None:
        charts = Charts(argv, draw_s=draw_s) if argv else Charts(draw_s=draw_s)
        try:
            await work(charts)
        finally:
            await charts.close()

    asyncio.run(main())


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", PNG),
        ("*/*", PNG),
        ("image/png;q=0.1, image/svg+xml;q=0.2", SVG),
        ("application/json", JSON),
        ("APPLICATION/JSON", JSON),
        ("image/jpg", "image/jpeg"),
        ("image/jpeg;q=0, image/png", PNG),
        ("image/svg+xml;q=x, image/png;q=0.1", PNG),
        ("text/html,;;,", PNG),
    ],
)
def test_accept_picks_the_form(accept: str, expected: str) -> None:
    assert chart_type(accept) == expected


def test_a_chart_is_drawn_once_and_its_process_is_gone_after_close() -> None:
    async def work(charts: Charts) -> None:
        assert charts.pid is None
        first, again = await asyncio.gather(*(charts.draw(PNG, "login", DAY, COUNTS) for _ in range(2)))
        assert first is again
        assert first.startswith(b"\x89PNG")
        pid = charts.pid
        assert await charts.draw(SVG, "login", DAY, COUNTS) != first
        assert charts.pid == pid
        assert pid is not None
        await charts.close()
        assert not psutil.pid_exists(pid)
        assert (await charts.draw(PNG, "logout", DAY, COUNTS)).startswith(b"\x89PNG")  # starts another one

    run(work)


def test_numbers_need_no_process() -> None:
    async def work(charts: Charts) -> None:
        assert b'"chart_events":[0,1,2' in await charts.draw(JSON, "login", DAY, COUNTS)
        assert charts.pid is None

    run(work)


@pytest.mark.parametrize(
    ("program", "draw_s"),
    [("", 20.0), ("import sys; sys.stdin.buffer.read(4); print('no')", 20.0), ("input()\ninput()", 0.2)],
    ids=["ends", "answers nonsense", "hangs"],
)
def test_a_process_that_fails_is_said_and_replaced(program: str, draw_s: float) -> None:
    async def work(charts: Charts) -> None:
        for _ in range(2):
            with pytest.raises(Unavailable):
                await charts.draw(PNG, "login", DAY, COUNTS)
            assert charts.pid is None

    run(work, sys.executable, "-c", program, draw_s=draw_s)


def test_an_asker_who_leaves_does_not_mix_up_answers() -> None:
    async def work(charts: Charts) -> None:
        leaving = asyncio.create_task(charts.draw(PNG, "leaves", DAY, COUNTS))
        while charts.pid is None:  # noqa: ASYNC110 the process says nothing when it starts
            await asyncio.sleep(0)
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        assert b"<?xml" in await charts.draw(SVG, "stays", DAY, COUNTS)

    run(work)


@pytest.mark.parametrize("peak", [0, 1, 999, 10**9, 2**63 - 1])
def test_any_count_can_be_drawn(peak: int) -> None:
    assert draw(ChartRequest("png", "login", "a day", [0] * 23 + [peak])).startswith(b"\x89PNG")


def test_the_axis_has_thousands_separators_and_24_bars() -> None:
    text = draw(ChartRequest("svg", "login", "a day", [1500 * hour for hour in range(24)])).decode()
    for expected in (
        "<!-- 8,000 -->",
        "<!-- 32,000 -->",
        "<!-- login -->",
        "414,000 events",
        "most at 23:00 (34,500)",
    ):
        assert expected in text
    assert text.count("#4c8bf5") == 23
    assert text.count("#1d4ed8") == 1


@pytest.mark.parametrize("end", ["kill", "stop"])
def test_a_server_leaves_no_drawing_process_behind(tmp_path: Path, end: str) -> None:
    with Site(tmp_path, "--open") as site:
        server = site.start()
        assert site.http.post("/api/events/login").status_code == 201
        assert site.get("/api/events/histogram/login/20260721").status_code == 200
        (drawing,) = [
            child
            for child in psutil.Process(server.process.pid).children()
            if any("chart_process" in part for part in child.cmdline())
        ]
        _end(server, end)
        wait_for("the drawing process is gone", lambda: not drawing.is_running(), 10)


def _end(server: Program, how: str) -> None:
    if how == "kill":
        server.kill()
    else:
        assert server.stop(3.0) == 0

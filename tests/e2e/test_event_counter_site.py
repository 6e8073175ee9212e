"""Events end to end: a month made by the command, asked for in a local time zone, there after a kill."""

import time
from pathlib import Path

from tests.processes import Site, muster

ZONE = {"MUSTER_SERVER_DISPLAY_TIMEZONE": "Asia/Tokyo"}
TOKYO_IS_AHEAD = 9


def test_a_month_of_made_up_events(tmp_path: Path) -> None:
    with Site(tmp_path, "--open") as site:
        server = site.start(ZONE)
        options = ["--days", "30", "--events", "100000", "--seed", "1", "--until", "2026072109"]
        started = time.monotonic()
        done = muster("generate", "events", *options, environ={"MUSTER_URL": site.url})
        assert time.monotonic() - started < 10
        assert "100,000 events of 30 days" in done.stdout
        server.kill()
        site.start(ZONE)
        listed = [
            item
            for (item,) in site.get("/api/events?start_date=20260601&end_date=20260731").json()["response"]
        ]
        assert sum(item["count"] for item in listed) == 100_000
        assert listed == sorted(listed, key=lambda item: (item["event"], item["date"]))
        assert (
            listed[-1]["date"] <= f"20260721{9 + TOKYO_IS_AHEAD:02}" == max(item["date"] for item in listed)
        )
        for (item,) in site.get("/api/events/unique").json()["response"]:
            assert item["count"] == sum(x["count"] for x in listed if x["event"] == item["event"])
        chart = site.get(
            "/api/events/histogram/resource/209/20260720", headers={"Accept": "application/json"}
        ).json()
        day = {
            x["date"][8:]: x["count"]
            for x in listed
            if (x["event"], x["date"][:8]) == ("resource/209", "20260720")
        }
        assert chart["chart_events"] == [day.get(f"{hour:02}", 0) for hour in range(24)]


def test_an_unknown_time_zone_is_refused_at_the_start(tmp_path: Path) -> None:
    environ = {"MUSTER_SERVER_DISPLAY_TIMEZONE": "Mars/Olympus"}
    done = muster("server", "--data", str(tmp_path), environ=environ, code=2)
    assert "server.display_timezone" in done.stderr

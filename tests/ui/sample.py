"""Every page of the console, and something for each to show."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
from playwright.sync_api import Page, expect

from muster.api.console.pages import PAGES
from tests.processes import Site, muster, wait_for

CONFIG = "nginx-access"
TAG = "web"
REPLACED = {"/hosts/{name:str}": "/hosts/{host}", "/fleet/configs/{name:str}": f"/fleet/configs/{CONFIG}"}
PATHS = tuple(REPLACED.get(path, path) for path in PAGES if path != "/sign-in")
"""Every page for people who are signed in; `{host}` stands for the id of a machine."""

LINES = (
    (60, "info", "GET /cart {n} 200", {"status": 200, "service": "shop"}),
    (20, "info", "payment of order {n} accepted", {"service": "billing", "amount": 42}),
    (8, "notice", "cache warmed in {n} ms", {"service": "shop"}),
    (7, "warning", "slow query: {n} ms", {"service": "billing", "table": "orders"}),
    (4, "error", "upstream timed out after {n} ms", {"service": "shop", "status": 504}),
    (1, "critical", "disk of replica {n} is full", {"service": "db"}),
)
"""How often of 100, level, message and fields."""

NDJSON = {"Content-Type": "application/x-ndjson"}
PARSED = {
    "reader": {"mode": "tailx", "log_path": "/var/log/nginx/access.log"},
    "parser": {"type": "grok", "grok_patterns": "%{COMMON_LOG_FORMAT}"},
}
SAMPLED = {"metric": [{"type": "cpu"}], "collect_interval": 1}


def fill(site: Site, *, rows: int = 400, minutes: int = 14) -> str:
    """Store the sample; return the id of a machine online. The last one has the tags. Call it once."""
    token_file = site.token_file("admin")
    token = token_file.read_text()
    options = ["--token-file", str(token_file)]
    muster("generate", "events", "--seed", "7", "--server", site.url, *options)
    muster("generate", "audit", "--seed", "7", "--iterations", "12", "--delay", "0",
           "--url", f"{site.url}/api/event", *options)  # fmt: skip
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=site.url, headers=headers, timeout=30, trust_env=False) as client:
        hosts = wait_for("a machine is online", lambda: online(client), 40)
        lines = "\n".join(json.dumps(line) for line in iter_lines(rows, minutes))
        stored = client.post("/console/v1/logs", params={"source": "shop"}, content=lines, headers=NDJSON)
        assert stored.status_code == 201, stored.text
        body = {"config": PARSED, "note": "Requests of the shop"}
        made = client.post(f"/v1/api/configs/{CONFIG}", json=body)
        assert made.status_code == 200, made.text
        body = {"config": SAMPLED, "note": "Processors, every second", "tags": [TAG]}
        made = client.post("/v1/api/configs/cpu-often", json=body)
        assert made.status_code == 200, made.text
        for tag in (TAG, "berlin"):
            assert client.post(f"/v1/api/agents/{hosts[-1]}/tags/{tag}").status_code == 200
    return hosts[0]


def online(client: httpx.Client) -> list[str]:
    agents = client.get("/console/v1/agents").json()["agents"]
    return [str(agent["id"]) for agent in agents if agent["state"] == "online"]


def iter_lines(rows: int, minutes: int) -> Iterator[dict[str, object]]:
    """Yield rows of the last minutes, the oldest first."""
    chance = random.Random(7)
    now = datetime.now(UTC)
    weights = [weight for weight, *_ in LINES]
    for at in range(rows):
        _, level, message, fields = chance.choices(LINES, weights)[0]
        time = now - timedelta(minutes=minutes) * (1 - at / rows)
        yield {
            "time": time.isoformat(),
            "level": level,
            "message": message.format(n=chance.randrange(5_000)),
            **fields,
        }


def settle(page: Page) -> None:
    """Wait until the page has a heading, and nothing on it is loading."""
    page.locator("h1").first.wait_for()
    expect(page.locator("[aria-label=Loading], .mantine-Skeleton-root")).to_have_count(0)
    page.wait_for_load_state("networkidle")

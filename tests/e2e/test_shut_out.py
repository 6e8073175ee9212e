"""An agent that is shut out and let in again, over restarts of the server: nothing is lost."""

from pathlib import Path
from typing import Any

import httpx

from tests.processes import MUSTER, Program, Site, muster, wait_for


def lines(admin: httpx.Client) -> list[dict[str, Any]]:
    agents: list[dict[str, Any]] = admin.get("/console/v1/agents").json()["agents"]
    return agents


def test_one_that_is_shut_out_keeps_its_rows_until_it_is_let_in(tmp_path: Path) -> None:
    with Site(tmp_path) as site:
        site.start()
        token_file = site.token_file("agent")
        headers = {"Authorization": f"Bearer {site.token('admin')}"}
        admin = httpx.Client(base_url=site.url, headers=headers, timeout=20, trust_env=False)
        argv = [*MUSTER, "agent", "--server", site.url, "--token-file", str(token_file), "--interval", "1"]
        agent = Program([*argv, "--data", str(tmp_path / "agent")], tmp_path / "agent.log")
        with admin:
            before = wait_for(
                "rows of the agent",
                lambda: next((line for line in lines(admin) if line["rows"]["acknowledged"]), None),
                40,
            )
            token_id = token_file.read_text().split("_")[1]
            options = ["--server", site.url, "--token-file", str(site.token_file("admin"))]
            muster("token", "shut-out", token_id, *options)
            wait_for("the agent says so", lambda: "shut this agent out" in agent.tail(), 40)
            assert agent.tail().count("/agent/v1/checkin: an administrator") == 1
            assert site.server is not None
            assert site.server.stop() == 0
            site.start()
            assert [line["state"] for line in lines(admin)] == ["shut out"]
            path = f"/console/v1/agents/{before['id']}/let-in"
            assert admin.post(path).status_code == 200
            after = wait_for(
                "everything is sent",
                lambda: next((line for line in lines(admin) if is_through(line, before)), None),
                60,
            )
        assert agent.stop() == 0
    assert (after["id"], after["rows"]["lost"]) == (before["id"], 0)


def is_through(line: dict[str, Any], before: dict[str, Any]) -> bool:
    rows = line["rows"]
    more = rows["acknowledged"] > before["rows"]["acknowledged"] + 3
    return line["state"] == "online" and rows["waiting"] == 0 and more

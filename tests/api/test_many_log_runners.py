"""A thousand log runners on one server: 50 of each of 20 agents, whose batches come at once and twice."""

import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from tests.api.conftest import Client, TestAgent
from tests.api.test_logs import US, columns, search, send
from tests.processes import Site

AGENTS, RUNNERS, BATCHES, ROWS = 20, 50, 1, 5


def test_a_thousand_runners_store_each_row_once(site: Site, client: Client) -> None:
    word = f"w{uuid.uuid4().hex}"
    start_s = int(time.time()) - 60
    agents = [TestAgent(site, client, f"{word}-{number}") for number in range(AGENTS)]

    def deliver(agent: TestAgent) -> list[int]:
        answers = []
        for sequence in (*range(1, BATCHES + 1), BATCHES):
            for runner in range(RUNNERS):
                rows = [(start_s + row, "info", word, {"row": f"{sequence}-{row}"}) for row in range(ROWS)]
                answers.append(send(agent, sequence, columns(*rows), f"many-{runner}").status_code)
        return answers

    with ThreadPoolExecutor(AGENTS) as pool:
        answers = [code for codes in pool.map(deliver, agents) for code in codes]
    assert Counter(answers) == {204: AGENTS * RUNNERS * (BATCHES + 1)}
    span = {"from": str((start_s - 60) * US), "to": str((start_s + 60) * US)}
    http = client("read")
    total = search(http, word, "/histogram", **span)["total"]
    assert total == AGENTS * RUNNERS * BATCHES * ROWS
    different = {f"{sequence}-{row}": RUNNERS for sequence in range(1, BATCHES + 1) for row in range(ROWS)}
    for agent in agents:
        values = search(http, word, "/values", agent=agent.id, field="row", **span)["values"]
        assert {each["value"]: each["count"] for each in values} == different
        agent.http.close()

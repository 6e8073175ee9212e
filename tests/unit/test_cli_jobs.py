"""What a server does by itself."""

import asyncio

from muster.cli.jobs import every


def test_a_job_runs_again_when_it_is_woken() -> None:
    async def run() -> int:
        runs = 0
        wake, ran = asyncio.Event(), asyncio.Event()

        async def work() -> None:
            nonlocal runs
            runs += 1
            ran.set()

        job = asyncio.create_task(every(3600.0, work, wake))
        for _ in range(3):
            await asyncio.wait_for(ran.wait(), 10)
            ran.clear()
            wake.set()
        job.cancel()
        return runs

    assert asyncio.run(run()) == 3

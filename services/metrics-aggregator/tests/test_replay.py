"""`replay` brings back what was written since a time, and does nothing while workers run."""

import asyncio
import os
import signal
from datetime import UTC, datetime, timedelta

from metrics_aggregator.rollups import ROLLUPS

from .commands import run_command
from .conftest import Rig
from .snapshots import Source

SOON = timedelta(seconds=180)


async def test_lost_facts_come_back_from_the_topics(rig: Rig) -> None:
    source = Source.new()
    await rig.publisher.publish([source.post("before", {"likes": 1})])
    await source.wait_for_likes(rig.warehouse, {"before": 1}, within=SOON)
    since = datetime.now(UTC).isoformat()
    await rig.publisher.publish([source.post("after", {"likes": 2})])
    await source.wait_for_likes(rig.warehouse, {"before": 1, "after": 2}, within=SOON)

    refused = await run_command(rig, "replay", "--since", since)
    assert refused.status == 2
    assert "1 worker(s) are running; stop them first" in refused.errors

    os.kill(rig.supervisor.pids["metrics-aggregator"], signal.SIGTERM)
    async with asyncio.timeout(SOON.total_seconds()):
        while (done := await run_command(rig, "replay", "--since", since)).status:
            assert "stop them first" in done.errors
    assert done.lines == ["1 records will be read again once the workers are started"]
    for table in ("post_facts", *(rollup.table for rollup in ROLLUPS.values() if "post_facts" in rollup.facts)):
        await rig.warehouse.command(
            f"DELETE FROM {table} WHERE account_id = {{a:UUID}}", parameters={"a": source.account_id}
        )
    assert await source.likes(rig.warehouse) == {}
    await rig.supervisor.restart("metrics-aggregator")
    await source.wait_for_likes(rig.warehouse, {"after": 2}, within=SOON)

"""A worker whose Kafka client has ended ends itself, so that it is started again, and does not live on without work."""

import asyncio
import json
import os
import sys

from embedded import ports

from .conftest import Rig

SECONDS = 180
# What is broken in the client, and by what.
BREAKS = {
    # As when no broker is in the metadata: the coordinator's routine ends.
    "_coordinator._do_rejoin_group": "AssertionError",
    # It waits until somebody takes the error.
    "_coordinator._maybe_refresh_commit_offsets": "KafkaError",
    # The fetcher's routine ends.
    "_fetcher._get_actions_per_node": "AssertionError",
}
# From the first on, so that no request for records is open that would hear of the error.
WORKER = """
import sys
from unittest.mock import Mock
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread
from aiokafka.errors import KafkaError
from metrics_aggregator.bootstrap import run

start = AIOKafkaConsumerThread.on_start

async def start_and_break(self):
    await start(self)
    self._consumer.{place} = Mock(side_effect={error}("broken on purpose"))

AIOKafkaConsumerThread.on_start = start_and_break
sys.exit(run([]))
"""


async def test_a_worker_whose_client_has_ended_ends_itself(rig: Rig) -> None:
    ends = await asyncio.gather(*(_end_of_worker(rig, place, error) for place, error in BREAKS.items()))
    assert ends == [(1, "critical", "the worker ended by itself", "ClientEnded")] * len(BREAKS)


async def _end_of_worker(rig: Rig, place: str, error: str) -> tuple[int | None, str, str, str]:
    """Exit status, and level, event and reason of the last line."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", WORKER.format(place=place, error=error)),
        stderr=asyncio.subprocess.PIPE,
        env={
            **os.environ,
            "TOA_KAFKA_BOOTSTRAP": rig.kafka,
            "TOA_CLICKHOUSE_URL": rig.clickhouse,
            "TOA_CONSUMER_GROUP": f"broken{place}",
            "TOA_HEALTH_PORT": str(ports.choose({"health": 0})["health"]),
        },
    )
    try:
        async with asyncio.timeout(SECONDS):
            _, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    last = json.loads(errors.splitlines()[-1])
    return process.returncode, last["level"], last["event"], last["reason"].partition("(")[0]

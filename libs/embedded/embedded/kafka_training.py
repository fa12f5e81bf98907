"""`python -m embedded.kafka_training`: one short run of Kafka that teaches the JVM to start it twice as fast.

Takes 5 to 15 s and 70 MB, once for a set of jars and a JRE. Kafka starts without it too.
"""

import asyncio
import signal
import sys
import tempfile
from pathlib import Path

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from embedded import kafka_node, ports, readiness
from embedded.errors import EmbeddedError

TOPIC = "training"


async def train() -> None:
    """Make the start-up cache unless it is there."""
    target = kafka_node.startup_cache()
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as beside:
        draft = Path(beside) / target.name
        await _run_once(Path(beside), draft)
        _keep(draft, target)


def _keep(draft: Path, target: Path) -> None:
    if not draft.exists():
        raise EmbeddedError("the JVM wrote no start-up cache for kafka; kafka starts without it, only slower")
    for outdated in target.parent.glob("kafka-*.aot"):
        outdated.unlink()
    draft.replace(target)


async def _run_once(folder: Path, draft: Path) -> None:
    chosen = ports.choose({"broker": 0, "controller": 0})
    node = kafka_node.Node(folder=folder, port=chosen["broker"], controller_port=chosen["controller"])
    kafka_node.prepare(node)
    line = kafka_node.command(node, options=[f"-XX:AOTCacheOutput={draft}"])
    quiet = asyncio.subprocess.DEVNULL
    broker = await asyncio.create_subprocess_exec(*line, stdout=quiet, stderr=quiet)
    try:
        await _use(f"{ports.HOST}:{node.port}")
        broker.send_signal(signal.SIGTERM)
        await broker.wait()
    finally:
        if broker.returncode is None:
            broker.kill()
            await broker.wait()


async def _use(bootstrap: str) -> None:
    """What every start does: metadata, a topic, some messages."""
    await readiness.kafka(bootstrap)
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(TOPIC, num_partitions=4, replication_factor=1)])
    finally:
        await admin.close()
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=True) as producer:
        for _ in range(20):
            await producer.send_and_wait(TOPIC, b"{}")


def main() -> None:
    try:
        asyncio.run(train())
    except EmbeddedError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()

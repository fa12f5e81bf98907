"""`python -m embedded.kafka_training`: one short run of Kafka that teaches the JVM to start it twice as fast.

Takes 5 to 15 s and 70 MB, once for a set of jars and a JRE. Kafka starts without it too.
"""

import asyncio
import signal
import sys
import tempfile
from pathlib import Path

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from common.bus.admin import create_topic
from common.events.topics import ACCESS
from embedded import kafka_node, ports, readiness
from embedded.errors import EmbeddedError


async def train() -> None:
    """Make the start-up cache unless it is there. Where that fails it is said, and only costs time at each start."""
    try:
        await _train()
    except (EmbeddedError, KafkaError, TimeoutError) as error:
        sys.stderr.write(f"kafka starts without its start-up cache, which takes longer: {error}\n")


async def _train() -> None:
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
        raise EmbeddedError("the JVM wrote none")
    for outdated in target.parent.glob("kafka-*.aot"):
        outdated.unlink()
    draft.replace(target)


async def _run_once(folder: Path, draft: Path) -> None:
    chosen = ports.choose({"broker": 0, "controller": 0})
    node = kafka_node.Node(folder=folder, port=chosen["broker"], controller_port=chosen["controller"])
    kafka_node.prepare(node)
    line = kafka_node.command(node, options=[f"-XX:AOTCacheOutput={draft}"])
    with (folder / "kafka.log").open("w+") as log:
        broker = await asyncio.create_subprocess_exec(*line, stdout=log, stderr=log)
        try:
            await _use_while_alive(broker, f"{ports.HOST}:{node.port}")
            broker.send_signal(signal.SIGTERM)
            await broker.wait()
        except EmbeddedError as error:
            log.seek(0)
            raise EmbeddedError(f"{error}; its log ends with: {' | '.join(log.read().splitlines()[-5:])}") from error
        finally:
            if broker.returncode is None:
                broker.kill()
                await broker.wait()


async def _use_while_alive(broker: asyncio.subprocess.Process, bootstrap: str) -> None:
    using, ended = asyncio.ensure_future(_use(bootstrap)), asyncio.ensure_future(broker.wait())
    try:
        await asyncio.wait({using, ended}, return_when=asyncio.FIRST_COMPLETED)
        if not using.done():
            raise EmbeddedError(f"kafka ended with status {ended.result()}")
        await using
    finally:
        using.cancel()
        ended.cancel()


async def _use(bootstrap: str) -> None:
    """What every start does: metadata, a topic, some messages."""
    await readiness.kafka(bootstrap)
    await create_topic(bootstrap, ACCESS)
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=True) as producer:
        for _ in range(20):
            await producer.send_and_wait(ACCESS.name, b"{}", key=b"training")


def main() -> None:
    asyncio.run(train())


if __name__ == "__main__":
    main()

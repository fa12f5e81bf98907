"""Commands that prepare what the services need: `python -m common topics`, `python -m common migrate`."""

import argparse
import asyncio
import sys

from common.runtime.settings import ClickHouseSettings, KafkaSettings

# Each command brings its own driver only: importing both would double the time of either.


async def _topics() -> list[str]:
    from common.bus.admin import apply_topics  # noqa: PLC0415

    settings = KafkaSettings()
    return await apply_topics(settings.kafka_bootstrap, replication=settings.kafka_replication)


async def _migrate() -> list[str]:
    from common.warehouse.migrate import migrate  # noqa: PLC0415

    settings = ClickHouseSettings()
    return await migrate(
        settings.clickhouse_url, database=settings.clickhouse_database, cluster=settings.clickhouse_cluster
    )


_COMMANDS = {"topics": _topics, "migrate": _migrate}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m common", description=__doc__)
    parser.add_argument("command", choices=sorted(_COMMANDS))
    command = parser.parse_args().command
    done = asyncio.run(_COMMANDS[command]())
    sys.stdout.write(f"{command}: applied {', '.join(done)}\n" if done else f"{command}: nothing to do\n")


if __name__ == "__main__":
    main()

"""Commands that prepare what the services need: `python -m common topics`, `python -m common migrate`. And for whoever
adds a field to the catalog: `python -m common migration NAME` writes what brings it into the warehouse.
"""

import argparse
import asyncio
import sys
from collections.abc import Callable, Mapping

from common.runtime.settings import ClickHouseSettings, KafkaSettings

# Each command brings its own driver only: importing both would double the time of either.


def _topics() -> list[str]:
    from common.bus.admin import apply_topics  # noqa: PLC0415

    settings = KafkaSettings()
    return asyncio.run(apply_topics(settings.kafka_bootstrap, replication=settings.kafka_replication))


def _migrate() -> list[str]:
    from common.warehouse.migrate import migrate  # noqa: PLC0415

    settings = ClickHouseSettings()
    return asyncio.run(
        migrate(settings.clickhouse_url, database=settings.clickhouse_database, cluster=settings.clickhouse_cluster)
    )


def _migration(name: str) -> list[str]:
    from common.warehouse.new_fields import NotWritten, write_migration  # noqa: PLC0415

    try:
        return write_migration(name)
    except NotWritten as reason:
        sys.exit(f"error: {reason}")


# With what they did to what they name.
_COMMANDS: Mapping[str, tuple[Callable[..., list[str]], str]] = {
    "topics": (_topics, "applied"),
    "migrate": (_migrate, "applied"),
    "migration": (_migration, "wrote"),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m common", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for command in sorted(_COMMANDS):
        commands.add_parser(command)
    commands.choices["migration"].add_argument("name")
    asked = vars(parser.parse_args())
    command = asked.pop("command")
    run, did = _COMMANDS[command]
    done = run(**asked)
    sys.stdout.write(f"{command}: {did} {', '.join(done)}\n" if done else f"{command}: nothing to do\n")


if __name__ == "__main__":
    main()

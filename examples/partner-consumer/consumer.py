"""Keeps the events of TikTok Organic Analytics in a SQLite file, each once, through restarts, kills and replays.

Needs Python 3.11 and aiokafka; settings are environment variables, listed in README.md.
"""

import asyncio
import json
import logging
import os
import signal
import sqlite3
import ssl
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka.errors import CommitFailedError

ERASURES = "toa.erasures.v1"
RECORDS_AT_ONCE = 500

TABLES = """
CREATE TABLE IF NOT EXISTS events (
    type TEXT, id TEXT, key TEXT, time TEXT, value TEXT, PRIMARY KEY (type, id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS events_by_key ON events (key, time);
CREATE TABLE IF NOT EXISTS erased (account_id TEXT PRIMARY KEY, until TEXT);
"""


@dataclass(frozen=True)
class Event:
    """One record. A repeat, of whatever cause, has the same type and id."""

    type: str
    id: str
    key: str
    time: str
    value: str

    @property
    def account_id(self) -> str:
        return self.key.partition(":")[0]


class Store:
    """Where the events go. What is written twice is there once."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.executescript(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; {TABLES}")

    def close(self) -> None:
        self._database.close()

    def write(self, events: Iterable[Event]) -> None:
        """All of them or, after a kill in the middle, none."""
        self._database.execute("BEGIN IMMEDIATE")
        for event in events:
            if event.type == ERASURES:
                self._erase(event)
            else:
                self._keep(event)
        self._database.execute("COMMIT")

    def _keep(self, event: Event) -> None:
        erased = "SELECT 1 FROM erased WHERE account_id = ? AND until >= ?"
        if self._database.execute(erased, (event.account_id, event.time)).fetchone() is None:
            row = (event.type, event.id, event.key, event.time, event.value)
            self._database.execute("INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?, ?)", row)

    def _erase(self, event: Event) -> None:
        """What was observed of the account until then goes, and is never taken in again."""
        step = json.loads(event.value)
        if step["step"]["kind"] == "request":
            account, until = event.account_id, step["erased_at"]
            self._database.execute("INSERT OR REPLACE INTO erased VALUES (?, ?)", (account, until))
            condition = "(key = ? OR key LIKE ? || ':%') AND time <= ?"
            self._database.execute(f"DELETE FROM events WHERE {condition}", (account, account, until))  # noqa: S608


def read(record: "ConsumerRecord[bytes, bytes]") -> Event | None:
    """The record as an event; None for one without a value, which ends a key of a compacted topic."""
    if record.value is None:
        return None
    headers = {name: text.decode() for name, text in record.headers}
    return Event(
        type=headers["ce_type"],
        id=headers["ce_id"],
        key=(record.key or b"").decode(),
        time=headers["ce_time"],
        value=record.value.decode(),
    )


def connection(environment: Mapping[str, str]) -> dict[str, Any]:
    """How to reach Kafka, as aiokafka's clients take it."""
    protocol = environment.get("KAFKA_SECURITY_PROTOCOL", "SASL_SSL")
    given: dict[str, Any] = {"bootstrap_servers": environment["KAFKA_BOOTSTRAP"], "security_protocol": protocol}
    if protocol.endswith("SSL"):
        given["ssl_context"] = ssl.create_default_context(cafile=environment.get("KAFKA_CA_FILE"))
    if protocol.startswith("SASL"):
        given |= {
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_plain_username": environment["KAFKA_USERNAME"],
            "sasl_plain_password": Path(environment["KAFKA_PASSWORD_FILE"]).read_text().strip(),
        }
    return given


async def consume(environment: Mapping[str, str], stopped: asyncio.Event) -> None:
    """Write, then commit: what a kill leaves uncommitted comes again, and is known by its id."""
    consumer: AIOKafkaConsumer[bytes, bytes] = AIOKafkaConsumer(
        *environment["KAFKA_TOPICS"].split(","),
        **connection(environment),
        group_id=environment["KAFKA_GROUP"],
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
    )
    with closing(Store(Path(environment["DATABASE"]))) as store:
        await consumer.start()
        try:
            while not stopped.is_set():
                polled = await consumer.getmany(timeout_ms=500, max_records=RECORDS_AT_ONCE)
                if polled:
                    store.write(event for records in polled.values() for event in map(read, records) if event)
                    await _commit(consumer)
        finally:
            await consumer.stop()


async def _commit(consumer: "AIOKafkaConsumer[bytes, bytes]") -> None:
    try:
        await consumer.commit()
    except CommitFailedError:
        logging.warning("the partitions were dealt out anew; what was written comes again and is known")


async def main() -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await consume(os.environ, stopped)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    asyncio.run(main())

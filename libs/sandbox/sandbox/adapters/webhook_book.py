"""Subscriptions and deliveries of webhooks in one small SQLite file, kept through a kill."""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import astuple, fields
from pathlib import Path
from typing import Any

from sandbox.domain.webhooks import Delivery, Subscription

SCHEMA = """
CREATE TABLE IF NOT EXISTS subscriptions (
    event_type TEXT PRIMARY KEY, callback_url TEXT NOT NULL, items TEXT NOT NULL);
-- The columns are the fields of Delivery, in their order.
CREATE TABLE IF NOT EXISTS deliveries (
    number INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, open_id TEXT NOT NULL, callback_url TEXT NOT NULL,
    body TEXT NOT NULL, created INTEGER NOT NULL, due INTEGER NOT NULL, attempts INTEGER NOT NULL,
    state TEXT NOT NULL, last_answer TEXT);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (state, due);
"""


class SqliteWebhookBook:
    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        self._db.close()

    def subscriptions(self) -> tuple[Subscription, ...]:
        rows = self._db.execute("SELECT event_type, callback_url, items FROM subscriptions ORDER BY event_type")
        return tuple(Subscription(event_type=row[0], callback_url=row[1], items=_items(row[2])) for row in rows)

    def subscribe(self, subscription: Subscription) -> None:
        row = (subscription.event_type, subscription.callback_url, json.dumps(subscription.items))
        with self._db:
            self._db.execute("INSERT OR REPLACE INTO subscriptions VALUES (?, ?, ?)", row)

    def unsubscribe(self, event_type: str) -> None:
        with self._db:
            self._db.execute("DELETE FROM subscriptions WHERE event_type = ?", (event_type,))

    def send(self, deliveries: Iterable[Delivery]) -> None:
        with self._db:
            self._db.executemany(
                "INSERT INTO deliveries VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [astuple(delivery)[1:] for delivery in deliveries],
            )

    def replace(self, delivery: Delivery) -> None:
        row = (delivery.due, delivery.attempts, delivery.state, delivery.last_answer, delivery.number)
        with self._db:
            self._db.execute(
                "UPDATE deliveries SET due = ?, attempts = ?, state = ?, last_answer = ? WHERE number = ?", row
            )

    def due(self, now: int) -> tuple[Delivery, ...]:
        rows = self._db.execute(
            "SELECT * FROM deliveries WHERE state = 'waiting' AND due <= ? ORDER BY due, number", (now,)
        )
        return tuple(map(_delivery, rows))

    def deliveries(self) -> tuple[Delivery, ...]:
        return tuple(map(_delivery, self._db.execute("SELECT * FROM deliveries ORDER BY number")))

    def last(self) -> int:
        number: int = self._db.execute("SELECT ifnull(max(number), 0) FROM deliveries").fetchone()[0]
        return number


def _items(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


def _delivery(row: tuple[Any, ...]) -> Delivery:
    names = (field.name for field in fields(Delivery))
    return Delivery(**dict(zip(names, row, strict=True)))

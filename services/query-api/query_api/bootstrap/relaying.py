"""Wires the relay over every outbox."""

import asyncio

from prometheus_client import CollectorRegistry, Counter

from common.bus.publish import Publisher
from common.documents.store import Database
from common.documents.turn import MongoTurn
from common.relay import Relay
from common.runtime.clock import WallClock
from query_api.bootstrap.stores import Stores
from query_api.ports import Unavailable


def relay_of(
    stores: Stores, database: Database, publisher: Publisher, *, nudged: asyncio.Event, registry: CollectorRegistry
) -> Relay:
    return Relay(
        service="query-api",
        outboxes=stores.outboxes,
        publisher=publisher,
        wall=WallClock(),
        nudged=nudged,
        relayed=Counter("toa_query_events_relayed", "Events that Kafka acknowledged.", registry=registry),
        away=Unavailable,
        turn=MongoTurn(database, "relay"),
    )

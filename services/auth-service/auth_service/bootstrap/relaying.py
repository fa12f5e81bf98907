"""Wires the relay over every outbox."""

import asyncio

from prometheus_client import CollectorRegistry

from auth_service.adapters.relay import Relay
from auth_service.bootstrap.stores import Stores
from common.bus.publish import Publisher
from common.documents.store import Database
from common.documents.turn import MongoTurn
from common.runtime.clock import WallClock


def relay_of(
    stores: Stores, database: Database, publisher: Publisher, *, nudged: asyncio.Event, registry: CollectorRegistry
) -> Relay:
    return Relay(
        outboxes=stores.outboxes,
        publisher=publisher,
        wall=WallClock(),
        nudged=nudged,
        registry=registry,
        turn=MongoTurn(database, "relay"),
    )

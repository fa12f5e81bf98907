"""When figures last changed, by account and rollup: what tiktok.rollups-updated.v1 tells, and pauses of collection.

Coverage reads how collection stands, which the aggregator tells nobody; so that topic is followed too.
"""

import time
from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from aiokafka import ConsumerRecord

from common.bus.follow import Handle
from common.events import CollectionState, CollectionStatusV1, RollupsUpdatedV1, UndecodableEvent, decode
from common.events.topics import COLLECTION_STATUS, ROLLUPS_UPDATED
from query_api.adapters.following import Undecodable
from query_api.adapters.news import News
from query_api.domain.answers import AnswerKey
from query_api.domain.changes import Change

# More are not remembered one by one: then everything counts as changed just now.
MOST_ACCOUNTS = 100_000
_COLLECTION = ("collection_facts",)


class Listening(Protocol):
    """Who passes changes on to clients."""

    def tell(self, change: Change) -> None: ...

    def begin(self) -> None:
        """Changes may have been missed until now."""
        ...


class RollupChanges:
    """`listening` hears of every change of rollups after it is noted here."""

    def __init__(self, *, bootstrap: str, undecodable: Undecodable, listening: Listening) -> None:
        rollups: Handle = self.handle_rollups
        collection: Handle = self.handle_collection
        self.news = (
            News(ROLLUPS_UPDATED, bootstrap=bootstrap, handle=rollups, begun=listening.begin),
            News(COLLECTION_STATUS, bootstrap=bootstrap, handle=collection, begun=_unheard),
        )
        self._undecodable = undecodable
        self._listening = listening
        self._changed: dict[UUID, dict[str, float]] = {}
        self._states: dict[UUID, CollectionState] = {}

    def changed_at(self, key: AnswerKey) -> float | None:
        latest = 0.0
        for news in self.news:
            if (since := news.since) is None:
                return None
            latest = max(latest, since)
        for account_id, _ in key.accounts:
            for rollup, at in self._changed.get(account_id, {}).items():
                if at > latest and rollup in key.reads:
                    latest = at
        return latest

    async def handle_rollups(self, record: "ConsumerRecord[bytes, bytes]") -> None:
        try:
            event = decode(RollupsUpdatedV1, record.value)
        except UndecodableEvent as error:
            self._refuse(record, str(error))
            return
        self._note(event.account_id, event.rollups)
        self._listening.tell(
            Change(
                workspace_id=event.workspace_id,
                account_id=event.account_id,
                rollups=event.rollups,
                start=event.from_day,
                end=event.to_day,
                place=record.timestamp,
            )
        )

    async def handle_collection(self, record: "ConsumerRecord[bytes, bytes]") -> None:
        try:
            event = decode(CollectionStatusV1, record.value)
        except UndecodableEvent as error:
            self._refuse(record, str(error))
            return
        # It is told after every request to TikTok; readers see the state alone.
        if self._states.get(event.account_id) is not event.state:
            self._states[event.account_id] = event.state
            self._note(event.account_id, _COLLECTION)

    def _note(self, account_id: UUID, rollups: Sequence[str]) -> None:
        if len(self._changed) >= MOST_ACCOUNTS or len(self._states) > MOST_ACCOUNTS:
            self._forget()
        self._changed.setdefault(account_id, {}).update(dict.fromkeys(rollups, time.monotonic()))

    def _forget(self) -> None:
        for news in self.news:
            news.forget()
        self._changed.clear()
        self._states.clear()

    def _refuse(self, record: "ConsumerRecord[bytes, bytes]", reason: str) -> None:
        self._undecodable.note(topic=record.topic, partition=record.partition, offset=record.offset, reason=reason)
        self._forget()


def _unheard() -> None:
    """No client hears of pauses."""

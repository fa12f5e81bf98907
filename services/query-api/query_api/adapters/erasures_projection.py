"""The requests to erase accounts, brought from toa.erasures.v1 into the ledger: every replica reads all of them."""

from aiokafka import ConsumerRecord

from common.events import ErasureRequest, ErasureV1, UndecodableEvent, decode
from common.events.topics import ERASURES
from query_api.adapters.following import Follower, Undecodable
from query_api.domain.erasing import erasure_of
from query_api.ports.erasing import Ledger


class ErasuresProjection:
    def __init__(self, *, bootstrap: str, ledger: Ledger, undecodable: Undecodable) -> None:
        self.follower = Follower(ERASURES, bootstrap=bootstrap, handle=self.handle)
        self._ledger = ledger
        self._undecodable = undecodable

    async def handle(self, record: "ConsumerRecord[bytes, bytes]") -> None:
        try:
            event = decode(ErasureV1, record.value)
        except UndecodableEvent as error:
            self._undecodable.note(
                topic=record.topic, partition=record.partition, offset=record.offset, reason=str(error)
            )
            return
        if isinstance(event.step, ErasureRequest):
            await self._ledger.note(erasure_of(event, event.step))

"""Which erasures of accounts are still to be done here."""

from datetime import datetime
from uuid import UUID

from common.events import ErasureCompletion, ErasureRequest, ErasureV1, Store


class Ledger:
    """Built from the events of the topic, read from its beginning; the order and repetitions do not matter."""

    def __init__(self) -> None:
        self._requested: dict[UUID, ErasureV1] = {}
        self._completed: dict[UUID, datetime] = {}

    def learn(self, event: ErasureV1) -> None:
        account_id, known = event.account_id, self._requested.get(event.account_id)
        if isinstance(event.step, ErasureRequest):
            if known is None or event.erased_at > known.erased_at:
                self._requested[account_id] = event
        elif event.step.store is Store.INGESTOR:
            self._completed[account_id] = max(event.erased_at, self._completed.get(account_id, event.erased_at))

    def open(self) -> list[ErasureV1]:
        """The requests without a completion."""
        return [request for request in self._requested.values() if not self._is_done(request)]

    def _is_done(self, request: ErasureV1) -> bool:
        completed = self._completed.get(request.account_id)
        return completed is not None and completed >= request.erased_at


def completion(request: ErasureV1, at: datetime) -> ErasureV1:
    step = ErasureCompletion(store=Store.INGESTOR, completed_at=at)
    return request.model_copy(update={"step": step})

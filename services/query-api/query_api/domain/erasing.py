"""Erasing accounts from this service's own store: which were asked for, and how far each is."""

from datetime import datetime, timedelta
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from common.events import AccountV1, ErasureCompletion, ErasureRequest, ErasureV1, Store, Timestamp

# From the first time everything was deleted to the second (wall time): what was under way has been written by then.
PASSING = timedelta(seconds=5)


def erasure_of(event: ErasureV1, request: ErasureRequest) -> "Erasure":
    return Erasure(
        workspace_id=event.workspace_id,
        account_id=event.account_id,
        erased_at=event.erased_at,
        whole_workspace=request.whole_workspace,
    )


class Erasure(BaseModel):
    """Of one account; kept for ever. `erased_at` is of the domain clock, the rest wall time.

    Of a `whole_workspace` what is of no account goes too, before any of its accounts is told to be gone.
    """

    model_config = ConfigDict(frozen=True)

    workspace_id: UUID
    account_id: UUID
    erased_at: Timestamp
    whole_workspace: bool = False
    emptied_at: Timestamp | None = None
    done_at: Timestamp | None = None
    revision: int = 1

    def emptied(self, at: datetime) -> "Erasure":
        return self._later(emptied_at=at)

    def done(self, at: datetime) -> "Erasure":
        return self._later(done_at=at)

    def asked_again(self, asked: "Erasure") -> "Erasure":
        whole = self.whole_workspace or asked.whole_workspace
        return self._later(erased_at=asked.erased_at, whole_workspace=whole, emptied_at=None, done_at=None)

    def has_passed(self, now: datetime) -> bool:
        return self.emptied_at is not None and now >= self.emptied_at + PASSING

    @property
    def completion(self) -> ErasureV1:
        if self.done_at is None:
            raise ValueError("an erasure is completed when it is done")
        return ErasureV1(
            workspace_id=self.workspace_id,
            account_id=self.account_id,
            erased_at=self.erased_at,
            step=ErasureCompletion(store=Store.QUERY, completed_at=self.done_at),
        )

    def _later(self, **changes: object) -> "Erasure":
        return Erasure.model_validate({**self.model_dump(), **changes, "revision": self.revision + 1})


_PERSONAL = ("open_id", "username", "display_name", "avatar_url")


def without_personal_data(account: AccountV1) -> AccountV1:
    return account.model_copy(update=dict.fromkeys(_PERSONAL))


def is_personal(account: AccountV1) -> bool:
    return any(getattr(account, name) is not None for name in _PERSONAL)

"""API keys: `toa_<id>_<secret>`, of which only the id and the SHA-256 of the secret are kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from auth_service.domain.record import Id, Record, fingerprint
from common.events import AccessV1, KeyAccess, KeyScope, Timestamp

FIRST_KEY_SCOPES = (KeyScope.READ, KeyScope.EXPORT)
MOST_KEYS = 100
# How long a rotated key may go on beside its successor.
LONGEST_OVERLAP = timedelta(days=30)


class ApiKey(Record):
    """`accounts` None is all accounts of the workspace. Revoked is a state: the record stays."""

    key_id: str
    workspace_id: Id
    name: str = ""
    secret_sha256: str
    scopes: tuple[KeyScope, ...]
    accounts: tuple[Id, ...] | None = None
    expires_at: Timestamp | None = None
    revoked: bool = False
    replaced_by: str | None = None
    created_by: Id | None = None
    last_used_at: Timestamp | None = None
    revision: int
    created_at: Timestamp

    def is_live(self, at: datetime) -> bool:
        return not self.revoked and (self.expires_at is None or at < self.expires_at)

    def ended(self) -> "ApiKey":
        return self._changed({"revoked": True})

    def replaced(self, by: str, *, until: datetime) -> "ApiKey":
        """Good until `until` at most, beside the key that takes its place."""
        ends = until if self.expires_at is None else min(until, self.expires_at)
        return self._changed({"replaced_by": by, "expires_at": ends})

    def successor(self, *, key_id: str, secret: str, created_by: Id, at: datetime) -> "ApiKey":
        """A key that may do the same, under an id and a secret of its own."""
        fresh = {"key_id": key_id, "secret_sha256": fingerprint(secret), "created_by": created_by, "created_at": at}
        return ApiKey.model_validate({**self.model_dump(), **fresh, "last_used_at": None, "revision": 1})

    def _changed(self, changes: Mapping[str, object]) -> "ApiKey":
        return ApiKey.model_validate({**self.model_dump(), **changes, "revision": self.revision + 1})


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyWish:
    """What somebody wants a key to be able to do."""

    name: str
    scopes: tuple[KeyScope, ...]
    accounts: tuple[UUID, ...] | None = None
    expires_at: datetime | None = None


FIRST_KEY = KeyWish(name="First key", scopes=FIRST_KEY_SCOPES)


def new_key(
    wish: KeyWish, *, key_id: str, secret: str, workspace_id: UUID, at: datetime, created_by: UUID | None = None
) -> ApiKey:
    return ApiKey(
        key_id=key_id,
        workspace_id=workspace_id,
        name=wish.name,
        secret_sha256=fingerprint(secret),
        scopes=wish.scopes,
        accounts=wish.accounts,
        expires_at=wish.expires_at,
        created_by=created_by,
        revision=1,
        created_at=at,
    )


def written(key_id: str, secret: str) -> str:
    """The key as its owner gets it, once."""
    return f"toa_{key_id}_{secret}"


def key_event(key: ApiKey, at: datetime) -> AccessV1:
    access = KeyAccess(
        key_id=key.key_id,
        workspace_id=key.workspace_id,
        secret_sha256=key.secret_sha256,
        scopes=key.scopes,
        accounts=key.accounts,
        expires_at=key.expires_at,
        revoked=key.revoked,
        revision=key.revision,
    )
    return AccessV1(access=access, changed_at=at)

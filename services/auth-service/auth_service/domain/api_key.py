"""API keys: `toa_<id>_<secret>`, of which only the id and the SHA-256 of the secret are kept."""

from datetime import datetime

from auth_service.domain.record import Id, Record, fingerprint
from common.events import AccessV1, KeyAccess, KeyScope, Timestamp

FIRST_KEY_SCOPES = (KeyScope.READ, KeyScope.EXPORT)


class ApiKey(Record):
    """`accounts` None is all accounts of the workspace. Revoked is a state: the record stays."""

    key_id: str
    workspace_id: Id
    secret_sha256: str
    scopes: tuple[KeyScope, ...]
    accounts: tuple[Id, ...] | None = None
    expires_at: Timestamp | None = None
    revoked: bool = False
    revision: int
    created_at: Timestamp


def new_key(*, key_id: str, secret: str, workspace_id: Id, at: datetime) -> ApiKey:
    return ApiKey(
        key_id=key_id,
        workspace_id=workspace_id,
        secret_sha256=fingerprint(secret),
        scopes=FIRST_KEY_SCOPES,
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

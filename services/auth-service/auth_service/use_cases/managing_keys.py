"""API keys of a workspace. A secret is shown when its key is made, and never again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from pydantic import SecretStr

from auth_service.domain.api_key import (
    LONGEST_OVERLAP,
    MOST_KEYS,
    ApiKey,
    KeyWish,
    key_event,
    new_key,
    written,
)
from auth_service.domain.audit import AuditAction, AuditEntry, named
from auth_service.domain.errors import Busy, InvalidInput, NotFound, TooMany
from auth_service.domain.identity import Person, good_name
from auth_service.domain.membership import workspace_accounts
from auth_service.ports import ApiKeys, Connections
from auth_service.use_cases.changing import Changing
from common.events import KeyScope

# A service that lies about the time must not make a key look used tomorrow.
_CLOCKS_DIFFER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A key with its secret, shown once."""

    key: ApiKey
    secret: SecretStr


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagingKeys:
    keys: ApiKeys
    connections: Connections
    changing: Changing

    async def list(self, person: Person) -> Sequence[ApiKey]:
        return await self.keys.of_workspace(person.workspace_id)

    async def create(self, person: Person, wish: KeyWish) -> Made:
        now = self.changing.wall.now()
        good = await self._good(person, wish, now)
        if sum(key.is_live(now) for key in await self.list(person)) >= MOST_KEYS:
            raise TooMany(f"A workspace has {MOST_KEYS} keys at most; revoke some first.")
        key_id, secret = self._fresh()
        workspace_id, by = person.workspace_id, person.user_id
        key = new_key(good, key_id=key_id, secret=secret, workspace_id=workspace_id, at=now, created_by=by)
        return await self._added(key, secret, self._told(AuditAction.KEY_CREATED, person, key, **_abilities(key)))

    async def rotate(self, person: Person, key_id: str, overlap: timedelta) -> Made:
        """A new key that may do the same; the old one goes on for `overlap`, so that nobody is cut off."""
        if not timedelta() <= overlap <= LONGEST_OVERLAP:
            raise InvalidInput(f"The overlap is 0 to {LONGEST_OVERLAP.days} days.")
        key, now = await self._own(person, key_id), self.changing.wall.now()
        if not key.is_live(now) or key.replaced_by:
            raise InvalidInput("This key is revoked, expired or rotated already; make a new one.")
        new_id, secret = self._fresh()
        successor = key.successor(key_id=new_id, secret=secret, created_by=person.user_id, at=now)
        entry = self._told(AuditAction.KEY_ROTATED, person, key, replaced_by=new_id)
        # The new one first: breaking off in between leaves a key too many, never one too few.
        made = await self._added(successor, secret, entry)
        if not await self._replaced(key.replaced(new_id, until=now + overlap)):
            await self._replaced(successor.ended())
            raise Busy("This key is being changed by another request; look at the list.")
        return made

    async def revoke(self, person: Person, key_id: str) -> None:
        """Ended for good, within seconds everywhere; once more changes nothing."""
        while not (key := await self._own(person, key_id)).revoked:
            if await self._replaced(key.ended(), self._told(AuditAction.KEY_REVOKED, person, key)):
                return

    async def used(self, key_id: str, at: datetime) -> None:
        """What the service that lets keys in tells; an unknown key is none of its business."""
        if at > self.changing.wall.now() + _CLOCKS_DIFFER:
            raise InvalidInput("A key was used in the future.")
        await self.keys.used(key_id, at)

    async def _good(self, person: Person, wish: KeyWish, now: datetime) -> KeyWish:
        if not wish.scopes:
            raise InvalidInput(f"A key needs a scope: {', '.join(KeyScope)}.")
        if wish.expires_at is not None and wish.expires_at <= now:
            raise InvalidInput("expires_at is in the past.")
        return KeyWish(
            name=good_name(wish.name),
            scopes=tuple(scope for scope in KeyScope if scope in wish.scopes),
            accounts=await self._accounts(person.workspace_id, wish.accounts),
            expires_at=wish.expires_at,
        )

    async def _accounts(self, workspace_id: UUID, accounts: tuple[UUID, ...] | None) -> tuple[UUID, ...] | None:
        if accounts is None:
            return None
        known = [one.account_id for one in await self.connections.of_workspace(workspace_id)]
        return workspace_accounts(accounts, known)

    async def _own(self, person: Person, key_id: str) -> ApiKey:
        key = await self.keys.get(key_id)
        if key is None or key.workspace_id != person.workspace_id:
            raise NotFound("There is no such key in this workspace.")
        return key

    async def _added(self, key: ApiKey, secret: str, entry: AuditEntry) -> Made:
        await self.keys.add(key, key_event(key, key.created_at), audit=(entry,))
        await self.changing.auditing.carry_now()
        return Made(key=key, secret=SecretStr(written(key.key_id, secret)))

    async def _replaced(self, key: ApiKey, *audit: AuditEntry) -> bool:
        done = await self.keys.replace(key, key_event(key, self.changing.wall.now()), audit=audit)
        await self.changing.auditing.carry_now()
        return done

    def _fresh(self) -> tuple[str, str]:
        return self.changing.secrets.new_key_id(), self.changing.secrets.new_secret()

    def _told(self, action: AuditAction, person: Person, key: ApiKey, **details: str) -> AuditEntry:
        subject = named("key", key.key_id)
        return self.changing.entry(action, person, subject=subject, details={"name": key.name, **details})


def _abilities(key: ApiKey) -> dict[str, str]:
    accounts = "all" if key.accounts is None else ",".join(map(str, key.accounts))
    ends = key.expires_at.isoformat() if key.expires_at else "never"
    return {"scopes": ",".join(key.scopes), "accounts": accounts, "expires": ends}

"""Grants in MongoDB. The tokens of one are sealed by a key of its own, which the key of each workspace that has a
connection of it wraps: so each workspace opens it, and the last of these keys gone, nobody does."""

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from auth_service.adapters.paging import pages
from auth_service.adapters.token_cipher import DataKey, Sealer, TokenCipher, opened_tokens, sealed_tokens
from auth_service.adapters.workspace_keys import MongoWorkspaceKeys
from auth_service.domain.errors import SecretUnreadable
from auth_service.domain.grant import Grant
from auth_service.ports_tokens import NOBODY, Rewrapped, Sharing
from common.documents.store import Database, Document, Taken
from common.runtime.logs import logger

# Of one look; what is left over is the next one's.
_AT_A_LOOK = 500
_log = logger(__name__)


class MongoGrants:
    """A grant's `_id` is its app and open_id, so that there is never a second one. `keys`: its key, wrapped, by
    workspace; a document without it is of before, sealed by the ring itself. `key_id` tells one key from the next.
    `changed` is told the app and open_id of each grant that was written or ended here."""

    def __init__(
        self,
        database: Database,
        workspaces: MongoWorkspaceKeys,
        cipher: TokenCipher,
        changed: Callable[[str, str], None] = lambda *_: None,
    ) -> None:
        self._changed = changed
        self._grants = database.collection("grants")
        self._connections = database.collection("connections")
        self._workspaces = workspaces
        self._cipher = cipher

    async def get(self, app_id: str, open_id: str) -> Grant | None:
        found = await self._grants.find_one({"_id": _grant_id(app_id, open_id)})
        return await self._opened(found) if found else None

    async def add(self, grant: Grant, workspace_id: UUID) -> bool:
        key = DataKey.new()
        keys = await self._wrapped(key, grant.app_id, grant.open_id, [str(workspace_id)])
        try:
            await self._grants.insert({"_id": _grant_id(grant.app_id, grant.open_id), **_sealed(grant, key), **keys})
        except Taken:
            return False
        return True

    async def share(self, grant: Grant, workspace_id: UUID) -> bool:
        found = await self._grants.find_one({"_id": _grant_id(grant.app_id, grant.open_id)})
        if found is None:
            return False
        if "keys" not in found:
            return await self._renewed(found, [str(workspace_id)])
        # Wrapped anew though it may have been: whoever has seen it unneeded before does not take it off any more.
        key = await self._key(found)
        wrapped = (await self._workspaces.of(workspace_id)).wrap(key, binding=_wrap_binding(found, str(workspace_id)))
        same = {"_id": found["_id"], "key_id": found["key_id"]}
        return await self._grants.update(same, {"$set": {f"keys.{workspace_id}": wrapped}})

    async def sharing(self, app_id: str, open_id: str) -> Sharing:
        found = await self._grants.find_one({"_id": _grant_id(app_id, open_id)})
        return cast("Sharing", found.get("keys", NOBODY)) if found else NOBODY

    async def unshare(self, app_id: str, open_id: str, workspace_id: UUID, seen: Sharing | None = None) -> bool:
        name = f"keys.{workspace_id}"
        if seen is not None and str(workspace_id) not in seen:
            # Nothing of it to take off, perhaps because the grant is no more.
            return True
        same = {} if seen is None else {name: seen[str(workspace_id)]}
        return await self._grants.update({"_id": _grant_id(app_id, open_id), **same}, {"$unset": {name: ""}})

    async def replace(self, grant: Grant, *, from_version: int) -> bool:
        query = {"_id": _grant_id(grant.app_id, grant.open_id), "token_version": from_version}
        found = await self._grants.find_one(query)
        if found and "keys" not in found and await self._renewed(found, []):
            found = await self._grants.find_one(query)
        if found is None:
            return False
        sealed = _sealed(grant, await self._sealer(found))
        # Not when it was ended and begun anew meanwhile: these tokens are sealed by the key that it had.
        same = {**query, "key_id": found.get("key_id")}
        replaced = await self._grants.update(same, {"$set": {**sealed, "leased_until": None}})
        self._changed(grant.app_id, grant.open_id)
        return replaced

    async def lease(self, grant: Grant, *, at: datetime, until: datetime) -> bool:
        free = [{"leased_until": None}, {"leased_until": {"$lte": at}}]
        return await self._grants.update({**_this(grant), "$or": free}, {"$set": {"leased_until": until}})

    async def end_lease(self, grant: Grant, *, until: datetime) -> None:
        mine = {"_id": _grant_id(grant.app_id, grant.open_id), "leased_until": until}
        await self._grants.update(mine, {"$set": {"leased_until": None}})

    async def mark_lost(self, grant: Grant, at: datetime) -> None:
        await self._grants.update(_this(grant), {"$set": {"lost_at": at}})
        self._changed(grant.app_id, grant.open_id)

    async def expiring(self, before: datetime) -> Sequence[Grant]:
        query = {"tokens.access_expires_at": {"$lte": before}, "lost_at": None}
        order = [("tokens.access_expires_at", 1)]
        return await self._readable(await self._grants.find(query, sort=order, limit=_AT_A_LOOK))

    async def ending(self, at: datetime, *, warnings: Mapping[int, datetime]) -> Sequence[Grant]:
        near = [
            {
                "tokens.refresh_expires_at": {"$lte": before},
                "$or": [{"warned_days": None}, {"warned_days": {"$gt": left}}],
            }
            for left, before in warnings.items()
        ]
        query = {"tokens.refresh_expires_at": {"$gt": at}, "lost_at": None, "$or": near}
        return await self._readable(await self._grants.find(query, limit=_AT_A_LOOK))

    async def count_ending(self, *, after: datetime, before: datetime) -> int:
        return await self._grants.count({"tokens.refresh_expires_at": {"$gt": after, "$lte": before}, "lost_at": None})

    async def mark_warned(self, grant: Grant, days: int) -> None:
        same = {"_id": _grant_id(grant.app_id, grant.open_id), "granted_at": grant.granted_at}
        await self._grants.update(same, {"$set": {"warned_days": days}})

    async def remove(self, app_id: str, open_id: str, seen: Sharing) -> None:
        await self._grants.remove({"_id": _grant_id(app_id, open_id), **_shared_as(seen)})
        self._changed(app_id, open_id)

    async def end(self, grant: Grant, seen: Sharing) -> bool:
        ended = await self._grants.take({**_this(grant), **_shared_as(seen)}) is not None
        self._changed(grant.app_id, grant.open_id)
        return ended

    async def rewrap(self) -> list[Rewrapped]:
        """Bring those of before into the form of now; the wrapped keys of all others are the workspaces' matter."""
        renewed = unreadable = 0
        async for found in pages(self._grants, {"keys": {"$exists": False}}):
            try:
                renewed += await self._renewed(found, [])
            except SecretUnreadable:
                unreadable += 1
        return [Rewrapped(kind="grants", renewed=renewed, unreadable=unreadable)]

    async def _renewed(self, found: Document, workspaces: Sequence[str]) -> bool:
        """Write it with a key of its own, for these workspaces and those of its connections; False without any."""
        app_id, open_id = str(found["app_id"]), str(found["open_id"])
        connected = await self._connections.find({"app_id": app_id, "open_id": open_id})
        named = {*workspaces, *(str(one["workspace_id"]) for one in connected)}
        if not named:
            return False
        key, grant = DataKey.new(), await self._opened(found)
        changed = {"tokens": sealed_tokens(key, grant.tokens, binding=_binding(grant))}
        keys = await self._wrapped(key, app_id, open_id, sorted(named))
        same = {**_this(grant), "keys": {"$exists": False}}
        return await self._grants.update(same, {"$set": {**changed, **keys}})

    async def _wrapped(self, key: DataKey, app_id: str, open_id: str, workspaces: Iterable[str]) -> Document:
        this = {"_id": _grant_id(app_id, open_id)}
        wrapped = {
            one: (await self._workspaces.of(UUID(one))).wrap(key, binding=_wrap_binding(this, one))
            for one in workspaces
        }
        return {"key_id": secrets.token_hex(8), "keys": wrapped}

    async def _readable(self, found: Iterable[Document]) -> Sequence[Grant]:
        """Those that open: one that does not must not keep the others waiting."""
        grants = []
        for one in found:
            try:
                grants.append(await self._opened(one))
            except SecretUnreadable as error:
                _log.error("consent cannot be read", reason=str(error))
        return grants

    async def _opened(self, found: Document) -> Grant:
        sealed = Grant.model_validate(found)
        sealer, tokens = await self._sealer(found), cast("Mapping[str, object]", found["tokens"])
        opened = opened_tokens(sealer, tokens, binding=_binding(sealed))
        return sealed.model_copy(update={"tokens": opened})

    async def _sealer(self, found: Document) -> Sealer:
        return await self._key(found) if "keys" in found else self._cipher

    async def _key(self, found: Document) -> DataKey:
        for workspace_id, wrapped in cast("Mapping[str, str]", found["keys"]).items():
            if key := await self._workspaces.find(workspace_id):
                return key.unwrap(wrapped, binding=_wrap_binding(found, workspace_id))
        raise SecretUnreadable("Every workspace that could open this consent was erased or has let it go.")


def _sealed(grant: Grant, sealer: Sealer) -> Document:
    return {**grant.model_dump(), "tokens": sealed_tokens(sealer, grant.tokens, binding=_binding(grant))}


def _this(grant: Grant) -> dict[str, object]:
    return {"_id": _grant_id(grant.app_id, grant.open_id), "token_version": grant.token_version}


def _grant_id(app_id: str, open_id: str) -> str:
    return f"{app_id}/{open_id}"


def _binding(grant: Grant) -> str:
    return f"grant/{grant.app_id}/{grant.open_id}/{grant.token_version}"


def _shared_as(seen: Sharing) -> Document:
    """Shared by the same workspaces, each since the same moment: a key that is wrapped again is another text."""
    return {"keys": dict(seen) if seen else {"$in": [None, {}]}}


def _wrap_binding(found: Document, workspace_id: str) -> str:
    return f"workspace/{workspace_id}/grant/{found['_id']}/key"

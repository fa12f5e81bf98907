"""What proves who somebody is, in MongoDB: counted tries, password resets, second factors, provider sign-ins."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from auth_service.adapters.documents import document, fields, record
from auth_service.adapters.notices import Seals
from auth_service.domain.limits import Limit
from auth_service.domain.password_reset import PasswordReset
from auth_service.domain.provider import Attempt, HalfProven, Identity
from auth_service.domain.record import fingerprint
from auth_service.domain.second_factor import SecondFactor
from common.documents.store import Database, Taken


class MongoCounters:
    def __init__(self, database: Database) -> None:
        self._tries = database.collection("tries")

    async def count(self, limit: Limit, key: str, at: datetime) -> int:
        change = {"$inc": {"count": 1}, "$setOnInsert": {"expires_at": limit.ends(at)}}
        while True:
            try:
                return int(str((await self._tries.find_or_insert(_window(limit, key, at), change))["count"]))
            except Taken:
                # Another request opened the window at once: now it is there.
                continue

    async def take_back(self, limit: Limit, key: str, at: datetime) -> None:
        await self._tries.update({**_window(limit, key, at), "count": {"$gt": 0}}, {"$inc": {"count": -1}})

    async def forget(self, limit: Limit, key: str, at: datetime) -> None:
        await self._tries.remove(_window(limit, key, at))

    async def remove_expired(self, at: datetime) -> None:
        await self._tries.remove({"expires_at": {"$lte": at}})


def _window(limit: Limit, key: str, at: datetime) -> dict[str, object]:
    return {"_id": f"{limit.name}:{fingerprint(key)}:{limit.window(at)}"}


class MongoPasswordResets:
    def __init__(self, database: Database) -> None:
        self._resets = database.collection("password_resets")

    async def add(self, reset: PasswordReset) -> None:
        await self._resets.insert(document(reset, "token_sha256"))

    async def take(self, token_sha256: str) -> PasswordReset | None:
        return record(PasswordReset, await self._resets.take({"_id": token_sha256}), "token_sha256")

    async def remove_expired(self, at: datetime) -> None:
        await self._resets.remove({"expires_at": {"$lte": at}})


class MongoSecondFactors:
    def __init__(self, database: Database, seals: Seals) -> None:
        self._factors = database.collection("second_factors")
        self._seals = seals

    async def get(self, user_id: UUID) -> SecondFactor | None:
        found = await self._factors.find_one({"_id": str(user_id)})
        if found is None:
            return None
        secret = self._seals.open(str(found["secret"]), binding=_binding(user_id))
        return record(SecondFactor, {**found, "secret": secret}, "user_id")

    async def put(self, factor: SecondFactor) -> bool:
        try:
            await self._factors.put({"_id": str(factor.user_id), "confirmed_at": None}, self._sealed(factor))
        except Taken:
            return False
        return True

    async def replace(self, factor: SecondFactor) -> bool:
        # The secret never changes after the enrolment.
        changed = {name: value for name, value in fields(factor, "user_id").items() if name != "secret"}
        query = {"_id": str(factor.user_id), "revision": factor.revision - 1, "started_at": factor.started_at}
        return await self._factors.update(query, {"$set": changed})

    async def remove(self, user_id: UUID) -> None:
        await self._factors.remove({"_id": str(user_id)})

    def _sealed(self, factor: SecondFactor) -> Mapping[str, object]:
        sealed = self._seals.seal(factor.secret, binding=_binding(factor.user_id))
        return {**document(factor, "user_id"), "secret": sealed}


def _binding(user_id: UUID) -> str:
    return f"second-factor/{user_id}/secret/1"


class MongoAttempts:
    def __init__(self, database: Database) -> None:
        self._attempts = database.collection("provider_attempts")

    async def add(self, attempt: Attempt) -> None:
        await self._attempts.insert(document(attempt, "state_sha256"))

    async def take(self, state_sha256: str) -> Attempt | None:
        return record(Attempt, await self._attempts.take({"_id": state_sha256}), "state_sha256")

    async def remove_expired(self, at: datetime) -> None:
        await self._attempts.remove({"expires_at": {"$lte": at}})


class MongoHalfProofs:
    def __init__(self, database: Database) -> None:
        self._proofs = database.collection("half_proofs")

    async def put(self, proof: HalfProven) -> None:
        await self._proofs.put({"_id": proof.browser_sha256}, document(proof, "browser_sha256"))

    async def get(self, browser_sha256: str) -> HalfProven | None:
        return record(HalfProven, await self._proofs.find_one({"_id": browser_sha256}), "browser_sha256")

    async def take(self, browser_sha256: str) -> HalfProven | None:
        return record(HalfProven, await self._proofs.take({"_id": browser_sha256}), "browser_sha256")

    async def remove_expired(self, at: datetime) -> None:
        await self._proofs.remove({"expires_at": {"$lte": at}})


class MongoIdentities:
    def __init__(self, database: Database) -> None:
        self._identities = database.collection("identities")

    async def get(self, identity_id: str) -> Identity | None:
        return record(Identity, await self._identities.find_one({"_id": identity_id}), "identity_id")

    async def add(self, identity: Identity) -> None:
        await self._identities.put({"_id": identity.identity_id}, document(identity, "identity_id"))

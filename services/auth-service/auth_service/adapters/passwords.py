"""Passwords: argon2id, away from the event loop, because each costs tens of milliseconds on purpose."""

import asyncio

import argon2
from argon2.exceptions import InvalidHashError, VerificationError
from pydantic import SecretStr


class Argon2Passwords:
    def __init__(self, hasher: argon2.PasswordHasher) -> None:
        self._hasher = hasher
        # Verified in place of a missing hash, so that an unknown address costs the same time.
        self._decoy = self._hasher.hash("nobody's password")

    async def hash(self, password: SecretStr) -> str:
        return await asyncio.to_thread(self._hasher.hash, password.get_secret_value())

    async def matches(self, password: SecretStr, password_hash: str | None) -> bool:
        right = await asyncio.to_thread(self._verify, password_hash or self._decoy, password.get_secret_value())
        return right and password_hash is not None

    def _verify(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False

"""Kept answers sealed with a key of the service's own: a link's secret, told once, is in one of them."""

import base64
import os
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from common.replays.kept import OutcomeUnknown
from common.replays.store import MongoReplays

_BYTES, _NONCE = 32, 12
_UNREADABLE = "The first request's answer can no longer be read; look whether it was done."


class SealedByServiceKey:
    """All replicas have the service's key, so each opens what another kept."""

    def __init__(self, key: bytes) -> None:
        derived = HKDF(SHA256(), _BYTES, salt=None, info=b"query-api/replays").derive(key)
        self._cipher = AESGCM(derived)

    def seal(self, text: str, *, binding: str) -> str:
        nonce = os.urandom(_NONCE)
        return base64.b64encode(nonce + self._cipher.encrypt(nonce, text.encode(), binding.encode())).decode()

    def open(self, sealed: str, *, binding: str) -> str:
        """Raises `OutcomeUnknown` for what another key sealed."""
        content = base64.b64decode(sealed)
        try:
            return self._cipher.decrypt(content[:_NONCE], content[_NONCE:], binding.encode()).decode()
        except InvalidTag:
            raise OutcomeUnknown(_UNREADABLE) from None


class KeptAnswers(MongoReplays):
    """They may name any account of their workspace, so all of it goes with one that is erased."""

    async def erase(self, workspace_id: UUID, _: UUID) -> bool:
        return await self.erase_workspace(workspace_id)

    async def erase_workspace(self, workspace_id: UUID) -> bool:
        await self.forget_workspace(str(workspace_id))
        return True

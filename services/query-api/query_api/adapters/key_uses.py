"""Tells auth-service when API keys were last used: gathered here, so that a request waits for nobody."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import jwt

from common.runtime.clock import Clock
from common.runtime.logs import logger

TELL_EVERY_SECONDS = 30.0
KEYS_A_CALL = 500
_PATH = "/internal/v1/keys/used"
_JWT_LIFE = timedelta(seconds=60)

_log = logger(__name__)


def read_key(path: Path) -> bytes:
    """The private key as its file has it, tried once."""
    key = path.read_bytes()
    try:
        jwt.encode({}, key, algorithm="EdDSA")
    except (ValueError, TypeError, jwt.PyJWTError):
        raise ValueError(f"the service key in {path} is not an Ed25519 private key (PEM)") from None
    return key


class ToldKeyUses:
    """The newest use of each key since it was last told. What was not told when the process ends is not told."""

    def __init__(self, http: httpx.AsyncClient, *, base_url: str, key: bytes, wall: Clock) -> None:
        self._http = http
        self._url = f"{base_url.rstrip('/')}{_PATH}"
        self._key = key
        self._wall = wall
        self._uses: dict[str, datetime] = {}

    def used(self, key_id: str, at: datetime) -> None:
        self._uses[key_id] = at

    async def run(self) -> None:
        while True:
            await asyncio.sleep(TELL_EVERY_SECONDS)
            await self.tell()

    async def tell(self) -> None:
        """What cannot be told now waits for the next time, unless the key was used again."""
        uses, self._uses = list(self._uses.items()), {}
        for start in range(0, len(uses), KEYS_A_CALL):
            batch = dict(uses[start : start + KEYS_A_CALL])
            try:
                await self._send(batch)
            except httpx.HTTPError as error:
                _log.warning("use of keys not told", reason=type(error).__name__)
                self._uses = {**batch, **self._uses}

    async def _send(self, batch: Mapping[str, datetime]) -> None:
        body = {"uses": [{"key_id": key_id, "used_at": at.isoformat()} for key_id, at in batch.items()]}
        response = await self._http.post(self._url, json=body, headers={"Authorization": f"Bearer {self._jwt()}"})
        response.raise_for_status()

    def _jwt(self) -> str:
        now = self._wall.now()
        claims = {"iss": "query-api", "aud": "auth-service", "iat": now, "exp": now + _JWT_LIFE, "jti": uuid4().hex}
        return jwt.encode(claims, self._key, algorithm="EdDSA")

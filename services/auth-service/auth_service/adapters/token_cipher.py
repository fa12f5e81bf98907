"""Sealing: AES-256-GCM, each value bound to what it is of. A key of the ring seals the keys that seal the tokens."""

import base64
import binascii
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr

from auth_service.adapters.key_rings import KeyRingFile
from auth_service.domain.errors import SecretUnreadable
from auth_service.domain.grant import Tokens
from auth_service.domain.key_ring import KEY_BYTES, KeyRing
from auth_service.ports_tokens import KeyRingSource

_NONCE_BYTES = 12
_SECRET_FIELDS = ("access_token", "refresh_token")


class Sealer(Protocol):
    """What seals values, each bound to what it is of."""

    def seal(self, secret: SecretStr, *, binding: str) -> str: ...

    def open(self, sealed: str, *, binding: str) -> SecretStr:
        """Raises `SecretUnreadable`."""
        ...


@dataclass(frozen=True, slots=True)
class DataKey:
    """Seals tokens, or other keys. What it sealed opens only with the same binding."""

    secret: bytes = field(repr=False)

    @classmethod
    def new(cls) -> "DataKey":
        return cls(secrets.token_bytes(KEY_BYTES))

    def seal(self, secret: SecretStr, *, binding: str) -> str:
        return self._sealed(secret.get_secret_value().encode(), binding)

    def open(self, sealed: str, *, binding: str) -> SecretStr:
        return SecretStr(self._opened(sealed, binding).decode())

    def wrap(self, key: "DataKey", *, binding: str) -> str:
        return self._sealed(key.secret, binding)

    def unwrap(self, wrapped: str, *, binding: str) -> "DataKey":
        return DataKey(self._opened(wrapped, binding))

    def _sealed(self, content: bytes, binding: str) -> str:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return base64.urlsafe_b64encode(nonce + AESGCM(self.secret).encrypt(nonce, content, binding.encode())).decode()

    def _opened(self, sealed: str, binding: str) -> bytes:
        try:
            content = base64.urlsafe_b64decode(sealed)
            return AESGCM(self.secret).decrypt(content[:_NONCE_BYTES], content[_NONCE_BYTES:], binding.encode())
        except (InvalidTag, ValueError, binascii.Error):
            raise SecretUnreadable(f"What is stored as {binding} was not sealed for it.") from None


class TokenCipher:
    """The ring: what it seals begins with the key's id. `source` is read again when an id is not known yet."""

    def __init__(self, ring: KeyRing, source: KeyRingSource | None = None) -> None:
        self._ring = ring
        self._source = source

    @property
    def active(self) -> str:
        return self._ring.active

    def seal(self, secret: SecretStr, *, binding: str) -> str:
        """`kid.nonce-and-ciphertext`; opens only with the same binding."""
        return f"{self.active}.{self._key(self.active, binding).seal(secret, binding=binding)}"

    def open(self, sealed: str, *, binding: str) -> SecretStr:
        kid, _, text = sealed.rpartition(".")
        return self._key(kid, binding).open(text, binding=binding)

    def wrap(self, key: DataKey, *, binding: str) -> str:
        return f"{self.active}.{self._key(self.active, binding).wrap(key, binding=binding)}"

    def unwrap(self, wrapped: str, *, binding: str) -> DataKey:
        kid, _, text = wrapped.rpartition(".")
        return self._key(kid, binding).unwrap(text, binding=binding)

    def _key(self, kid: str, binding: str) -> DataKey:
        if kid not in self._ring.keys and self._source:
            self._ring = self._source.read()
        key = self._ring.keys.get(kid)
        if key is None:
            raise SecretUnreadable(f"The key {kid!r} that sealed {binding} is not on the key ring.")
        return DataKey(key)


def sealed_tokens(sealer: Sealer, tokens: Tokens, *, binding: str) -> Mapping[str, object]:
    """The tokens as a document; each secret is bound to its field, too."""
    sealed = {name: sealer.seal(getattr(tokens, name), binding=f"{binding}/{name}") for name in _SECRET_FIELDS}
    return {**tokens.model_dump(), **sealed}


def opened_tokens(sealer: Sealer, sealed: Mapping[str, object], *, binding: str) -> Tokens:
    opened = {name: sealer.open(str(sealed[name]), binding=f"{binding}/{name}") for name in _SECRET_FIELDS}
    return Tokens.model_validate({**sealed, **opened})


def read_key_ring(path: Path) -> KeyRing:
    """The ring in the file `path`."""
    return KeyRingFile(path).read()

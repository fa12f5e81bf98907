"""Tokens at rest: AES-256-GCM under a key of the ring, bound to their owner, field and version."""

import base64
import binascii
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr

from auth_service.domain.errors import SecretUnreadable
from auth_service.domain.grant import Tokens

_KEY_BYTES = 32
_NONCE_BYTES = 12
_SECRET_FIELDS = ("access_token", "refresh_token")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRing:
    """New tokens are sealed with `active`; the other keys open older ones."""

    active: str
    keys: Mapping[str, bytes] = field(repr=False)


def read_key_ring(path: Path) -> KeyRing:
    """Read `{"active": kid, "keys": {kid: base64 of 32 bytes}}`; an error never quotes the content."""
    try:
        content = json.loads(path.read_text())
        keys = {str(kid): base64.b64decode(key, validate=True) for kid, key in content["keys"].items()}
        active = str(content["active"])
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
        raise ValueError(f'{path} is not {{"active": kid, "keys": {{kid: base64 of 32 bytes}}}}') from None
    if active not in keys or any(len(key) != _KEY_BYTES for key in keys.values()):
        raise ValueError(f"{path}: the active key must be among the keys, and each key must have 32 bytes")
    return KeyRing(active=active, keys=keys)


class TokenCipher:
    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring

    def seal(self, secret: SecretStr, *, binding: str) -> str:
        """`kid.nonce-and-ciphertext`; opens only with the same binding."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        cipher = AESGCM(self._ring.keys[self._ring.active])
        sealed = cipher.encrypt(nonce, secret.get_secret_value().encode(), binding.encode())
        return f"{self._ring.active}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, *, binding: str) -> SecretStr:
        kid, _, text = sealed.rpartition(".")
        key = self._ring.keys.get(kid)
        if key is None:
            raise SecretUnreadable(f"The key {kid!r} that sealed {binding} is not on the key ring.")
        content = base64.urlsafe_b64decode(text)
        try:
            opened = AESGCM(key).decrypt(content[:_NONCE_BYTES], content[_NONCE_BYTES:], binding.encode())
        except InvalidTag:
            raise SecretUnreadable(f"What is stored as {binding} was not sealed for it.") from None
        return SecretStr(opened.decode())

    def sealed_tokens(self, tokens: Tokens, *, binding: str) -> Mapping[str, object]:
        """The tokens as a document; each secret is bound to its field, too."""
        sealed = {name: self.seal(getattr(tokens, name), binding=f"{binding}/{name}") for name in _SECRET_FIELDS}
        return {**tokens.model_dump(), **sealed}

    def opened_tokens(self, sealed: Mapping[str, object], *, binding: str) -> Tokens:
        opened = {name: self.open(str(sealed[name]), binding=f"{binding}/{name}") for name in _SECRET_FIELDS}
        return Tokens.model_validate({**sealed, **opened})

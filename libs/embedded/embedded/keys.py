"""The secrets of one laptop system: made at its first start, kept in files that only their owner can read."""

import json
import os
import secrets
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)


@dataclass(frozen=True, slots=True)
class Keys:
    """Files in one folder, each made when first asked for."""

    folder: Path

    def session_key(self) -> Path:
        return self._once("session.pem", lambda: _pem(generate_private_key(SECP256R1())))

    def token_keys(self) -> Path:
        def ring() -> bytes:
            key = b64encode(secrets.token_bytes(32)).decode()
            return json.dumps({"active": "k1", "keys": {"k1": key}}).encode()

        return self._once("token-keys.json", ring)

    def service_key(self, service: str) -> Path:
        return self._once(f"{service}.pem", lambda: _pem(Ed25519PrivateKey.generate()))

    def service_public_key(self, service: str) -> str:
        private = load_pem_private_key(self.service_key(service).read_bytes(), password=None)
        return private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def secret(self, name: str) -> Path:
        return self._once(name, lambda: secrets.token_urlsafe(12).encode())

    def keep(self, name: str, value: str) -> Path:
        return self._once(name, value.encode)

    def _once(self, name: str, make: Callable[[], bytes]) -> Path:
        path = self.folder / name
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = path.with_suffix(f"{path.suffix}.new")
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(make())
            draft.replace(path)
        return path


def _pem(key: PrivateKeyTypes) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

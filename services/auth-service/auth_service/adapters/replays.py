"""Answers kept for a second request with the same Idempotency-Key, sealed by the ring."""

from dataclasses import dataclass

from pydantic import SecretStr

from auth_service.adapters.token_cipher import TokenCipher


@dataclass(frozen=True, slots=True)
class SealedByRing:
    cipher: TokenCipher

    def seal(self, text: str, *, binding: str) -> str:
        return self.cipher.seal(SecretStr(text), binding=binding)

    def open(self, sealed: str, *, binding: str) -> str:
        return self.cipher.open(sealed, binding=binding).get_secret_value()

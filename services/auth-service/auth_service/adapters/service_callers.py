"""Other services prove who they are with a short EdDSA token, checked with the public keys of the settings."""

from collections.abc import Mapping
from datetime import timedelta

import jwt

from auth_service.domain.errors import CallerRefused

AUDIENCE = "auth-service"
LONGEST_LIFE = timedelta(seconds=60)
# Clocks of two machines differ by a little.
_LEEWAY_SECONDS = 5


class SignedCallers:
    def __init__(self, public_keys: Mapping[str, str]) -> None:
        self._public_keys = public_keys

    def caller(self, token: str) -> str:
        try:
            name = self._claimed(token)
            claims = jwt.decode(
                token,
                self._public_keys[name],
                algorithms=["EdDSA"],
                audience=AUDIENCE,
                issuer=name,
                leeway=_LEEWAY_SECONDS,
                options={"require": ["exp", "iat", "iss", "aud"]},
            )
            life = int(claims["exp"]) - int(claims["iat"])
        except (jwt.PyJWTError, ValueError, KeyError):
            raise CallerRefused("The service token is missing, expired, or not signed by a known service.") from None
        if life > LONGEST_LIFE.total_seconds():
            raise CallerRefused("The service token lives longer than 60 seconds.")
        return name

    def _claimed(self, token: str) -> str:
        claims = jwt.decode(token, options={"verify_signature": False})
        return str(claims["iss"])

"""Other services prove who they are with a short EdDSA token, checked with the public keys of the settings."""

from collections.abc import Mapping
from datetime import timedelta

import jwt

from auth_service.adapters.checked_tokens import Checked, CheckedTokens
from auth_service.domain.errors import CallerRefused
from common.runtime.clock import Clock

AUDIENCE = "auth-service"
LONGEST_LIFE = timedelta(seconds=60)
# Clocks of two machines differ by a little.
_LEEWAY_SECONDS = 5
# Far more than there are callers; a caller signs a new one every half minute.
_MOST_KNOWN = 200


class SignedCallers:
    def __init__(self, public_keys: Mapping[str, str], wall: Clock) -> None:
        self._public_keys = public_keys
        self._known = CheckedTokens[str](wall, _MOST_KNOWN)

    def caller(self, token: str) -> str:
        return self._known.get(token) or self._known.keep(token, self._checked(token))

    def _checked(self, token: str) -> Checked[str]:
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
            ends = int(claims["exp"])
            life = ends - int(claims["iat"])
        except (jwt.PyJWTError, ValueError, KeyError):
            raise CallerRefused("The service token is missing, expired, or not signed by a known service.") from None
        if life > LONGEST_LIFE.total_seconds():
            raise CallerRefused("The service token lives longer than 60 seconds.")
        return Checked(name, ends + _LEEWAY_SECONDS)

    def _claimed(self, token: str) -> str:
        claims = jwt.decode(token, options={"verify_signature": False})
        return str(claims["iss"])

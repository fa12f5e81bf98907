"""Other services prove who they are with a short EdDSA token, checked with the public keys of the settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import jwt

from auth_service.domain.errors import CallerRefused
from auth_service.domain.record import fingerprint
from common.runtime.clock import Clock

AUDIENCE = "auth-service"
LONGEST_LIFE = timedelta(seconds=60)
# Clocks of two machines differ by a little.
_LEEWAY_SECONDS = 5
# Far more than there are callers; a caller signs a new one every half minute.
_MOST_KNOWN = 200


@dataclass(frozen=True, slots=True)
class _Known:
    name: str
    ends: int
    """Unix time, leeway included."""


class SignedCallers:
    """A token that was good is good until it ends: the same bytes under the same keys, which live as long as this
    process. So it is checked once, and kept as a digest. A refused one is checked each time."""

    def __init__(self, public_keys: Mapping[str, str], wall: Clock) -> None:
        self._public_keys = public_keys
        self._wall = wall
        self._known: dict[str, _Known] = {}

    def caller(self, token: str) -> str:
        digest = fingerprint(token)
        known = self._known.get(digest)
        if known is None or self._wall.now().timestamp() >= known.ends:
            known = self._checked(token)
            self._keep(digest, known)
        return known.name

    def _keep(self, digest: str, known: _Known) -> None:
        self._known[digest] = known
        if len(self._known) > _MOST_KNOWN:
            del self._known[next(iter(self._known))]

    def _checked(self, token: str) -> _Known:
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
        return _Known(name, ends + _LEEWAY_SECONDS)

    def _claimed(self, token: str) -> str:
        claims = jwt.decode(token, options={"verify_signature": False})
        return str(claims["iss"])

"""Access tokens: ES256 JWTs of five minutes, and the key set that others check them with."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from jwt.algorithms import ECAlgorithm

from auth_service.domain.errors import NotSignedIn
from auth_service.domain.identity import Person
from auth_service.domain.session import ACCESS_LIFE
from auth_service.ports import Claims
from common.events import Role

AUDIENCE = "toa"


def read_session_key(path: Path) -> EllipticCurvePrivateKey:
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except ValueError:
        raise ValueError(f"{path} is not a private key in PEM form") from None
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise ValueError(f"{path} is not a P-256 key, which ES256 needs")
    return key


class JwtAccessTokens:
    def __init__(self, key: EllipticCurvePrivateKey, issuer: str) -> None:
        self._key = key
        self._issuer = issuer
        self._public = _public_jwk(key)

    def issue(self, person: Person, at: datetime) -> str:
        accounts = "*" if person.accounts is None else [str(account) for account in person.accounts]
        claims = {
            "sub": str(person.user_id),
            "wid": str(person.workspace_id),
            "role": person.role.value,
            "accounts": accounts,
            "rev": person.revision,
            "aud": AUDIENCE,
            "iss": self._issuer,
            "iat": int(at.timestamp()),
            "exp": int((at + ACCESS_LIFE).timestamp()),
        }
        return jwt.encode(claims, self._key, algorithm="ES256", headers={"kid": str(self._public["kid"])})

    def read(self, token: str) -> Claims:
        try:
            claims = jwt.decode(
                token,
                self._key.public_key(),
                algorithms=["ES256"],
                audience=AUDIENCE,
                issuer=self._issuer,
                options={"require": ["exp", "iat", "sub"]},
            )
            return Claims(user_id=UUID(claims["sub"]), workspace_id=UUID(claims["wid"]), role=Role(claims["role"]))
        except jwt.ExpiredSignatureError:
            raise NotSignedIn("The access token has expired; refresh the session.") from None
        except (jwt.PyJWTError, ValueError, KeyError):
            raise NotSignedIn("The access token is not one of ours.") from None

    def key_set(self) -> Mapping[str, object]:
        return {"keys": [self._public]}


def _public_jwk(key: EllipticCurvePrivateKey) -> Mapping[str, object]:
    numbers = json.loads(ECAlgorithm.to_jwk(key.public_key()))
    # RFC 7638: the key's name is the hash of its required members in this very form.
    required = json.dumps({name: numbers[name] for name in ("crv", "kty", "x", "y")}, separators=(",", ":"))
    kid = jwt.utils.base64url_encode(hashlib.sha256(required.encode()).digest()).decode()
    return {**numbers, "kid": kid, "use": "sig", "alg": "ES256"}

"""Access tokens: ES256 JWTs of five minutes, and the key set that others check them with."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from jwt.algorithms import ECAlgorithm

from auth_service.adapters.checked_tokens import Checked, CheckedTokens
from auth_service.domain.errors import NotSignedIn
from auth_service.domain.identity import Person
from auth_service.domain.session import ACCESS_LIFE
from auth_service.ports import Claims
from common.events import Role
from common.runtime.clock import Clock, WallClock

AUDIENCE = "toa"
_PRIVATE_KEY = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----\n?", re.DOTALL)


Ring = Sequence[EllipticCurvePrivateKey]
"""The first signs; all are shown and check."""


def read_session_keys(path: Path) -> Ring:
    """One or more private keys in PEM form, in one file."""
    blocks = _PRIVATE_KEY.findall(path.read_bytes())
    if not blocks:
        raise ValueError(f"{path} is not a private key in PEM form")
    return [_session_key(path, block) for block in blocks]


def _session_key(path: Path, pem: bytes) -> EllipticCurvePrivateKey:
    try:
        key = load_pem_private_key(pem, password=None)
    except ValueError:
        raise ValueError(f"{path} is not a private key in PEM form") from None
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise ValueError(f"{path} is not a P-256 key, which ES256 needs")
    return key


def key_name(key: EllipticCurvePrivateKey) -> str:
    return str(_public_jwk(key)["kid"])


def written_keys(ring: Ring) -> bytes:
    return b"".join(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) for key in ring)


class JwtAccessTokens:
    def __init__(self, ring: Ring, issuer: str, wall: Clock | None = None) -> None:
        self._issuer = issuer
        self._public = [_public_jwk(key) for key in ring]
        self._signing = ring[0]
        self._checking = {str(shown["kid"]): key.public_key() for shown, key in zip(self._public, ring, strict=True)}
        self._known = CheckedTokens[Claims](wall or WallClock())

    def issue(self, person: Person, at: datetime, *, operator: bool = False) -> str:
        accounts = "*" if person.accounts is None else [str(account) for account in person.accounts]
        claims = {
            "sub": str(person.user_id),
            "wid": str(person.workspace_id),
            "sid": str(person.session_id),
            "role": person.role.value,
            "operator": operator,
            "accounts": accounts,
            "rev": person.revision,
            "aud": AUDIENCE,
            "iss": self._issuer,
            "iat": int(at.timestamp()),
            "exp": int((at + ACCESS_LIFE).timestamp()),
        }
        return jwt.encode(claims, self._signing, algorithm="ES256", headers={"kid": str(self._public[0]["kid"])})

    def read(self, token: str) -> Claims:
        return self._known.get(token) or self._known.keep(token, self._checked(token))

    def _checked(self, token: str) -> Checked[Claims]:
        try:
            claims = jwt.decode(
                token,
                self._checking[str(jwt.get_unverified_header(token).get("kid"))],
                algorithms=["ES256"],
                audience=AUDIENCE,
                issuer=self._issuer,
                options={"require": ["exp", "iat", "sub"]},
            )
            return Checked(_said(claims), float(claims["exp"]))
        except jwt.ExpiredSignatureError:
            raise NotSignedIn("The access token has expired; refresh the session.") from None
        except (jwt.PyJWTError, ValueError, KeyError):
            raise NotSignedIn("The access token is not one of ours.") from None

    def key_set(self) -> Mapping[str, object]:
        return {"keys": self._public}


# Any: it is JSON's.
def _said(claims: Mapping[str, Any]) -> Claims:
    return Claims(
        user_id=UUID(claims["sub"]),
        workspace_id=UUID(claims["wid"]),
        session_id=UUID(claims["sid"]),
        role=Role(claims["role"]),
    )


def _public_jwk(key: EllipticCurvePrivateKey) -> Mapping[str, object]:
    numbers = json.loads(ECAlgorithm.to_jwk(key.public_key()))
    # RFC 7638: the key's name is the hash of its required members in this very form.
    required = json.dumps({name: numbers[name] for name in ("crv", "kty", "x", "y")}, separators=(",", ":"))
    kid = jwt.utils.base64url_encode(hashlib.sha256(required.encode()).digest()).decode()
    return {**numbers, "kid": kid, "use": "sig", "alg": "ES256"}

"""Session tokens against the published keys."""

import time
from collections.abc import Callable
from uuid import uuid4

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from query_api.adapters.session_tokens import JwtSessions
from query_api.domain.errors import NotAuthenticated
from query_api.ports import Unavailable

from .system import ORIGIN, SESSION, Signer

USER, WORKSPACE = uuid4(), uuid4()


@pytest.fixture
def sessions(signer: Signer) -> JwtSessions:
    return JwtSessions(http=httpx.AsyncClient(), jwks_url=signer.jwks_url, issuer=ORIGIN)


async def test_a_token_says_who_and_which_accounts(sessions: JwtSessions, signer: Signer) -> None:
    account = uuid4()
    claims = await sessions.claims(signer.token(USER, WORKSPACE, accounts=[str(account)], rev=7))
    assert (claims.user_id, claims.workspace_id, claims.revision) == (USER, WORKSPACE, 7)
    assert (claims.accounts, claims.session_id) == (frozenset({account}), SESSION)
    assert (await sessions.claims(signer.token(USER, WORKSPACE))).accounts is None


BAD: dict[str, Callable[[Signer], str]] = {
    "expired": lambda signer: signer.token(USER, WORKSPACE, exp=int(time.time()) - 60),
    "of another issuer": lambda signer: signer.token(USER, WORKSPACE, iss="http://elsewhere.test"),
    "for another audience": lambda signer: signer.token(USER, WORKSPACE, aud="other"),
    "without a session": lambda signer: signer.token(USER, WORKSPACE, sid=None),
    "without a workspace": lambda signer: signer.token(USER, WORKSPACE, wid=None),
    "with accounts of the wrong form": lambda signer: signer.token(USER, WORKSPACE, accounts="all"),
    "with a role nobody knows": lambda signer: signer.token(USER, WORKSPACE, role="god"),
    "not a token": lambda _: "abc",
    "unsigned": lambda signer: jwt.encode(
        jwt.decode(signer.token(USER, WORKSPACE), options={"verify_signature": False}), "", algorithm="none"
    ),
    "signed by another key": lambda signer: Signer(
        jwks_url=signer.jwks_url, key=ec.generate_private_key(ec.SECP256R1())
    ).token(USER, WORKSPACE),
    "signed with the public key as a password": lambda signer: jwt.encode(
        jwt.decode(signer.token(USER, WORKSPACE), options={"verify_signature": False}),
        "x" * 32,
        algorithm="HS256",
        headers={"kid": "test-key"},
    ),
}


@pytest.mark.parametrize("bad", BAD)
async def test_a_bad_token_is_refused(sessions: JwtSessions, signer: Signer, bad: str) -> None:
    with pytest.raises(NotAuthenticated):
        await sessions.claims(BAD[bad](signer))


async def test_keys_that_cannot_be_fetched_refuse_nobody_for_good(signer: Signer) -> None:
    unreachable = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(500)))
    sessions = JwtSessions(http=unreachable, jwks_url="http://auth.test/jwks.json", issuer=ORIGIN)
    with pytest.raises(Unavailable):
        await sessions.claims(signer.token(USER, WORKSPACE))


async def test_unknown_key_ids_do_not_hammer_the_key_server(signer: Signer) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(200, content=httpx.get(signer.jwks_url).content)

    unknown = jwt.encode({"sub": "x"}, signer.key, algorithm="ES256", headers={"kid": "unknown"})
    sessions = JwtSessions(
        http=httpx.AsyncClient(transport=httpx.MockTransport(answer)), jwks_url="http://auth.test/keys", issuer=ORIGIN
    )
    for _ in range(5):
        with pytest.raises(NotAuthenticated):
            await sessions.claims(unknown)
    assert asked == ["/keys"]

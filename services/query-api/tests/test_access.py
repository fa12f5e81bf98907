"""Who may read what."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID, uuid4

import pytest

from common.events import KeyAccess, KeyScope, MemberAccess, Role, WorkspaceAccess
from query_api.domain.access import SessionClaims, api_key, key_principal, session_principal
from query_api.domain.errors import NotAllowed, NotAuthenticated

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
WORKSPACE, USER, ACCOUNT, SESSION = uuid4(), uuid4(), uuid4(), uuid4()


def key(**changed: object) -> KeyAccess:
    state: dict[str, object] = {
        "key_id": "a1",
        "workspace_id": WORKSPACE,
        "secret_sha256": sha256(b"s_e_cret").hexdigest(),
        "scopes": (KeyScope.READ,),
        "revision": 1,
    }
    return KeyAccess.model_validate(state | changed)


def workspace(*members: MemberAccess, revision: int = 3) -> WorkspaceAccess:
    return WorkspaceAccess(workspace_id=WORKSPACE, name="W", timezone="UTC", members=members, revision=revision)


def claims(*, revision: int, accounts: frozenset[UUID] | None = None) -> SessionClaims:
    return SessionClaims(
        user_id=USER,
        workspace_id=WORKSPACE,
        role=Role.VIEWER,
        accounts=accounts,
        revision=revision,
        session_id=SESSION,
    )


def test_a_secret_may_hold_underscores() -> None:
    presented = api_key("toa_a1_s_e_cret")
    assert presented is not None
    assert presented.key_id == "a1"
    assert key_principal(presented, key(), now=NOW).workspace_id == WORKSPACE


def test_another_form_is_no_key() -> None:
    assert api_key("eyJhbGciOi.x.y") is None


@pytest.mark.parametrize(
    "known",
    [
        None,
        key(secret_sha256=sha256(b"other").hexdigest()),
        key(secret_sha256=""),
        key(revoked=True),
        key(expires_at=NOW),
        key(expires_at=NOW - timedelta(days=1)),
    ],
)
def test_all_bad_keys_are_refused_in_the_same_words(known: KeyAccess | None) -> None:
    presented = api_key("toa_a1_s_e_cret")
    assert presented is not None
    with pytest.raises(NotAuthenticated, match="unknown, revoked or expired"):
        key_principal(presented, known, now=NOW)


def test_a_key_that_expires_later_still_works() -> None:
    presented = api_key("toa_a1_s_e_cret")
    assert presented is not None
    principal = key_principal(presented, key(expires_at=NOW + timedelta(seconds=1), accounts=(ACCOUNT,)), now=NOW)
    assert principal.accounts == frozenset({ACCOUNT})
    with pytest.raises(NotAllowed, match="export"):
        principal.require(KeyScope.EXPORT)


def test_a_removed_member_is_refused_although_the_token_still_holds() -> None:
    with pytest.raises(NotAuthenticated, match="no longer a member"):
        session_principal(claims(revision=3), workspace())


def test_the_present_account_list_wins_over_the_tokens() -> None:
    member = MemberAccess(user_id=USER, role=Role.VIEWER, accounts=(ACCOUNT,))
    assert session_principal(claims(revision=2), workspace(member)).accounts == frozenset({ACCOUNT})
    newer = claims(revision=3, accounts=frozenset())
    assert session_principal(newer, workspace(member)).accounts == frozenset({ACCOUNT})


def test_a_token_newer_than_what_is_known_speaks_for_itself() -> None:
    limited = claims(revision=4, accounts=frozenset({ACCOUNT}))
    assert session_principal(limited, workspace()).accounts == frozenset({ACCOUNT})
    assert session_principal(claims(revision=1), None).accounts is None


def test_an_empty_list_is_no_account_and_not_all() -> None:
    member = MemberAccess(user_id=USER, role=Role.VIEWER, accounts=())
    assert session_principal(claims(revision=3), workspace(member)).accounts == frozenset()


@pytest.mark.parametrize("revision", [1, 3, 4])
def test_an_ended_session_is_refused_although_its_token_still_holds(revision: int) -> None:
    ended = MemberAccess(user_id=USER, role=Role.VIEWER, ended_sessions=(SESSION,))
    with pytest.raises(NotAuthenticated, match="ended"):
        session_principal(claims(revision=revision), workspace(ended))


def test_the_end_of_another_session_ends_no_other() -> None:
    member = MemberAccess(user_id=USER, role=Role.VIEWER, ended_sessions=(uuid4(),))
    assert session_principal(claims(revision=3), workspace(member)).subject == f"user:{USER}"

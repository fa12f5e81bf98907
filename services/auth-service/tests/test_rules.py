"""The rules of identity, consents and sessions, without anything outside."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from pydantic import SecretStr

from auth_service.domain.api_key import FIRST_KEY, key_event, new_key, written
from auth_service.domain.connect_state import Asker, new_state
from auth_service.domain.connection import Connection, Profile, account_event
from auth_service.domain.errors import InvalidInput, NotAllowed, StateExpired, TikTokUnavailable
from auth_service.domain.grant import Grant, Issued, first_tokens
from auth_service.domain.identity import Person, known_timezone, normal_email
from auth_service.domain.record import fingerprint
from auth_service.domain.scopes import missing_scopes, shown_fields
from auth_service.domain.session import Session, new_session
from common.catalog import SCOPES
from common.events import AccountChange, AccountStatus, KeyAccess, Role

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
ID = UUID("01900000-0000-7000-8000-000000000001")
ASKER = Asker(workspace_id=ID, channel="tiktok", browser_sha256=fingerprint("b"), user_id=ID)
MARGIN = timedelta(minutes=15)


def issued(**changes: object) -> Issued:
    given = {
        "open_id": "open-1",
        "access_token": "act.1",
        "refresh_token": "rft.1",
        "expires_in": 86400,
        "refresh_token_expires_in": 1000 * 86400,
        "scopes": ("user.info.basic",),
    }
    return Issued.model_validate({**given, **changes})


def grant() -> Grant:
    tokens = first_tokens(issued(), NOW)
    return Grant(app_id="7123", open_id="open-1", tokens=tokens, token_version=3, granted_at=NOW)


def session() -> Session:
    return new_session(session_id=ID, user_id=ID, workspace_id=ID, secret="first", at=NOW)


def connection() -> Connection:
    return Connection(
        account_id=ID,
        workspace_id=ID,
        channel="tiktok",
        app_id="7123",
        open_id="open-1",
        status=AccountStatus.CONNECTED,
        profile=Profile(username="northlight"),
        scopes=("user.info.basic",),
        grant_version=3,
        connected_at=NOW,
        changed_at=NOW,
        revision=1,
    )


@pytest.mark.parametrize(
    ("after", "refused_version", "expected"),
    [
        (timedelta(hours=23, minutes=44), None, False),
        (timedelta(hours=23, minutes=45), None, True),
        (timedelta(hours=25), None, True),
        (timedelta(0), 3, True),
        (timedelta(0), 2, False),
    ],
)
def test_a_token_is_refreshed_near_its_end_or_when_tiktok_refused_it(
    after: timedelta, refused_version: int | None, expected: bool
) -> None:
    asked = grant().needs_refresh(now=NOW + after, margin=MARGIN, refused_version=refused_version)
    assert asked is expected


def test_a_refresh_keeps_what_tiktok_left_empty_and_the_end_of_the_consent() -> None:
    later = NOW + timedelta(days=100)
    refreshed = grant().refreshed(issued(access_token="act.2", refresh_token="", scopes=(), open_id=""), later)
    assert refreshed.token_version == 4
    assert refreshed.tokens.access_token.get_secret_value() == "act.2"
    assert refreshed.tokens.refresh_token.get_secret_value() == "rft.1"
    assert refreshed.tokens.scopes == ("user.info.basic",)
    assert refreshed.tokens.access_expires_at == later + timedelta(days=1)
    assert refreshed.tokens.refresh_expires_at == NOW + timedelta(days=1000)


@pytest.mark.parametrize("answer", [{"access_token": ""}, {"open_id": "open-2"}])
def test_a_refresh_without_a_token_or_of_another_account_is_not_taken(answer: dict[str, object]) -> None:
    with pytest.raises(TikTokUnavailable):
        grant().refreshed(issued(**answer), NOW)


@pytest.mark.parametrize("field", ["open_id", "access_token", "refresh_token", "scopes"])
def test_a_first_answer_must_be_whole(field: str) -> None:
    empty: object = () if field == "scopes" else ""
    with pytest.raises(TikTokUnavailable):
        first_tokens(issued(**{field: empty}), NOW)


def test_only_a_newer_consent_replaces_the_tokens() -> None:
    tokens = first_tokens(issued(access_token="act.9"), NOW)
    assert grant().consented(tokens, NOW) == grant()
    newer = grant().consented(tokens, NOW + timedelta(seconds=1))
    assert (newer.token_version, newer.tokens.access_token.get_secret_value()) == (4, "act.9")


def test_tokens_show_in_no_representation() -> None:
    assert "act." not in f"{grant()!r} {grant()} {issued()!r} {grant().model_dump_json()}"


def test_a_session_takes_the_secret_before_for_a_moment_only() -> None:
    rotated = session().rotated("second", NOW + timedelta(days=1))
    just_after = NOW + timedelta(days=1, seconds=29)
    assert rotated.accepts("second", just_after)
    assert rotated.accepts("first", just_after)
    assert not rotated.accepts("first", just_after + timedelta(seconds=1))
    assert not rotated.accepts("third", just_after)


def test_a_session_ends_14_days_after_its_last_use() -> None:
    assert session().accepts("first", NOW + timedelta(days=14, seconds=-1))
    assert not session().accepts("first", NOW + timedelta(days=14))
    assert session().rotated("second", NOW + timedelta(days=13)).accepts("second", NOW + timedelta(days=26))


def test_a_session_and_a_state_keep_only_hashes() -> None:
    state = new_state(state="told-once", asker=ASKER, at=NOW)
    assert "told-once" not in repr(state)
    assert "first" not in repr(session())
    assert state.state_sha256 == fingerprint("told-once")


def test_a_state_lives_ten_minutes() -> None:
    state = new_state(state="s", asker=ASKER, at=NOW)
    state.require_live(NOW + timedelta(minutes=10, seconds=-1))
    with pytest.raises(StateExpired):
        state.require_live(NOW + timedelta(minutes=10))


def test_a_refusal_of_an_old_token_does_not_end_a_connection_made_anew() -> None:
    assert connection().loses_with(3)
    anew = connection().reconnected(profile=Profile(), scopes=(), grant_version=4, at=NOW)
    assert not anew.loses_with(3)
    assert not connection().lost("refused", NOW).loses_with(3)


def test_an_account_keeps_its_id_and_first_day_when_it_is_lost_and_reconnected() -> None:
    later = NOW + timedelta(days=3)
    back = (
        connection()
        .lost("refused", later)
        .reconnected(profile=Profile(username="new.name"), scopes=SCOPES, grant_version=5, at=later)
    )
    event = account_event(back, AccountChange.RECONNECTED)
    assert (event.account_id, event.connected_at, event.changed_at, event.revision) == (ID, NOW, later, 3)
    assert (event.status, event.username, back.lost_reason) == ("connected", "new.name", None)


def test_missing_scopes_are_named_and_their_fields_not_asked_for() -> None:
    granted = ("user.info.basic", "video.list")
    assert set(missing_scopes(granted)) == set(SCOPES) - set(granted)
    assert shown_fields(granted) == ("display_name", "profile_image")
    assert shown_fields(SCOPES) == ("username", "display_name", "profile_image", "is_business_account")
    assert shown_fields(("video.list",)) == ()


def test_an_api_key_is_told_by_the_hash_of_its_secret() -> None:
    key = new_key(FIRST_KEY, key_id="ab12", secret="s_e-c", workspace_id=ID, at=NOW)
    assert written("ab12", "s_e-c") == "toa_ab12_s_e-c"
    access = key_event(key, NOW).access
    assert isinstance(access, KeyAccess)
    assert access.secret_sha256 == fingerprint("s_e-c")
    assert access.scopes == ("read", "export")
    assert "s_e-c" not in key_event(key, NOW).model_dump_json()


@pytest.mark.parametrize(("role", "may"), [("owner", True), ("admin", True), ("analyst", True), ("viewer", False)])
def test_a_viewer_may_not_connect(role: str, may: bool) -> None:
    someone = Person(user_id=ID, workspace_id=ID, role=Role(role), accounts=None, revision=1)
    if may:
        someone.require_connecting()
    else:
        with pytest.raises(NotAllowed, match="viewer"):
            someone.require_connecting()


def test_a_member_limited_to_accounts_sees_only_those() -> None:
    other = UUID("01900000-0000-7000-8000-000000000002")
    limited = Person(user_id=ID, workspace_id=ID, role=Role.VIEWER, accounts=(other,), revision=1)
    assert limited.may_see(other)
    assert not limited.may_see(ID)


@pytest.mark.parametrize("text", ["ada", "@example.test", "ada@", "a@b@c", ""])
def test_an_address_without_name_or_domain_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="name@domain"):
        normal_email(text)


def test_addresses_differ_not_by_case() -> None:
    assert normal_email(" Ada@Example.TEST ") == "ada@example.test"


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd"])
def test_an_unknown_time_zone_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="Europe/Berlin"):
        known_timezone(name)


def test_a_secret_is_no_part_of_a_validation_error() -> None:
    with pytest.raises(ValueError, match="expires_in") as caught:
        Issued.model_validate({"access_token": SecretStr("act.x"), "expires_in": "act.leaked"})
    assert "act.leaked" not in str(caught.value)

"""Permissions, membership, the audit chain and kept answers: the pure rules."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest

from auth_service.domain.api_key import ApiKey, KeyWish, key_event, new_key
from auth_service.domain.audit import AuditAction, Chained, chained, new_entry
from auth_service.domain.errors import (
    InvalidInput,
    InvitationUnusable,
    LastOwner,
    NotAllowed,
    NotFound,
    TooMany,
)
from auth_service.domain.identity import Member, Person, Workspace, good_name, workspace_event
from auth_service.domain.invitation import INVITATION_LIFE, Invitation, new_invitation
from auth_service.domain.membership import (
    MOST_INVITATIONS,
    good_accounts,
    handed_over,
    invitation_by_secret,
    invited,
    joined,
    require_role,
    uninvited,
    with_member,
    without_member,
)
from auth_service.domain.permissions import ALLOWED, Action, Seat, allowed_to, may
from auth_service.domain.record import fingerprint
from common.events import KeyAccess, KeyScope, Role, WeekStart, WorkspaceAccess
from common.replays.kept import KeyReused, OutcomeUnknown, Sender, StillRunning, UnusableKey, answered, running

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
OWNER, ADMIN, ANALYST, VIEWER, NEW = (UUID(int=number) for number in range(1, 6))
HOME = UUID(int=100)
ACCOUNT, FOREIGN = UUID(int=200), UUID(int=201)


def workspace(*members: tuple[UUID, Role]) -> Workspace:
    given = members or ((OWNER, Role.OWNER), (ADMIN, Role.ADMIN), (ANALYST, Role.ANALYST), (VIEWER, Role.VIEWER))
    return Workspace(
        workspace_id=HOME,
        name="Studio",
        timezone="UTC",
        members=tuple(Member(user_id=user_id, role=role) for user_id, role in given),
        revision=7,
        created_at=NOW,
    )


def someone(role: Role, user_id: UUID = OWNER) -> Person:
    return Person(user_id=user_id, workspace_id=HOME, role=role, accounts=None, revision=7)


def invitation(number: int = 1, email: str = "new@example.test") -> Invitation:
    return new_invitation(
        invitation_id=UUID(int=1000 + number),
        email=email,
        role=Role.ANALYST,
        accounts=(ACCOUNT,),
        secret=f"secret-{number}",
        invited_by=OWNER,
        at=NOW,
    )


def test_the_table_has_a_row_for_every_action_and_nobody_gets_more_than_those_above() -> None:
    assert set(ALLOWED) == set(Action)
    ladder = [set(allowed_to(seat)) for seat in (Seat.VIEWER, Seat.ANALYST, Seat.ADMIN, Seat.OWNER)]
    assert all(lower < higher for lower, higher in pairwise(ladder))


@pytest.mark.parametrize(
    ("seat", "names"),
    [
        (Seat.OWNER, {"MANAGE_OWNERS", "MANAGE_MEMBERS", "MANAGE_KEYS", "READ_AUDIT", "CHANGE_WORKSPACE", "ERASE"}),
        (Seat.ADMIN, {"MANAGE_MEMBERS", "MANAGE_KEYS", "READ_AUDIT", "CHANGE_WORKSPACE"}),
        (Seat.ANALYST, set()),
        (Seat.VIEWER, set()),
    ],
)
def test_what_admins_may_and_others_may_not(seat: Seat, names: set[str]) -> None:
    common = {"SEE_WORKSPACE", "LEAVE_WORKSPACE", "SEE_CONNECTIONS", "SEE_MEMBERS"}
    connecting = set() if seat is Seat.VIEWER else {"CONNECT_ACCOUNTS"}
    assert {action.name for action in allowed_to(seat)} == names | common | connecting


def test_the_operator_has_no_say_in_a_workspace_and_no_member_has_the_operators() -> None:
    theirs = (Action.DECIDE_EARLY_ACCESS, Action.READ_OPERATIONS)
    assert allowed_to(Seat.OPERATOR) == theirs
    assert not any(may(role, action) for role in Role for action in theirs)


def test_a_refusal_names_who_may() -> None:
    with pytest.raises(NotAllowed, match="The role viewer may not manage API keys; ask an admin or owner"):
        someone(Role.VIEWER).require(Action.MANAGE_KEYS)


@pytest.mark.parametrize(
    "step",
    [
        lambda one: without_member(one, OWNER),
        lambda one: with_member(one, Member(user_id=OWNER, role=Role.ADMIN)),
        lambda one: handed_over(one, giver=OWNER, taker=OWNER),
    ],
)
def test_no_step_leaves_a_workspace_without_an_owner(step: object) -> None:
    assert callable(step)
    with pytest.raises((LastOwner, InvalidInput)):
        step(workspace())


def test_with_two_owners_one_may_go() -> None:
    left = without_member(workspace((OWNER, Role.OWNER), (NEW, Role.OWNER)), OWNER)
    assert ([member.user_id for member in left.members], left.revision) == ([NEW], 8)
    with pytest.raises(LastOwner):
        without_member(left, NEW)


def test_ownership_goes_to_another_member_with_all_accounts() -> None:
    narrow = with_member(workspace(), Member(user_id=VIEWER, role=Role.VIEWER, accounts=(ACCOUNT,)))
    over = handed_over(narrow, giver=OWNER, taker=VIEWER)
    roles = {member.user_id: (member.role, member.accounts) for member in over.members}
    assert (roles[VIEWER], roles[OWNER]) == ((Role.OWNER, None), (Role.ADMIN, None))
    with pytest.raises(NotFound):
        handed_over(workspace(), giver=OWNER, taker=NEW)


def test_an_admin_manages_everybody_but_owners() -> None:
    require_role(someone(Role.ADMIN), Role.VIEWER, Role.ADMIN)
    for roles in ((Role.OWNER,), (Role.VIEWER, Role.OWNER)):
        with pytest.raises(NotAllowed):
            require_role(someone(Role.ADMIN), *roles)
        require_role(someone(Role.OWNER), *roles)
    with pytest.raises(NotAllowed):
        require_role(someone(Role.ANALYST), Role.VIEWER)


def test_an_allow_list_is_of_the_workspaces_accounts_and_not_for_admins() -> None:
    assert good_accounts(Role.VIEWER, None, []) is None
    assert good_accounts(Role.VIEWER, (ACCOUNT, ACCOUNT), [ACCOUNT]) == (ACCOUNT,)
    assert good_accounts(Role.VIEWER, (), [ACCOUNT]) == ()
    with pytest.raises(InvalidInput, match="is not an account of this workspace"):
        good_accounts(Role.ANALYST, (FOREIGN,), [ACCOUNT])
    with pytest.raises(InvalidInput, match="has all accounts"):
        good_accounts(Role.ADMIN, (ACCOUNT,), [ACCOUNT])


def test_an_invitation_joins_once_with_its_role_and_accounts() -> None:
    waiting = invited(workspace(), invitation(), NOW)
    found = invitation_by_secret(waiting, fingerprint("secret-1"), NOW)
    inside = joined(waiting, found, NEW, NOW)
    member = inside.member(NEW)
    assert member == Member(user_id=NEW, role=Role.ANALYST, accounts=(ACCOUNT,), joined_at=NOW)
    assert (inside.invitations, inside.revision) == ((), waiting.revision + 1)
    with pytest.raises(InvitationUnusable):
        invitation_by_secret(inside, fingerprint("secret-1"), NOW)


def test_who_is_a_member_already_keeps_the_role() -> None:
    waiting = invited(workspace(), invitation(), NOW)
    inside = joined(waiting, waiting.invitations[0], OWNER, NOW)
    assert (inside.member(OWNER), inside.invitations) == (Member(user_id=OWNER, role=Role.OWNER), ())


@pytest.mark.parametrize(("secret", "later"), [("guessed", timedelta()), ("secret-1", INVITATION_LIFE)])
def test_a_guessed_and_an_expired_invitation_look_the_same(secret: str, later: timedelta) -> None:
    waiting = invited(workspace(), invitation(), NOW)
    with pytest.raises(InvitationUnusable):
        invitation_by_secret(waiting, fingerprint(secret), NOW + later)


def test_a_newer_invitation_ends_the_older_one_of_the_address() -> None:
    again = invited(invited(workspace(), invitation(1), NOW), invitation(2), NOW)
    assert [one.invitation_id.int for one in again.invitations] == [1002]
    assert uninvited(again, UUID(int=1002)).invitations == ()
    with pytest.raises(NotFound):
        uninvited(again, UUID(int=1001))


def test_invitations_have_a_limit_that_expired_ones_do_not_count_for() -> None:
    full = workspace().changed({"invitations": tuple(invitation(n, f"{n}@e.test") for n in range(MOST_INVITATIONS))})
    with pytest.raises(TooMany):
        invited(full, invitation(500, "more@e.test"), NOW)
    assert len(invited(full, invitation(500, "more@e.test"), NOW + INVITATION_LIFE).invitations) == 1


def test_others_hear_the_week_and_no_invitation() -> None:
    waiting = invited(workspace(), invitation(), NOW).changed({"week_start": WeekStart.SUNDAY})
    event = workspace_event(waiting, NOW)
    assert isinstance(event.access, WorkspaceAccess)
    assert (event.access.week_start, event.access.revision) == ("sunday", 9)
    assert "new@example.test" not in event.model_dump_json()


@pytest.mark.parametrize("text", ["", "  ", "x" * 101, "a\x00b"])
def test_a_name_is_short_and_printable(text: str) -> None:
    with pytest.raises(InvalidInput):
        good_name(text)
    assert good_name("  North \n light ") == "North light"


def key(expires_at: datetime | None = None) -> ApiKey:
    wish = KeyWish(name="k", scopes=(KeyScope.READ,), accounts=(ACCOUNT,), expires_at=expires_at)
    return new_key(wish, key_id="ab12", secret="old", workspace_id=HOME, at=NOW, created_by=OWNER)


def test_a_rotated_key_goes_on_for_the_overlap_and_never_longer_than_it_would_have() -> None:
    soon, late = NOW + timedelta(hours=1), NOW + timedelta(days=9)
    assert key().replaced("cd34", until=soon).expires_at == soon
    assert key(expires_at=soon).replaced("cd34", until=late).expires_at == soon
    successor = key(expires_at=late).successor(key_id="cd34", secret="new", created_by=ADMIN, at=NOW)
    same = ("name", "scopes", "accounts", "expires_at", "workspace_id")
    assert all(getattr(successor, name) == getattr(key(expires_at=late), name) for name in same)
    assert (successor.secret_sha256, successor.created_by, successor.revision) == (fingerprint("new"), ADMIN, 1)


def test_a_revoked_key_is_told_as_one() -> None:
    ended = key().ended()
    access = key_event(ended, NOW).access
    assert isinstance(access, KeyAccess)
    assert (access.revoked, access.revision, ended.is_live(NOW)) == (True, 2, False)
    assert key().is_live(NOW)
    assert not key(expires_at=NOW).is_live(NOW)


def chain(length: int) -> list[Chained]:
    made: list[Chained] = []
    for number in range(length):
        entry = new_entry(UUID(int=number), HOME, AuditAction.KEY_REVOKED, at=NOW, details={"n": str(number)})
        made.append(chained(entry, made[-1] if made else None))
    return made


def whole(entries: list[Chained]) -> bool:
    return all(one.follows(before) for before, one in zip([None, *entries], entries, strict=False))


def test_a_chain_shows_what_was_changed_left_out_or_moved() -> None:
    good = chain(4)
    assert whole(good)
    assert whole([Chained.model_validate_json(one.model_dump_json()) for one in good])
    assert not whole([good[0], good[2], good[3]])
    assert not whole(good[1:])
    assert not whole([good[0], good[2], good[1], good[3]])
    lied = good[1].entry.model_copy(update={"details": {"n": "9"}})
    assert not whole([good[0], good[1].model_copy(update={"entry": lied}), *good[2:]])
    # Whoever mends the digest of what they changed breaks the link of the next.
    assert not whole([good[0], chained(lied, good[0]), *good[2:]])


def test_the_same_key_is_another_for_another_sender_or_route() -> None:
    ids = {
        running(sender=Sender(subject=sender), route=route, key=sent, body=b"{}", at=NOW).replay_id
        for sender, route, sent in (("a", "/x", "k"), ("b", "/x", "k"), ("a", "/y", "k"), ("a", "/x", "l"))
    }
    assert len(ids) == 4


def test_a_kept_request_says_what_may_be_asked_again() -> None:
    first = running(sender=Sender(subject="a"), route="/x", key="k", body=b"{}", at=NOW)
    first.require_same(first)
    with pytest.raises(KeyReused):
        first.require_same(running(sender=Sender(subject="a"), route="/x", key="k", body=b"[]", at=NOW))
    with pytest.raises(StillRunning):
        first.require_answered(NOW + timedelta(seconds=59))
    with pytest.raises(OutcomeUnknown):
        first.require_answered(NOW + timedelta(seconds=60))
    answered(first, status=201, answer="{}").require_answered(NOW + timedelta(hours=23))


@pytest.mark.parametrize("sent", ["", "x" * 256, "a\tb"])
def test_an_idempotency_key_is_short_and_printable(sent: str) -> None:
    with pytest.raises(UnusableKey):
        running(sender=Sender(subject="a"), route="/x", key=sent, body=b"", at=NOW)

"""Two tenants with everything that one of them could see or touch of the other."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from pydantic import SecretStr
from pymongo import AsyncMongoClient

from auth_service.bootstrap import Stores
from auth_service.bootstrap.people import People
from auth_service.domain.api_key import KeyWish
from auth_service.domain.connection import Connection, Profile, account_event
from auth_service.domain.identity import Member, Person, User, person, workspace_event
from auth_service.domain.notice import NoticeKind, new_notice
from auth_service.domain.session import new_session
from auth_service.ports import AccessTokens
from auth_service.use_cases.creating import Creating
from auth_service.use_cases.erasing import Erasing
from auth_service.use_cases.linking import Linking
from common.events import AccountChange, AccountStatus, KeyScope, Role
from common.runtime.clock import Clock

PASSWORD = SecretStr("correct horse battery")
# Stands in every name of the first tenant, so that a leak of anything shows.
MARK = "zanzibar"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    workspace_id: UUID
    people: Mapping[Role, Person]
    ids: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Builder:
    creating: Creating
    stores: Stores
    people: People
    linking: Linking
    erasing: Erasing
    tokens: AccessTokens
    wall: Clock

    async def tenant(self, mark: str) -> Tenant:
        """A member of each role, a connected account, an invitation and a key."""
        first = await self.creating.create(
            name=f"{mark} studio", email=f"owner@{mark}.test", password=PASSWORD, timezone="UTC"
        )
        for role in (Role.ADMIN, Role.ANALYST, Role.VIEWER):
            await self.member(first.workspace_id, f"{role}@{mark}.test", role)
        workspace = await self.stores.workspaces.get(first.workspace_id)
        assert workspace is not None
        people = {member.role: await self.signed_in(person(workspace, member)) for member in workspace.members}
        return Tenant(
            workspace_id=first.workspace_id, people=people, ids=await self._things(mark, people[Role.OWNER], people)
        )

    async def member(self, workspace_id: UUID, email: str, role: Role) -> UUID:
        at, secrets = self.wall.now(), self.people.switching.changing.secrets
        user = User(user_id=secrets.new_id(), email=email, password_hash="", created_at=at)
        assert await self.stores.users.add(user)
        workspace = await self.stores.workspaces.get(workspace_id)
        assert workspace is not None
        later = workspace.changed({"members": (*workspace.members, Member(user_id=user.user_id, role=role))})
        assert await self.stores.workspaces.replace(later, workspace_event(later, at), audit=())
        return user.user_id

    async def account(self, workspace_id: UUID, name: str) -> UUID:
        at = self.wall.now()
        connection = Connection(
            account_id=self.people.switching.changing.secrets.new_id(),
            workspace_id=workspace_id,
            channel="tiktok",
            app_id="7123",
            open_id=f"open-{name}",
            status=AccountStatus.CONNECTED,
            profile=Profile(username=name),
            scopes=("video.list",),
            grant_version=1,
            connected_at=at,
            changed_at=at,
            revision=1,
        )
        assert await self.stores.connections.add(connection, account_event(connection, AccountChange.CONNECTED))
        return connection.account_id

    async def signed_in(self, who: Person) -> Person:
        """`who` with a session."""
        session = new_session(
            session_id=self.people.switching.changing.secrets.new_id(),
            user_id=who.user_id,
            workspace_id=who.workspace_id,
            secret="a secret",
            at=self.wall.now(),
        )
        await self.stores.sessions.add(session)
        return replace(who, session_id=session.session_id)

    def bearer(self, who: Person) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens.issue(who, self.wall.now())}"}

    async def _things(self, mark: str, owner: Person, people: Mapping[Role, Person]) -> Mapping[str, str]:
        account_id = await self.account(owner.workspace_id, mark)
        email = f"invited@{mark}.test"
        invitation = await self.people.inviting.invite(owner, email=email, role=Role.VIEWER, accounts=None)
        made = await self.people.keys.create(owner, KeyWish(name=f"{mark} key", scopes=(KeyScope.READ,)))
        notice = new_notice(
            NoticeKind.CONSENT_ENDS,
            about=mark,
            email=f"viewer@{mark}.test",
            user_id=people[Role.VIEWER].user_id,
            workspace_id=owner.workspace_id,
            at=self.wall.now(),
        )
        assert await self.stores.notices.add(notice)
        link = (await self.linking.create(owner, channel="tiktok", note=f"for {mark}", life=timedelta(days=1))).link
        erased = await self.account(owner.workspace_id, f"{mark}-erased")
        erasure = await self.erasing.request_account(owner, erased, confirm=f"{mark}-erased")
        return {
            "workspace_id": str(owner.workspace_id),
            "account_id": str(account_id),
            "user_id": str(people[Role.VIEWER].user_id),
            "invitation_id": str(invitation.invitation_id),
            "key_id": made.key.key_id,
            "session_id": str(people[Role.VIEWER].session_id),
            "notice_id": notice.notice_id,
            "request_id": "0190a3c8-0000-7000-8000-000000004444",
            "link_id": str(link.link_id),
            "erasure_id": str(erasure.erasure_id),
        }


async def documents(mongo_url: str, database: str, *needles: str) -> dict[str, list[str]]:
    """Every document that holds one of `needles`, as text, by collection."""
    async with AsyncMongoClient[dict[str, object]](mongo_url) as client:
        names = sorted(await client[database].list_collection_names())
        return {name: [text async for text in _texts(client, database, name, needles)] for name in names}


async def _texts(
    client: AsyncMongoClient[dict[str, object]], database: str, name: str, needles: tuple[str, ...]
) -> AsyncIterator[str]:
    async for document in client[database][name].find(sort=[("_id", 1)]):
        text = str(document)
        if any(needle in text for needle in needles):
            yield text

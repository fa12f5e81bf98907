"""Labels and plans of a workspace: making, renaming, merging and deleting them, and how much hangs on each.

One that is merged or deleted ends by one write, and is gone for everybody. Taking it off its posts and rules is done at
once, and again by a chore: for whoever was killed, and for posts that were marked at the same moment.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from common.events import LabelKind
from common.runtime.clock import Clock
from query_api.domain.access import Principal
from query_api.domain.errors import BadInput, Conflict, NotFound
from query_api.domain.label_rules import LabelRule
from query_api.domain.labels import MOST_LABELS, Label, final, usable
from query_api.ports.labels import LabelPorts, NameTaken
from query_api.ports.uses import User, together

_AT_A_TIME = 200
# Longer than a request lives that was marking posts as the label ended (wall time).
_MARKING = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A label, on how many posts and by how many rules it is used, and what else names it."""

    label: Label
    posts: int
    rules: int
    users: Sequence[User] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepingLabels:
    ports: LabelPorts
    clock: Clock
    wall: Clock

    async def all(self, caller: Principal, kind: LabelKind | None) -> Sequence[Counted]:
        standing = await self._standing(caller.workspace_id)
        return await self._counted(caller, [one for one in standing.values() if kind in (None, one.kind)])

    async def one(self, caller: Principal, label_id: UUID) -> Counted:
        (counted,) = await self._counted(caller, [await self._label(caller, label_id)])
        return counted

    async def create(self, caller: Principal, kind: LabelKind, wished: Mapping[str, str | None]) -> Counted:
        standing = await self._standing(caller.workspace_id)
        if sum(one.kind is kind for one in standing.values()) >= MOST_LABELS:
            raise Conflict(f"the workspace has {MOST_LABELS} {kind}s, the most there may be; delete or merge some")
        label = Label.model_validate(
            {
                "label_id": self.ports.new_id(),
                "workspace_id": caller.workspace_id,
                "kind": kind,
                "changed_at": self.clock.now(),
                **usable(wished),
            }
        )
        try:
            await self.ports.labels.add(label)
        except NameTaken:
            raise _taken(label) from None
        return Counted(label=label, posts=0, rules=0)

    async def change(self, caller: Principal, label_id: UUID, wished: Mapping[str, str | None]) -> Counted:
        label = await self._label(caller, label_id)
        later = label.changed(usable(wished), self.clock.now())
        try:
            await self._replaced(later)
        except NameTaken:
            raise _taken(later) from None
        return await self.one(caller, label_id)

    async def merge(self, caller: Principal, label_id: UUID, into_id: UUID) -> Counted:
        """All posts and rules of the one get the other, and the one is deleted."""
        label, into = await self._label(caller, label_id), await self._label(caller, into_id)
        if label.kind is not into.kind or label_id == into_id:
            raise BadInput("into", f"a {label.kind} cannot go into this {into.kind}", f"give another {label.kind}")
        await self._end(caller, label, into_id)
        return await self.one(caller, into_id)

    async def delete(self, caller: Principal, label_id: UUID, *, force: bool) -> None:
        """Raises `Conflict` while something is narrowed to it and it is not forced."""
        label = await self._label(caller, label_id)
        users = (await self._users(caller.workspace_id)).get(label_id, ())
        if users and not force:
            named = ", ".join(f"{user.kind} {user.name!r}" for user in users)
            raise Conflict(f"{label.name} is named by {named}: take it out there first, or delete with force=true")
        await self._end(caller, label, None)

    async def clear_ended(self) -> None:
        """What a request, or a killed replica, could not finish."""
        for label in await self.ports.labels.unfinished():
            await self._clear(label)
            if label.ended_at and self.wall.now() >= label.ended_at + _MARKING:
                await self.ports.labels.finished(label)

    async def _end(self, caller: Principal, label: Label, into: UUID | None) -> None:
        await self._require_reach(caller, label)
        ended = label.ended(at=self.clock.now(), wall=self.wall.now(), into=into)
        await self._replaced(ended)
        await self._clear(ended)

    async def _require_reach(self, caller: Principal, label: Label) -> None:
        """Who may not see all posts that have the label may not take it from them either."""
        if caller.accounts is None:
            return
        everywhere = await self.ports.book.count(caller.workspace_id, label.label_id, within=None)
        theirs = await self.ports.book.count(caller.workspace_id, label.label_id, within=caller.accounts)
        rules = [one for one in await self._rules(caller, label.label_id) if not one.is_open_to(caller)]
        if everywhere > theirs or rules:
            raise Conflict(f"the {label.kind} is used for accounts you may not read; ask somebody who may read all")

    async def _clear(self, ended: Label) -> None:
        everyone = await self.ports.labels.of_workspace(ended.workspace_id)
        into = final(ended.label_id, {one.label_id: one for one in everyone if one.ended_at})
        for rule in await self.ports.rules.of_workspace(ended.workspace_id):
            if rule.label_id == ended.label_id:
                await (self.ports.rules.replace(rule.retargeted(into)) if into else self.ports.rules.remove(rule))
        if into:
            for users in self.ports.users:
                await users.merged(ended.workspace_id, ended.label_id, into)
        book = self.ports.book
        while marked := await book.marked(ended.workspace_id, ended.label_id, limit=_AT_A_TIME):
            now = self.clock.now()
            await asyncio.gather(*(book.write(one.without(ended.label_id, into, now)) for one in marked))

    async def _replaced(self, later: Label) -> None:
        if not await self.ports.labels.replace(later):
            raise Conflict(f"somebody changed the {later.kind} at the same moment; look again, then try again")

    async def _standing(self, workspace_id: UUID) -> Mapping[UUID, Label]:
        return standing(await self.ports.labels.of_workspace(workspace_id))

    async def _label(self, caller: Principal, label_id: UUID) -> Label:
        label = (await self._standing(caller.workspace_id)).get(label_id)
        if label is None:
            raise NotFound("label or plan")
        return label

    async def _counted(self, caller: Principal, labels: Sequence[Label]) -> Sequence[Counted]:
        rules = await self.ports.rules.of_workspace(caller.workspace_id)
        targets = [one.label_id for one in rules if one.is_open_to(caller)]
        counts = await asyncio.gather(
            *(self.ports.book.count(caller.workspace_id, label.label_id, within=caller.accounts) for label in labels)
        )
        users = await self._users(caller.workspace_id)
        return [
            Counted(
                label=label,
                posts=posts,
                rules=targets.count(label.label_id),
                users=users.get(label.label_id, ()),
            )
            for label, posts in zip(labels, counts, strict=True)
        ]

    async def _users(self, workspace_id: UUID) -> Mapping[UUID, Sequence[User]]:
        return together([await users.users_of_labels(workspace_id) for users in self.ports.users])

    async def _rules(self, caller: Principal, label_id: UUID) -> Sequence[LabelRule]:
        return [one for one in await self.ports.rules.of_workspace(caller.workspace_id) if one.label_id == label_id]


def standing(labels: Sequence[Label]) -> Mapping[UUID, Label]:
    """By id those that have not ended."""
    return {one.label_id: one for one in labels if one.ended_at is None}


def _taken(label: Label) -> Conflict:
    return Conflict(f"there is a {label.kind} named {label.name!r} already; take another name, or merge the two")

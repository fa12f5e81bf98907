"""Putting labels and plans on posts and taking them off: each post by one write, compared with what it was before."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from common.runtime.clock import Clock
from query_api.domain.errors import BadInput, NotFound
from query_api.domain.labels import Label
from query_api.domain.post_labels import MOST_A_POST, Change, PostLabels, PostRef, unmarked
from query_api.ports.labels import LabelPorts
from query_api.use_cases.keeping_labels import standing

# So many writes of one request are under way at a time.
_TOGETHER = 16
_TRIES = 20


class Outcome(StrEnum):
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """What became of a post; `labels` None and a `problem` where it was refused."""

    ref: PostRef
    outcome: Outcome
    labels: PostLabels | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkingPosts:
    ports: LabelPorts
    clock: Clock

    async def labels(self, workspace_id: UUID, ids: Sequence[UUID], parameter: str) -> tuple[Label, ...]:
        """The labels and plans by their ids; raises `BadInput`."""
        known = standing(await self.ports.labels.of_workspace(workspace_id))
        for label_id in ids:
            if label_id not in known:
                # The same words for one of another workspace and for one that never was.
                problem = f"'{label_id}' is not a label or plan of this workspace"
                raise BadInput(parameter, problem, "take ids from GET /v1/labels")
        return tuple(known[one] for one in dict.fromkeys(ids))

    async def of_post(self, workspace_id: UUID, ref: PostRef) -> PostLabels:
        found = await self.ports.book.of_posts(workspace_id, [ref])
        if ref in found:
            return found[ref]
        channels = await self.ports.posts.channels(workspace_id, [ref])
        if ref not in channels:
            raise NotFound("post")
        return unmarked(workspace_id, ref, channels[ref], self.clock.now())

    async def mark(
        self, workspace_id: UUID, refs: Sequence[PostRef], change: Change, *, readable: frozenset[UUID]
    ) -> Sequence[Marked]:
        """In the order of `refs`; posts of other accounts than `readable` are refused like ones that never were."""
        erased = await self.ports.erased.among(workspace_id, readable)
        theirs = [ref for ref in refs if ref.account_id in readable - erased]
        channels = await self.ports.posts.channels(workspace_id, theirs)
        marked = await self.change(workspace_id, channels, change)
        return [marked.get(ref) or _unknown(ref) for ref in refs]

    async def change(
        self, workspace_id: UUID, channels: Mapping[PostRef, str], change: Change
    ) -> Mapping[PostRef, Marked]:
        """Of posts that are known to exist."""
        present = await self.ports.book.of_posts(workspace_id, list(channels))
        together = asyncio.Semaphore(_TOGETHER)

        async def one(ref: PostRef, channel: str) -> Marked:
            blank = unmarked(workspace_id, ref, channel, self.clock.now())
            async with together:
                return await self._changed(present.get(ref, blank), blank, change)

        done = await asyncio.gather(*(one(ref, channel) for ref, channel in channels.items()))
        await self._erased_meanwhile(workspace_id, channels)
        return {marked.ref: marked for marked in done}

    async def _changed(self, present: PostLabels, blank: PostLabels, change: Change) -> Marked:
        for _ in range(_TRIES):
            later = present.changed(change, self.clock.now())
            if later is present:
                return Marked(ref=blank.ref, outcome=Outcome.UNCHANGED, labels=present)
            if later.is_overfull:
                return _refused(blank.ref, f"it would have more than {MOST_A_POST} labels and plans")
            if await self.ports.book.write(later):
                return Marked(ref=blank.ref, outcome=Outcome.CHANGED, labels=later)
            found = await self.ports.book.of_posts(blank.workspace_id, [blank.ref])
            present = found.get(blank.ref, blank)
        return _refused(blank.ref, "it is being changed by others all the time; try again")

    async def _erased_meanwhile(self, workspace_id: UUID, channels: Mapping[PostRef, str]) -> None:
        """What was written while an erasure was noted would stay for ever."""
        accounts = {ref.account_id for ref in channels}
        for account_id in await self.ports.erased.among(workspace_id, accounts):
            await self.ports.book.erase(workspace_id, account_id)


def _unknown(ref: PostRef) -> Marked:
    return _refused(ref, "there is no such post in the accounts you may read")


def _refused(ref: PostRef, problem: str) -> Marked:
    return Marked(ref=ref, outcome=Outcome.REFUSED, problem=problem)

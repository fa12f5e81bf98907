"""Which labels and plans a post has, and how that changes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from common.events import LabelKind, PostLabelsV1, Timestamp
from query_api.domain.labels import Label

MOST_A_POST = 100


@dataclass(frozen=True, slots=True, order=True)
class PostRef:
    account_id: UUID
    post_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Labels and plans to put on posts and to take off. A rule never puts back what a person has taken off."""

    add: tuple[Label, ...] = ()
    remove: tuple[Label, ...] = ()
    by_rule: bool = False

    @property
    def added(self) -> Mapping[LabelKind, Sequence[UUID]]:
        return {kind: [label.label_id for label in self.add if label.kind is kind] for kind in LabelKind}

    @property
    def removed(self) -> frozenset[UUID]:
        return frozenset(label.label_id for label in self.remove)


class PostLabels(BaseModel):
    """All labels and plans of a post; `kept_off` are those a person took off. Revision 0 was never written."""

    model_config = ConfigDict(frozen=True)

    workspace_id: UUID
    account_id: UUID
    channel: str
    post_id: str
    label_ids: tuple[UUID, ...] = ()
    plan_ids: tuple[UUID, ...] = ()
    kept_off: tuple[UUID, ...] = ()
    revision: int = 0
    changed_at: Timestamp

    @property
    def ref(self) -> PostRef:
        return PostRef(self.account_id, self.post_id)

    @property
    def ids(self) -> tuple[UUID, ...]:
        return (*self.label_ids, *self.plan_ids)

    @property
    def is_overfull(self) -> bool:
        return len(self.ids) > MOST_A_POST

    @property
    def event(self) -> PostLabelsV1:
        return PostLabelsV1(
            workspace_id=self.workspace_id,
            account_id=self.account_id,
            channel=self.channel,
            post_id=self.post_id,
            label_ids=self.label_ids,
            plan_ids=self.plan_ids,
            revision=self.revision,
            changed_at=self.changed_at,
            recorded_at=self.changed_at,
        )

    def changed(self, change: Change, at: datetime) -> "PostLabels":
        """This very object where nothing changes; `at` is the domain's now."""
        barred = frozenset(self.kept_off) if change.by_rule else frozenset()
        removed, added = change.removed, change.added
        labels = _marked(self.label_ids, added[LabelKind.LABEL], removed, barred)
        plans = _marked(self.plan_ids, added[LabelKind.PLAN], removed, barred)
        taken_off = [one for one in self.ids if one in removed]
        kept_off = _marked(self.kept_off, taken_off, frozenset((*labels, *plans)), frozenset())
        return self._later(labels, plans, kept_off, at)

    def without(self, label_id: UUID, into: UUID | None, at: datetime) -> "PostLabels":
        """When a label has ended: the post has the one it went into instead, or is kept from that one instead."""
        labels, plans = _instead(self.label_ids, label_id, into), _instead(self.plan_ids, label_id, into)
        kept_off = tuple(one for one in _instead(self.kept_off, label_id, into) if one not in (*labels, *plans))
        return self._later(labels, plans, kept_off, at)

    def _later(
        self, labels: tuple[UUID, ...], plans: tuple[UUID, ...], kept_off: tuple[UUID, ...], at: datetime
    ) -> "PostLabels":
        if (labels, plans, kept_off) == (self.label_ids, self.plan_ids, self.kept_off):
            return self
        # A clock may go back; the order of revisions is also that of their moments.
        changes = {"label_ids": labels, "plan_ids": plans, "kept_off": kept_off, "changed_at": max(at, self.changed_at)}
        return PostLabels.model_validate({**self.model_dump(), **changes, "revision": self.revision + 1})


def unmarked(workspace_id: UUID, ref: PostRef, channel: str, at: datetime) -> PostLabels:
    """What a post has that nobody ever marked."""
    return PostLabels(
        workspace_id=workspace_id, account_id=ref.account_id, channel=channel, post_id=ref.post_id, changed_at=at
    )


def _marked(
    present: Iterable[UUID], added: Iterable[UUID], removed: frozenset[UUID], barred: frozenset[UUID]
) -> tuple[UUID, ...]:
    """In the order they were given."""
    new = (one for one in added if one not in barred)
    return tuple(one for one in dict.fromkeys((*present, *new)) if one not in removed)


def _instead(ids: Sequence[UUID], gone: UUID, into: UUID | None) -> tuple[UUID, ...]:
    kept = (into if one == gone else one for one in ids)
    return tuple(dict.fromkeys(one for one in kept if one is not None))

"""What no single answer tells: posts gone and back by comparing whole listings, and the labels people give."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from uuid import UUID

from common.events import AccountV1, LifecycleChange, PostLabelsV1, PostLifecycleV1

MISSED_LISTINGS = 2
LABELS, PLANS = 5, 2
# Of the posts of a day; most get none, some are labelled again and again.
LABELLED = 0.06


@dataclass
class Lives:
    """The lifecycle of one account's posts: gone is who is missing in two whole listings one after the other."""

    account: AccountV1
    _missed: dict[str, int] = field(default_factory=dict)

    def heard(self, listed: set[str], at: datetime) -> Iterator[PostLifecycleV1]:
        """Of a whole listing."""
        for post_id in sorted(listed):
            missed = self._missed.get(post_id)
            self._missed[post_id] = 0
            if missed is None:
                yield self._event(post_id, LifecycleChange.FIRST_SEEN, at)
            elif missed >= MISSED_LISTINGS:
                yield self._event(post_id, LifecycleChange.BACK, at)
        for post_id in sorted(self._missed.keys() - listed):
            self._missed[post_id] += 1
            if self._missed[post_id] == MISSED_LISTINGS:
                yield self._event(post_id, LifecycleChange.GONE, at)

    def posts(self) -> list[str]:
        return sorted(self._missed)

    def _event(self, post_id: str, change: LifecycleChange, at: datetime) -> PostLifecycleV1:
        return PostLifecycleV1(
            workspace_id=self.account.workspace_id,
            account_id=self.account.account_id,
            post_id=post_id,
            change=change,
            observed_at=at,
            recorded_at=at,
        )


@dataclass
class Labelling:
    """People give posts labels and plans, change them and take them back."""

    random: Random
    label_ids: Sequence[UUID]
    plan_ids: Sequence[UUID]
    _revisions: dict[tuple[UUID, str], int] = field(default_factory=dict)

    def day(self, account: AccountV1, posts: Sequence[str], at: datetime) -> Iterator[PostLabelsV1]:
        for post_id in posts:
            if self.random.random() < LABELLED:
                yield self._state(account, post_id, at)

    def _state(self, account: AccountV1, post_id: str, at: datetime) -> PostLabelsV1:
        key = (account.account_id, post_id)
        self._revisions[key] = self._revisions.get(key, 0) + 1
        return PostLabelsV1(
            workspace_id=account.workspace_id,
            account_id=account.account_id,
            post_id=post_id,
            label_ids=tuple(self.random.sample(self.label_ids, self.random.randint(0, 3))),
            plan_ids=tuple(self.random.sample(self.plan_ids, self.random.randint(0, 1))),
            revision=self._revisions[key],
            changed_at=at,
            recorded_at=at,
        )

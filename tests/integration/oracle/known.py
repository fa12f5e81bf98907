"""What is known of one account: the answers, lifecycle events and label states of it, folded one by one.

Answers come oldest first. Only what the widgets need is kept, so that sixty days of many accounts fit into memory.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from . import contract, log, posts, profile
from .cells import Cell
from .followers import RealTimeTotals
from .growth import INTEGERS, SECONDS, Growth, Number, Observation, growth
from .posts import Post, Shares

# TikTok's name of a profile's breakdown -> name of an item's label.
AUDIENCE = {
    "audience_ages": "age",
    "audience_genders": "gender",
    "audience_countries": "country",
    "audience_cities": "city_name",
}


@dataclass(frozen=True)
class Labels:
    revision: int
    label_ids: frozenset[str]
    plan_ids: frozenset[str] = frozenset()


NO_LABELS = Labels(-1, frozenset())


@dataclass
class Known:
    account_id: str
    channel: str = "tiktok"
    days: profile.DayValues = field(default_factory=dict)
    totals: RealTimeTotals = field(default_factory=RealTimeTotals)
    audience: dict[str, dict[date, Cell[Shares]]] = field(default_factory=lambda: {name: {} for name in AUDIENCE})
    """By field and UTC day of observation, the last given on that day."""
    activity: dict[date, Cell[Shares]] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    observations: dict[str, list[Observation]] = field(default_factory=dict)
    lifecycle: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    labels: dict[str, Labels] = field(default_factory=dict)
    _growth: dict[str, dict[date, dict[str, Growth]]] = field(default_factory=dict)

    def take(self, answer: log.Answer) -> None:
        """One answer about this account, not older than any taken before."""
        if answer.endpoint == log.PROFILE:
            self._take_profile(answer)
        else:
            self._take_page(answer)

    def take_lifecycle(self, post_id: str, change: str, at: datetime) -> None:
        """In any order: the last by time of observation counts."""
        if post_id not in self.lifecycle or at >= self.lifecycle[post_id][0]:
            self.lifecycle[post_id] = (at, change)

    def take_labels(self, post_id: str, labels: Labels) -> None:
        """In any order: the highest revision counts."""
        if labels.revision > self.labels.get(post_id, NO_LABELS).revision:
            self.labels[post_id] = labels

    def labels_of(self, post_id: str) -> Labels:
        return self.labels.get(post_id, NO_LABELS)

    def is_gone(self, post_id: str) -> bool:
        return post_id in self.lifecycle and self.lifecycle[post_id][1] == "gone"

    def growth_of(self, post_id: str) -> dict[date, dict[str, Growth]]:
        if post_id not in self._growth:
            self._growth[post_id] = growth(self.observations[post_id])
        return self._growth[post_id]

    def grid(self) -> tuple[date, date] | None:
        """First and last day of which anything was observed, or on which the profile was."""
        known = [*self.days, *self.totals.last_of_day]
        return (min(known), max(known)) if known else None

    def _take_profile(self, answer: log.Answer) -> None:
        profile.take_days(self.days, answer)
        self.totals.take(answer)
        observed = answer.at.astimezone(UTC).date()
        for name, label in AUDIENCE.items():
            shares = contract.shares(answer.data.get(name), label)
            # An empty list tells nothing, and undoes nothing.
            if shares:
                self.audience[name][observed] = Cell(shares, f"{name} in answer {answer.n} of {answer.at.isoformat()}")
        for item in contract.objects(answer.data, "metrics"):
            day, hours = contract.day(item.get("date")), contract.hours(item.get("audience_activity"))
            if day is not None and hours:
                self.activity[day] = Cell(hours, f"audience_activity of {day} in answer {answer.n}")

    def _take_page(self, answer: log.Answer) -> None:
        for post_id, item in posts.items(answer):
            posts.take_post(self.posts.setdefault(post_id, Post()), item, answer)
            said = Observation(answer.at, _counted(item))
            self.observations.setdefault(post_id, []).append(said)
            self._growth.pop(post_id, None)


def known_from(answers: Iterable[log.Answer], accounts: Iterable[str]) -> list[Known]:
    """Of each of `accounts`, in order of their ids; `answers` oldest first."""
    by_account = {account: Known(account) for account in sorted(accounts)}
    for answer in answers:
        if answer.account_id in by_account:
            by_account[answer.account_id].take(answer)
    return list(by_account.values())


def _counted(item: dict[str, object]) -> dict[str, Number | None]:
    given: dict[str, Number | None] = {name: contract.counter(item.get(name)) for name in INTEGERS}
    given |= {name: contract.seconds(item.get(name)) for name in SECONDS}
    given["create_time"] = contract.epoch_seconds(item.get("create_time"))
    return {name: value for name, value in given.items() if value is not None}

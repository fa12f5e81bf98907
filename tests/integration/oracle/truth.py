"""Days TikTok has finished, against what really happened in the sandbox's world."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from . import compare, contract
from .compare import Difference

# Daily figures appear 24 to 48 hours after the day's end and are restated for up to 96 hours more.
FINAL_AFTER = timedelta(hours=144)
# TikTok's look-back at the first request.
LOOK_BACK = timedelta(days=60)

# widget -> public column -> name of the figure in /_sandbox/truth
TRUTH_NAMES: dict[str, dict[str, str]] = {
    "video_views": {"video_views": "video_views"},
    "post_engagement": {"applause": "likes", "conversation": "comments", "amplification": "shares"},
    "followers": {
        "followers": "followers_total",
        "new_followers": "daily_new_followers",
        "lost_followers": "daily_lost_followers",
    },
}
# TikTok gives new and lost followers of Business accounts only.
PERSONAL_WITHHELD = frozenset({"new_followers", "lost_followers"})


@dataclass(frozen=True)
class Collected:
    """`until`: the last profile answer collected, or any later moment for which every answer is in."""

    connected_at: datetime
    until: datetime

    def final_days(self) -> list[date]:
        """UTC days from 60 before the connection to the last one that ended six days or more before `until`."""
        day = self.connected_at.astimezone(UTC).date() - LOOK_BACK
        days = []
        while datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1) + FINAL_AFTER <= self.until:
            days.append(day)
            day += timedelta(days=1)
        return days


def differences(
    truth: Mapping[str, object],
    answers: Mapping[str, Mapping[str, object]],
    *,
    collected: Collected,
    withheld: frozenset[str] = frozenset(),
) -> list[Difference]:
    """`answers` of every widget in TRUTH_NAMES, each for this one account alone, in the query API's shape.

    [] means all equal. Columns in `withheld` must be null: TikTok never gave them. A day the world does not have
    (before the account was) is not compared; ValueError if that leaves nothing, as a check of nothing would always
    pass. LookupError for a figure the truth does not name.
    """
    happened = _days_of(truth)
    days = [day.isoformat() for day in collected.final_days() if day.isoformat() in happened]
    if not days:
        raise ValueError(f"no final day since {collected.connected_at - LOOK_BACK} in the truth: {sorted(happened)}")
    found = []
    for widget in TRUTH_NAMES:
        rows = {str(row["day"]): row for row in compare.read_rows(answers[widget])}
        for day in days:
            found += _day_differences(widget, day, happened=happened[day], got=rows.get(day), withheld=withheld)
    return found


def _day_differences(
    widget: str,
    day: str,
    *,
    happened: Mapping[str, object],
    got: Mapping[str, object] | None,
    withheld: frozenset[str],
) -> list[Difference]:
    if got is None:
        return [Difference(widget, day, "row", dict(happened), compare.ABSENT, "truth")]
    found = []
    for column, name in TRUTH_NAMES[widget].items():
        if name not in happened:
            raise LookupError(f"the truth of {day} has no {name!r}, only {sorted(happened)}: correct TRUTH_NAMES")
        wanted = None if column in withheld else happened[name]
        if not compare.same(column, wanted, got.get(column, compare.ABSENT)):
            found.append(Difference(widget, day, column, wanted, got.get(column, compare.ABSENT), f"truth, {name}"))
    return found


def _days_of(truth: Mapping[str, object]) -> dict[str, Mapping[str, object]]:
    return {str(item["date"]): item for item in contract.objects(truth, "days")}

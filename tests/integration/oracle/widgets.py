"""The rows the query API must answer for a widget, a range [first, end) of UTC days and a set of accounts."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from . import followers, log, posts, profile
from .cells import Cell, sum_of_all, sum_of_known

Row = dict[str, Cell[object]]
DayCells = dict[str, Cell[int]]


@dataclass(frozen=True)
class Table:
    """Expected rows, in the widget's default order. `key` names the columns that make a row unique."""

    widget: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    order: str
    rows: list[Row]

    def as_answer(self) -> dict[str, object]:
        """The table in the query API's shape: columns by name, rows of plain values."""
        return {
            "columns": [{"name": name} for name in self.columns],
            "rows": [[row[name].value for name in self.columns] for row in self.rows],
        }


DAY_COLUMNS = {
    "followers": ("day", "followers", "net_followers", "new_followers", "lost_followers"),
    "video_views": ("day", "video_views"),
    "post_engagement": ("day", "applause", "conversation", "amplification", "engagement"),
}

# Public name -> TikTok's name.
POST_TEXTS = {"caption": "caption", "share_url": "share_url", "thumbnail_url": "thumbnail_url", "format": "media_type"}
POST_COUNTERS = {
    "post_video_views": "video_views",
    "post_likes": "likes",
    "post_comments": "comments",
    "post_shares": "shares",
    "post_reach": "reach",
}
POST_MEASURES = {
    "post_completion_rate": "full_video_watched_rate",
    "post_total_play_time": "total_time_watched",
    "post_video_length": "video_duration",
}
POST_COLUMNS = (
    "account_id",
    "post_id",
    "published_at",
    "format",
    "caption",
    "share_url",
    "thumbnail_url",
    "post_video_views",
    "post_likes",
    "post_comments",
    "post_shares",
    "engagement",
    "post_reach",
    "post_completion_rate",
    "post_total_play_time",
    "post_average_watch_time",
    "post_video_length",
)


def expected(widget: str, answers: Sequence[log.Answer], *, accounts: Collection[str], first: date, end: date) -> Table:
    """`answers` as `log.read_answers` orders them. KeyError for a widget this oracle does not know."""
    if widget == "post_explorer":
        return _post_table(answers, accounts=accounts, first=first, end=end)
    return _day_table(widget, answers, accounts=accounts, first=first, end=end)


def _day_table(
    widget: str, answers: Sequence[log.Answer], *, accounts: Collection[str], first: date, end: date
) -> Table:
    of_account = {account: ACCOUNT_DAYS[widget](answers, account, _days(first, end)) for account in sorted(accounts)}
    columns = DAY_COLUMNS[widget]
    rows = []
    for day in _days(first, end):
        row: Row = {"day": Cell(day.isoformat(), "the range asked for")}
        for column in columns[1:]:
            if column != "engagement":
                row[column] = sum_of_known({account: of_account[account][day][column] for account in of_account})
        if widget == "post_engagement":
            row["engagement"] = _engagement_of({account: of_account[account][day] for account in of_account})
        rows.append(row)
    return Table(widget, columns, ("day",), "day", rows)


def _engagement_of(by_account: Mapping[str, DayCells]) -> Cell[int]:
    """The three sums over accounts come first; one of them unknown makes the whole unknown."""
    sums = {}
    for column in ("applause", "conversation", "amplification"):
        sums[column] = sum_of_known({account: cells[column] for account, cells in by_account.items()})
    return sum_of_all(sums)


def _followers(answers: Sequence[log.Answer], account: str, days: Iterable[date]) -> dict[date, DayCells]:
    series = profile.daily_series(answers, account)
    totals = followers.real_time_totals(answers, account)
    choice = followers.choose(series, totals.latest)
    return {
        day: {
            "followers": followers.followers_of(day, series, choice, totals),
            "net_followers": followers.net_of(day, series, choice),
            "new_followers": profile.value(series, day, "daily_new_followers"),
            "lost_followers": profile.value(series, day, "daily_lost_followers"),
        }
        for day in days
    }


def _video_views(answers: Sequence[log.Answer], account: str, days: Iterable[date]) -> dict[date, DayCells]:
    series = profile.daily_series(answers, account)
    return {day: {"video_views": profile.value(series, day, "video_views")} for day in days}


def _post_engagement(answers: Sequence[log.Answer], account: str, days: Iterable[date]) -> dict[date, DayCells]:
    series = profile.daily_series(answers, account)
    return {
        day: {
            "applause": profile.value(series, day, "likes"),
            "conversation": profile.value(series, day, "comments"),
            "amplification": profile.value(series, day, "shares"),
        }
        for day in days
    }


ACCOUNT_DAYS: dict[str, Callable[[Sequence[log.Answer], str, Iterable[date]], dict[date, DayCells]]] = {
    "followers": _followers,
    "video_views": _video_views,
    "post_engagement": _post_engagement,
}


def _post_table(answers: Sequence[log.Answer], *, accounts: Collection[str], first: date, end: date) -> Table:
    found: list[tuple[datetime, Row]] = []
    for account in sorted(accounts):
        for post_id, post in sorted(posts.last_known(answers, account).items()):
            published = posts.published_at(post)
            if published is not None and _midnight(first) <= published < _midnight(end):
                found.append((published, _post_row(account, post_id, post)))
    # Newest first; sort keeps the order by account and post where two were published in the same second.
    found.sort(key=lambda pair: pair[0], reverse=True)
    return Table("post_explorer", POST_COLUMNS, ("account_id", "post_id"), "published_at", [row for _, row in found])


def _post_row(account: str, post_id: str, post: posts.Post) -> Row:
    row: Row = {
        "account_id": Cell(account, "the accounts asked for"),
        "post_id": Cell(post_id, "item_id"),
        "published_at": posts.published_text(post),
        "engagement": posts.engagement(post),
        "post_average_watch_time": posts.average_watch_time(post),
    }
    row.update({column: post.text(name) for column, name in POST_TEXTS.items()})
    row.update({column: post.counter(name) for column, name in POST_COUNTERS.items()})
    row.update({column: post.measure(name) for column, name in POST_MEASURES.items()})
    return row


def _days(first: date, end: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((end - first).days)]


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)

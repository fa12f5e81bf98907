"""The rows a widget must show for a range [first, end) of UTC days and a set of accounts."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import SupportsFloat
from zoneinfo import ZoneInfo

from . import audience, columns, log, measures, posts, units
from .cells import Cell
from .known import Known, known_from
from .measures import Measure, Unit

Row = dict[str, Cell[object]]
Pairs = Iterable[tuple[Known, Unit]]


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


Only = Callable[[Known, str], bool]
"""Whether a post of an account counts."""


@dataclass(frozen=True)
class Asked:
    """A range of days; `timezone` is the viewer's; `gone` posts count as well, or not, or as is usual (None).

    `publishing` is the time zone whose days those of publishing are; days of activity are UTC always.
    """

    first: date
    end: date
    timezone: str = "UTC"
    gone: bool | None = None
    publishing: str = "UTC"
    only: Only | None = None


def expected(widget: str, answers: Sequence[log.Answer], *, accounts: Collection[str], first: date, end: date) -> Table:
    """`answers` as `log.read_answers` orders them. KeyError for a widget this oracle does not know."""
    return table(widget, known_from(answers, accounts), Asked(first, end))


def table(widget: str, knowns: Sequence[Known], asked: Asked) -> Table:
    """Of the accounts in `knowns`. KeyError for a widget this oracle does not know."""
    return TABLES[widget](widget, knowns, asked)


def _days_of_accounts(widget: str, knowns: Sequence[Known], asked: Asked) -> Table:
    slugs, by_day = columns.DAYS_OF_ACCOUNTS[widget], defaultdict(list)
    for unit in units.account_days(knowns, asked.first, asked.end):
        by_day[unit.day].append(unit)
    return _series(widget, by_day, asked, _of(measures.ACTIVITY, slugs))


def _days_of_posts(widget: str, knowns: Sequence[Known], asked: Asked) -> Table:
    slugs, by_day = columns.DAYS_OF_POSTS[widget], defaultdict(list)
    for _, unit in published(knowns, asked):
        by_day[unit.day].append(unit)
    return _series(widget, by_day, asked, _of(measures.PUBLISHED, slugs))


def _series(
    widget: str, by_day: Mapping[date | None, Sequence[Unit]], asked: Asked, figures: Mapping[str, Measure]
) -> Table:
    rows = []
    for day in units.days(asked.first, asked.end):
        row: Row = {"day": Cell(day.isoformat(), "the range asked for")}
        row.update({slug: measure(by_day.get(day, ())) for slug, measure in figures.items()})
        rows.append(row)
    return Table(widget, ("day", *figures), ("day",), "day", rows)


def _scorecard(widget: str, knowns: Sequence[Known], asked: Asked) -> Table:
    of_days = list(units.account_days(knowns, asked.first, asked.end))
    of_posts = [unit for _, unit in published(knowns, asked)]
    row: Row = {}
    row.update({slug: measures.ACTIVITY[slug](of_days) for slug in columns.SCORECARD_OF_DAYS})
    row.update({slug: measures.PUBLISHED[slug](of_posts) for slug in columns.SCORECARD_OF_POSTS})
    return Table(widget, tuple(row), (), "published_posts", [row])


def _posts(widget: str, knowns: Sequence[Known], asked: Asked) -> Table:
    slugs, rows = columns.POSTS[widget], []
    for known, unit in published(knowns, asked):
        row: Row = {"account_id": Cell(known.account_id, "the accounts asked for")}
        row.update(_attributes(unit, known.posts[unit.post_id or ""]))
        row.update({slug: measures.OF_ONE_POST[slug]([unit]) for slug in slugs})
        rows.append(row)
    names = (*columns.POST_KEY, *columns.POST_ATTRIBUTES, *slugs)
    return _ordered(Table(widget, names, columns.POST_KEY, columns.ORDERS[widget], rows))


def _attributes(unit: Unit, post: posts.Post) -> Row:
    return {
        "post_id": Cell(unit.post_id, "item_id"),
        "published_at": posts.published_text(post),
        "format": post.text("media_type"),
        "caption": post.text("caption"),
        "share_url": post.text("share_url"),
        "thumbnail_url": post.text("thumbnail_url"),
    }


def totals(widget: str, knowns: Sequence[Known], asked: Asked) -> Table:
    """One row over all rows of an explorer: worked out anew, every post and every day of an account once."""
    _, found, figures = _groups(widget, knowns, asked)
    once = {(unit.account_id, unit.post_id, unit.day): unit for those in found.values() for unit in those}
    row: Row = {}
    row.update({slug: measure(list(once.values())) for slug, measure in figures.items()})
    return Table(widget, tuple(figures), (), "engagement", [row])


def _group_table(widget: str, knowns: Sequence[Known], asked: Asked) -> Table:
    by, found, figures = _groups(widget, knowns, asked)
    rows: list[Row] = []
    for name, those in sorted(found.items(), key=lambda pair: str(pair[0])):
        row: Row = {by: Cell(name, f"{len(those)} rows")}
        row.update({slug: measure(those) for slug, measure in figures.items()})
        rows.append(row)
    order = columns.ORDERS.get(widget, "-engagement")
    return _ordered(Table(widget, (by, *figures), (by,), order, rows))


def _groups(
    widget: str, knowns: Sequence[Known], asked: Asked
) -> tuple[str, Mapping[str | None, Sequence[Unit]], dict[str, Measure]]:
    """What tells the groups apart, the rows of each, and the columns."""
    if widget in columns.GROUPS_OF_DAYS:
        by, slugs = columns.GROUPS_OF_DAYS[widget]
        return by, _grouped_days(by, knowns, asked), _of(measures.ACTIVITY, slugs)
    if widget in columns.GROUPS_OF_POSTS:
        by, slugs = columns.GROUPS_OF_POSTS[widget]
        return by, _grouped(by, published(knowns, asked)), _of(measures.PUBLISHED, slugs)
    by, slugs = columns.GROUPS_OF_GROWTH[widget]
    return by, _grouped(by, gained(knowns, asked)), _of(measures.GROWTH, slugs)


def _grouped_days(by: str, knowns: Sequence[Known], asked: Asked) -> dict[str | None, list[Unit]]:
    found: dict[str | None, list[Unit]] = defaultdict(list)
    for unit in units.account_days(knowns, asked.first, asked.end):
        found[unit.account_id if by == "account_id" else unit.channel].append(unit)
    return found


def _grouped(by: str, pairs: Pairs) -> dict[str | None, list[Unit]]:
    """A post with two labels stands in both groups, one without any in none."""
    found: dict[str | None, list[Unit]] = defaultdict(list)
    for known, unit in pairs:
        for name in KEYS[by](known, unit.post_id or ""):
            found[name].append(unit)
    return found


KEYS: dict[str, Callable[[Known, str], Iterable[str | None]]] = {
    "channel": lambda known, _: [known.channel],
    "account_id": lambda known, _: [known.account_id],
    "format": lambda known, post_id: [known.posts[post_id].text("media_type").value],
    "label": lambda known, post_id: known.labels_of(post_id).label_ids,
}


def _slots(widget: str, knowns: Sequence[Known], asked: Asked) -> Table:
    """Every hour of the week in the viewer's time zone, Monday is 1; then every format that has posts."""
    hours: dict[tuple[int, int], list[Unit]] = {(day, hour): [] for day in range(1, 8) for hour in range(24)}
    found = list(published(knowns, asked))
    for known, unit in found:
        moment = posts.published_at(known.posts[unit.post_id or ""])
        assert moment is not None
        local = moment.astimezone(ZoneInfo(asked.timezone))
        hours[local.isoweekday(), local.hour].append(unit)
    rows = [_slot(day, hour, None, those) for (day, hour), those in hours.items()]
    rows += [_slot(None, None, name, those) for name, those in _grouped("format", found).items()]
    names = ("weekday", "hour", "format")
    return Table(widget, (*names, *columns.SLOTS), names, "weekday", rows)


def _slot(day: int | None, hour: int | None, name: str | None, those: Sequence[Unit]) -> Row:
    row: Row = {"weekday": Cell(day, "a slot"), "hour": Cell(hour, "a slot"), "format": Cell(name, "a format")}
    row.update({slug: measures.PUBLISHED[slug](those) for slug in columns.SLOTS})
    return row


def _followers_by(widget: str, knowns: Sequence[Known], asked: Asked) -> Table:
    by, name = audience.FOLLOWERS_BY[widget]
    shares = audience.followers_by(name, knowns, asked.first, asked.end)
    rows: list[Row] = [{by: Cell(label, "the shares"), "followers": cell} for label, cell in shares.items()]
    return _ordered(Table(widget, (by, "followers"), (by,), "-followers", rows))


def _active_hours(widget: str, knowns: Sequence[Known], asked: Asked) -> Table:
    found = audience.active_followers(knowns, asked.first, asked.end)
    rows: list[Row] = [
        {"active_hour": Cell(hour, "an hour"), "active_followers": found[hour]} for hour in sorted(found)
    ]
    return Table(widget, ("active_hour", "active_followers"), ("active_hour",), "active_hour", rows)


def _traffic_sources(widget: str, knowns: Sequence[Known], asked: Asked) -> Table:
    found = audience.traffic_sources(published(knowns, asked))
    rows: list[Row] = [{"traffic_source": Cell(name, "a list"), "impression_share": found[name]} for name in found]
    names = ("traffic_source", "impression_share")
    return _ordered(Table(widget, names, ("traffic_source",), "-impression_share", rows))


def _curves(widget: str, knowns: Sequence[Known], asked: Asked) -> Table:
    """Of each post by itself: every second that one of its two curves has."""
    rows = []
    for known, unit in published(knowns, asked):
        post = known.posts[unit.post_id or ""]
        kept, liked = (dict(post.breakdown(name).value or ()) for name in ("video_view_retention", "engagement_likes"))
        for second in kept.keys() | liked.keys():
            row: Row = {"post_id": Cell(unit.post_id, "item_id"), "second": Cell(int(second), "a curve")}
            row["retention"] = Cell(kept.get(second), post.breakdown("video_view_retention").taken)
            row["likes_by_second"] = Cell(liked.get(second), post.breakdown("engagement_likes").taken)
            rows.append(row)
    names = ("post_id", "second", "retention", "likes_by_second")
    return _ordered(Table(widget, names, names[:2], "second", rows))


def published(knowns: Iterable[Known], asked: Asked) -> Pairs:
    zone = ZoneInfo(asked.publishing)
    return _kept(units.published_posts(knowns, asked.first, asked.end, gone_too=asked.gone is True, zone=zone), asked)


def gained(knowns: Iterable[Known], asked: Asked) -> Pairs:
    return _kept(units.post_days(knowns, asked.first, asked.end, gone_too=asked.gone is not False), asked)


def _kept(pairs: Pairs, asked: Asked) -> Pairs:
    return [(known, unit) for known, unit in pairs if asked.only is None or asked.only(known, unit.post_id or "")]


def _of(known: Mapping[str, Measure], slugs: Iterable[str]) -> dict[str, Measure]:
    return {slug: known[slug] for slug in slugs}


def _ordered(found: Table) -> Table:
    """Rows of equal place keep the order of accounts and posts; unknown ones come last."""
    name = found.order.removeprefix("-")
    backwards = found.order.startswith("-")
    known = [row for row in found.rows if row[name].value is not None]
    unknown = [row for row in found.rows if row[name].value is None]
    known.sort(key=lambda row: _comparable(row[name].value), reverse=backwards)
    return Table(found.widget, found.columns, found.key, name, [*known, *unknown])


def _comparable(value: object) -> tuple[float, str]:
    return (float(value), "") if isinstance(value, SupportsFloat) else (0.0, str(value))


TABLES: dict[str, Callable[[str, Sequence[Known], Asked], Table]] = {
    **dict.fromkeys(columns.DAYS_OF_ACCOUNTS, _days_of_accounts),
    **dict.fromkeys(columns.DAYS_OF_POSTS, _days_of_posts),
    "scorecard": _scorecard,
    **dict.fromkeys(columns.POSTS, _posts),
    **dict.fromkeys((*columns.GROUPS_OF_DAYS, *columns.GROUPS_OF_POSTS, *columns.GROUPS_OF_GROWTH), _group_table),
    "best_performing_day_time_format": _slots,
    **dict.fromkeys(audience.FOLLOWERS_BY, _followers_by),
    "audience_activity": _active_hours,
    "traffic_sources": _traffic_sources,
    "retention_curve": _curves,
}

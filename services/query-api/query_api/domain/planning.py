"""From which rollup each metric is read, and why some cannot be told as they are asked for.

Figures of days and figures of posts are never mixed within a metric. Unless an attribution is asked for, whatever
concerns posts (by dimension or filter) is told by the posts' lifetime figures, the rest by the accounts' days.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from common.catalog import Attribution, Metric, Rollup, catalog
from common.catalog.measures import Part, Unique
from common.catalog.rows import ROW_KEYS, figures
from query_api.domain.question import Reading

OF_A_POST = frozenset(
    {
        *("post_id", "published_at", "hour", "weekday", "format", "caption", "hashtag", "video_length_band"),
        *("label", "plan", "share_url", "thumbnail_url"),
    }
)
# What one post has one of, too much of it for rows of their own.
NEEDS_POST = frozenset({"published_at", "caption", "share_url", "thumbnail_url"})
OF_AN_AUDIENCE = frozenset({"country", "city", "gender", "age", "active_hour"})
OF_ITEMS = frozenset({"traffic_source", "second"})
_ATTRIBUTION = {
    Rollup.ACCOUNT_DAY: Attribution.ACTIVITY,
    Rollup.POST_DAY: Attribution.ACTIVITY,
    Rollup.AUDIENCE_DAY: Attribution.ACTIVITY,
    Rollup.POST_LATEST: Attribution.PUBLISHED,
    Rollup.POST_BREAKDOWNS: Attribution.PUBLISHED,
}

# (what is asked for, whether posts are concerned) → where to look, the first that has figures.
_PLACES: Mapping[tuple[Attribution | None, bool], tuple[Rollup, ...]] = {
    (None, False): (Rollup.ACCOUNT_DAY, Rollup.POST_LATEST),
    (None, True): (Rollup.POST_LATEST,),
    (Attribution.ACTIVITY, False): (Rollup.ACCOUNT_DAY, Rollup.POST_DAY),
    (Attribution.ACTIVITY, True): (Rollup.POST_DAY,),
    (Attribution.PUBLISHED, False): (Rollup.POST_LATEST,),
    (Attribution.PUBLISHED, True): (Rollup.POST_LATEST,),
}
# Figures of the range as a whole may stand beside each other whatever they rest on.
_ALONE = (Rollup.ACCOUNT_DAY, Rollup.POST_LATEST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What the rows are told by and narrowed by, and the attribution that is asked for, if any."""

    told_by: tuple[str, ...]
    attributes: tuple[str, ...] = ()
    narrowed_by: tuple[str, ...] = ()
    attribution: Attribution | None = None

    @property
    def everything(self) -> tuple[str, ...]:
        return (*self.told_by, *self.attributes, *self.narrowed_by)

    @property
    def concerns_posts(self) -> bool:
        return not OF_A_POST.isdisjoint(self.everything)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    readings: tuple[Reading, ...]
    refused: Mapping[str, str]
    """By metric why it cannot be told so."""

    @property
    def attribution(self) -> Attribution:
        """That of most metrics, of the first where it is even."""
        by = [attribution_of(reading.rollup) for reading in self.readings for _ in reading.metrics]
        return max(dict.fromkeys(by), key=by.count, default=Attribution.ACTIVITY)

    def of(self, metric: Metric) -> Rollup:
        return next(reading.rollup for reading in self.readings if metric in reading.metrics)


def attribution_of(rollup: Rollup) -> Attribution:
    return _ATTRIBUTION[rollup]


def plan(metrics: Sequence[Metric], asking: Asking) -> Plan:
    found: dict[Rollup, list[Metric]] = {}
    refused: dict[str, str] = {}
    for metric in metrics:
        match place(metric, asking):
            case Rollup() as rollup:
                found.setdefault(rollup, []).append(metric)
            case reason:
                refused[metric.slug] = reason
    readings = tuple(Reading(rollup=rollup, metrics=tuple(found[rollup])) for rollup in found)
    return Plan(readings=readings, refused=refused)


def place(metric: Metric, asking: Asking) -> Rollup | str:
    """The rollup the metric is read from, or why there is none."""
    reason = next(_refusals(metric, asking), None)
    if reason is not None:
        return reason
    rollup = next((one for one in _places(asking) if figures(metric, one)[1] is not None), None)
    if rollup is None:
        return _nowhere(metric, asking)
    return _contradiction(metric, rollup, asking) or _not_added_up(metric, rollup, asking.told_by) or rollup


def _contradiction(metric: Metric, rollup: Rollup, asking: Asking) -> str | None:
    if asking.attribution in (None, attribution_of(rollup)) or not asking.told_by:
        return None
    return f"{metric.name}: told so it has no figures by {asking.attribution}, only by {attribution_of(rollup)}."


def _refusals(metric: Metric, asking: Asking) -> Iterator[str]:
    for slug in dict.fromkeys(asking.everything):
        reason = catalog().refusal(metric, catalog().dimensions[slug], beside=asking.told_by)
        if reason:
            yield reason


def _places(asking: Asking) -> tuple[Rollup, ...]:
    if OF_AN_AUDIENCE.intersection(asking.told_by):
        return (Rollup.AUDIENCE_DAY,)
    if OF_ITEMS.intersection(asking.told_by):
        return (Rollup.POST_BREAKDOWNS,)
    usual = _PLACES[asking.attribution, asking.concerns_posts]
    return usual if asking.told_by or asking.concerns_posts else (*usual, *_ALONE)


def _nowhere(metric: Metric, asking: Asking) -> str:
    by = ", ".join(catalog().dimensions[slug].name for slug in dict.fromkeys(asking.everything)) or "no dimension"
    how = asking.attribution or ("published" if asking.concerns_posts else "activity or published")
    return f"{metric.name} by {by}: it has no figures by {how}."


def _not_added_up(metric: Metric, rollup: Rollup, told_by: Collection[str]) -> str | None:
    """Why the metric cannot stand on rows that hold several of the rollup's."""
    measure = figures(metric, rollup)[1]
    people = [one for one, part in catalog().alone(metric, rollup) if isinstance(part, Unique)]
    if people and not ROW_KEYS[rollup] <= set(told_by):
        who = "it" if metric in people else " and ".join(one.name for one in people)
        return f"{metric.name}: {who} counts people, who would count twice; ask by {_names(ROW_KEYS[rollup])}."
    if isinstance(measure, Part) and rollup not in (Rollup.AUDIENCE_DAY, Rollup.POST_BREAKDOWNS):
        return f"{metric.name}: it is told by the items of its breakdown only."
    return None


def _names(slugs: Iterable[str]) -> str:
    return " and ".join(sorted(catalog().dimensions[slug].name for slug in slugs))

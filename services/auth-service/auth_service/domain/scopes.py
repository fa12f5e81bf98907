"""What is asked of TikTok, what a partial consent loses, and which profile fields it still allows."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from common.catalog import SCOPES, Grain, Metric, Widget, catalog, rollup_of
from common.catalog.fields import DERIVED
from common.catalog.measures import Measure, fields_read, metrics_read
from common.catalog.rows import figures

# What a person needs to see to tell one account from another.
SHOWN_FIELDS = ("username", "display_name", "profile_image", "is_business_account")

# Without it no post is listed, whatever else may be read of posts.
_LISTING = "video.list"
# Where the fields of a metric's figures stand.
_GRAINS: Mapping[str, tuple[Grain, ...]] = {
    "activity": (Grain.PROFILE_DAY, Grain.PROFILE),
    "published": (Grain.POST,),
    "growth": (Grain.POST,),
    "current": (Grain.PROFILE,),
}

_OF_POSTS = ("published", "growth")

# What each scope lets us read, in the words a person is asked with.
MEANINGS: Mapping[str, str] = {
    "user.account.type": "whether it is a Business account",
    "user.info.basic": "name and picture of the account",
    "user.info.profile": "bio, badge and link",
    "user.info.stats": "totals of followers, likes and posts",
    "user.info.username": "its handle",
    "user.insights": "daily figures: followers, views, engagement, audience",
    "video.insights": "figures of posts: watch time, completion, sources",
    "video.list": "the list of posts with their views, likes, comments and shares",
}


@dataclass(frozen=True, slots=True)
class Named:
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Lost:
    """What stays empty under a partial consent: metrics everywhere, and widgets that have no figure left."""

    metrics: tuple[Named, ...]
    widgets: tuple[Named, ...]


def missing_scopes(granted: Collection[str]) -> tuple[str, ...]:
    return tuple(scope for scope in SCOPES if scope not in granted)


def can_collect(granted: Collection[str]) -> bool:
    """Whether the profile or the posts may be asked for at all."""
    return any(scope in granted for scope in SCOPES if scope != "video.insights")


def shown_fields(granted: Collection[str]) -> tuple[str, ...]:
    """The profile fields worth showing that `granted` allows to ask for."""
    scope_of = {field.name: field.scope for field in catalog().fields_of(Grain.PROFILE)}
    return tuple(name for name in SHOWN_FIELDS if scope_of[name] in granted)


def lost_features(granted: Collection[str]) -> Lost:
    return _lost(frozenset(granted))


@lru_cache(maxsize=256)
def _lost(granted: frozenset[str]) -> Lost:
    known = catalog()
    metrics = [metric for metric in known.metrics.values() if not _is_told(metric, granted)]
    widgets = [widget for widget in known.widgets.values() if not _has_figures(widget, granted)]
    return Lost(
        metrics=tuple(Named(metric.slug, metric.name) for metric in metrics),
        widgets=tuple(Named(widget.slug, widget.name) for widget in widgets),
    )


def _is_told(metric: Metric, granted: frozenset[str]) -> bool:
    measures = ((kind, _measure(metric, kind)) for kind in _GRAINS)
    return any(measure is not None and _is_readable(kind, measure, granted) for kind, measure in measures)


def _has_figures(widget: Widget, granted: frozenset[str]) -> bool:
    metrics = (catalog().metrics[slug] for slug in widget.metrics)
    told = (figures(metric, rollup_of(metric, widget)) for metric in metrics)
    return any(measure is not None and _is_readable(kind, measure, granted) for kind, measure in told)


def _is_readable(kind: str, measure: Measure, granted: frozenset[str]) -> bool:
    """Whether every field that `measure` is made of may be asked for."""
    if kind in _OF_POSTS and _LISTING not in granted:
        return False
    fields_allowed = all(_scopes_of(kind, field) & granted for field in fields_read(measure))
    parts = (catalog().metrics[slug] for slug in metrics_read(measure))
    return fields_allowed and all(_is_part_readable(kind, part, granted) for part in parts)


def _is_part_readable(kind: str, metric: Metric, granted: frozenset[str]) -> bool:
    measure = _measure(metric, kind)
    return _is_told(metric, granted) if measure is None else _is_readable(kind, measure, granted)


def _measure(metric: Metric, kind: str) -> Measure | None:
    by_kind = {
        "activity": metric.activity,
        "published": metric.published,
        "growth": metric.growth,
        "current": metric.current,
    }
    return by_kind[kind]


@cache
def _scopes_of(kind: str, name: str) -> frozenset[str]:
    """The scopes of which one is enough for the field; a worked-out column has several sources."""
    for grain in _GRAINS[kind]:
        scope_of = {field.name: field.scope for field in catalog().fields_of(grain)}
        sources = DERIVED[grain].get(name, (name,))
        if found := frozenset(scope_of[source] for source in sources if source in scope_of):
            return found
    raise LookupError(f"no field {name} among those of {kind}")

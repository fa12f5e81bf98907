"""What must hold between the catalog's rows. Each rule gives one line per row that breaks it."""

from collections.abc import Callable, Iterable, Iterator

from common.catalog.fields import DERIVED
from common.catalog.measures import Formula, Measure, Part, Ratio, Sum, Total, Unique, fields_read, metrics_read
from common.catalog.model import Attribution, ColumnSet, Grain, Kind, Metric, Rollup, Widget
from common.catalog.rows import Catalog, figures, measure_over, rollup_of

# Which attribution a rollup's figures are by; of the others both are possible.
_ATTRIBUTION = {
    Rollup.ACCOUNT_DAY: Attribution.ACTIVITY,
    Rollup.POST_LATEST: Attribution.PUBLISHED,
    Rollup.POST_BREAKDOWNS: Attribution.PUBLISHED,
    Rollup.POST_DAY: Attribution.ACTIVITY,
    Rollup.AUDIENCE_DAY: Attribution.ACTIVITY,
}


# Where a metric shown in a set of columns must have figures; one of them will do.
_SHOWN_FROM = {
    ColumnSet.A_POST: (Rollup.POST_LATEST,),
    ColumnSet.POSTS: (Rollup.POST_LATEST,),
    ColumnSet.DAYS: (Rollup.ACCOUNT_DAY,),
    ColumnSet.GROWTH: (Rollup.POST_DAY,),
    ColumnSet.FIGURES: (Rollup.ACCOUNT_DAY, Rollup.POST_LATEST),
}


def check(built: Catalog) -> None:
    """`ValueError` with every broken rule; widgets are judged by rows that hold, or each would tell of the same one."""
    for rules in (_OF_METRICS, _OF_WIDGETS):
        if broken := [line for rule in rules for line in rule(built)]:
            raise ValueError("; ".join(broken))


def _metrics_are_measured(built: Catalog) -> Iterator[str]:
    for metric in built.metrics.values():
        if not any((metric.activity, metric.published, metric.current)):
            yield f"metric {metric.slug} has no measure"
        if not metric.differs:
            yield f"metric {metric.slug} does not say why it may differ from TikTok's app"


def _measures_read_what_is_there(built: Catalog) -> Iterator[str]:
    for metric in built.metrics.values():
        for grain, measure in _measures(metric):
            known = {field.name for field in built.fields_of(grain)} | DERIVED[grain].keys()
            yield from _lacking(f"metric {metric.slug}", fields_read(measure), known)
            yield from _lacking(f"metric {metric.slug}", metrics_read(measure), built.metrics.keys())


def _parts_have_figures_too(built: Catalog) -> Iterator[str]:
    for metric in built.metrics.values():
        by = {
            Rollup.ACCOUNT_DAY: metric.activity,
            Rollup.POST_LATEST: metric.published,
            Rollup.POST_DAY: metric.growth,
        }
        for rollup, measure in by.items():
            for part in metrics_read(measure) if measure else ():
                yield from _no_figures(built, f"metric {metric.slug}", part, rollup)


def _growth_is_of_counters(built: Catalog) -> Iterator[str]:
    """People, means and medians of a day's gains mean nothing; what adds up does, and so does a ratio of two of it."""
    for metric in built.metrics.values():
        if not isinstance(metric.growth, Sum | Total | Ratio | Formula | None):
            yield f"metric {metric.slug} has growth of what does not add up"


def _what_is_shown_can_be(built: Catalog) -> Iterator[str]:
    for metric in built.metrics.values():
        for columns in metric.shown_in:
            for why in _why_not(built, metric, columns):
                yield f"metric {metric.slug} is shown in {columns}, but {why}"


def _why_not(built: Catalog, metric: Metric, columns: ColumnSet) -> Iterator[str]:
    found = [(*figures(metric, rollup), rollup) for rollup in _SHOWN_FROM[columns]]
    name, measure, rollup = next((one for one in found if one[1]), found[0])
    if measure is None:
        yield f"has no figures by {' or '.join(name for name, _, _ in found)}"
        return
    alone = [of for _, of in built.alone(metric, rollup)]
    if columns is not ColumnSet.A_POST and any(isinstance(one, Unique) for one in alone):
        yield f"counts people by {name}, who do not add up over rows"
    elif any(isinstance(one, Part) for one in alone):
        yield f"is a breakdown by {name}, which has widgets of its own"


def _widgets_name_what_is_there(built: Catalog) -> Iterator[str]:
    for widget in built.forms():
        slugs = (*widget.by, *widget.attributes, *widget.metrics)
        yield from _lacking(f"widget {widget.slug}", slugs, built.dimensions.keys() | built.metrics.keys())
        if widget.by and widget.sort.removeprefix("-") not in slugs:
            yield f"widget {widget.slug} is sorted by {widget.sort}, which it does not show"
        if _ATTRIBUTION.get(widget.rollup, widget.attribution) is not widget.attribution:
            yield f"widget {widget.slug} reads {widget.rollup}, which has no figures by {widget.attribution}"


def _widgets_can_be_answered(built: Catalog) -> Iterator[str]:
    for widget in built.forms():
        for metric in (built.metrics[slug] for slug in widget.metrics if slug in built.metrics):
            yield from _no_figures(built, f"widget {widget.slug}", metric.slug, rollup_of(metric, widget))
            yield from _refusals(built, widget, metric)


def _refusals(built: Catalog, widget: Widget, metric: Metric) -> Iterator[str]:
    for slug in (*widget.by, *widget.attributes):
        dimension = built.dimensions.get(slug)
        if dimension and (reason := built.refusal(metric, dimension, beside=widget.by)):
            yield f"widget {widget.slug} asks for the impossible: {reason}"


def _labels_are_of_audiences(built: Catalog) -> Iterator[str]:
    known = {field.name for field in built.fields_of(Grain.PROFILE) if field.kind is Kind.BREAKDOWN}
    for dimension in built.dimensions.values():
        if dimension.labels_of:
            yield from _lacking(f"dimension {dimension.slug}", [dimension.labels_of], known)


def _reasons_name_what_is_there(built: Catalog) -> Iterator[str]:
    for row in built.impossible:
        yield from _lacking("an impossible pair", row.dimensions + row.unless, built.dimensions.keys())
        yield from _lacking("an impossible pair", row.metrics + row.besides, built.metrics.keys())
        if not {"{metric}", "{dimension}"} <= set(row.reason.replace(":", " ").split()):
            yield f"the reason {row.reason!r} does not name the pair"


def _no_figures(built: Catalog, who: str, slug: str, rollup: Rollup) -> Iterator[str]:
    try:
        if slug in built.metrics:
            measure_over(built.metrics[slug], rollup)
    except ValueError as none:
        yield f"{who}: {none}"


def _lacking(who: str, names: Iterable[str], known: Iterable[str]) -> Iterator[str]:
    if missing := set(names) - set(known):
        yield f"{who} names what the catalog lacks: {', '.join(sorted(missing))}"


def _measures(metric: Metric) -> Iterator[tuple[Grain, Measure]]:
    declared = (
        (Grain.PROFILE_DAY, metric.activity),
        (Grain.POST, metric.published),
        (Grain.POST, metric.growth),
        (Grain.PROFILE, metric.current),
    )
    return ((grain, measure) for grain, measure in declared if measure is not None)


_Rule = Callable[[Catalog], Iterator[str]]
_OF_METRICS: tuple[_Rule, ...] = (
    _metrics_are_measured,
    _measures_read_what_is_there,
    _parts_have_figures_too,
    _growth_is_of_counters,
    _what_is_shown_can_be,
)
_OF_WIDGETS: tuple[_Rule, ...] = (
    _widgets_name_what_is_there,
    _widgets_can_be_answered,
    _labels_are_of_audiences,
    _reasons_name_what_is_there,
)

"""The reference page of coverage: the statuses, and the fields that share one, as Markdown."""

from collections.abc import Iterator, Sequence

from common.catalog.coverage import MEANINGS, MetricGroup
from common.catalog.reference import page, table
from common.catalog.wording import GATES
from common.warehouse.coverage_published import published_groups
from common.warehouse.coverage_views import day_groups, growth_groups

_INTRO = (
    "Of every figure the warehouse says whether it is final, and if not, why: `SELECT * FROM coverage("
    "workspace_id = …, accounts = […], from = …, to = …, now = …)` for the days of accounts, and "
    "`coverage_posts(…)` for the growth of posts by day, `coverage_published(…)` for what posts have to date by the "
    "day of publishing. `now` is the moment to judge by. A row names the fields of one metric "
    "group that have the same status, and `as_of`, the last observation behind them."
)


def coverage_page() -> str:
    statuses = table(("status", "meaning"), [(f"`{status}`", meaning) for status, meaning in MEANINGS.items()])
    days = _section("Metric groups of an account's day: coverage", day_groups())
    growth = _section("Of a post's growth: coverage_posts", growth_groups())
    published = _section("Of posts to date: coverage_published", published_groups())
    return page("Coverage", _INTRO, *statuses, *days, *growth, *published)


def _section(title: str, groups: Sequence[MetricGroup]) -> Iterator[str]:
    yield from (f"## {title}", "")
    yield from table(("group", "scope", "given for", "settled after", "fields"), [_row(group) for group in groups])


def _row(group: MetricGroup) -> tuple[str, ...]:
    fields = ", ".join(f"`{name}`" for name in group.fields)
    return (f"`{group.name}`", f"`{group.scope}`", GATES[group.gate], f"{group.latency_hours} hours", fields)

"""What the query API answers, against the oracle: every widget, narrowed and turned, and free questions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from common.catalog import Attribution, Rollup, Widget, catalog

from ..oracle import columns, compare, free, measures, widgets
from ..oracle.known import Known
from ..oracle.widgets import Asked, Table
from .collecting import START
from .judging import Judge

# What a widget of posts is when it is switched to activity.
_SWITCHED = {one.slug: f"{one.slug}_activity" for one in catalog().widgets.values() if one.switched}
_OF_ACTIVITY = {**columns.DAYS_OF_ACCOUNTS, **{slug: names for slug, (_, names) in columns.GROUPS_OF_DAYS.items()}}
_BY = {
    **dict.fromkeys(columns.DAYS_OF_ACCOUNTS, "day"),
    **{slug: by for slug, (by, _) in columns.GROUPS_OF_DAYS.items()},
}


@dataclass(frozen=True)
class ApiJudge:
    judge: Judge

    @property
    def knowns(self) -> Sequence[Known]:
        return self.judge.knowns

    def whole(self, **changed: object) -> Asked:
        end = START.date() + timedelta(days=self.judge.days)
        return replace(Asked(START.date() - timedelta(days=130), end), **changed)  # type: ignore[arg-type]

    async def expect_widget(self, slug: str, asked: Asked, **parameters: object) -> None:
        """As it is usually shown, in `asked` and with what narrows it in `parameters`."""
        answer = await self.judge.reader.widget(slug, **_range(asked), **parameters)
        _expect(widgets.table(slug, self.knowns, asked), answer)

    async def expect_switched(self, slug: str, asked: Asked) -> None:
        """An explorer of posts shows what happened."""
        answer = await self.judge.reader.widget(slug, **_range(asked), attribution="activity")
        table = widgets.table(_SWITCHED[slug], self.knowns, asked)
        _expect(table, answer)
        _expect_totals(widgets.totals(_SWITCHED[slug], self.knowns, asked), answer)

    async def expect_published(self, slug: str, asked: Asked, **parameters: object) -> None:
        """A widget of activity shows what the posts published in the range have to date; `parameters` make it so."""
        answer = await self.judge.reader.widget(slug, **_range(asked), **parameters)
        slugs = {one: free.POSTS for one in _OF_ACTIVITY[slug] if one in measures.PUBLISHED}
        _expect(free.figures(slug, (_BY[slug],), slugs, self.knowns, asked), answer, ordered=False)

    async def expect_query(
        self, by: Sequence[str], metrics: Mapping[str, str], asked: Asked, **parameters: object
    ) -> None:
        """Of metrics told by what each is counted from."""
        answer = await self.judge.reader.query(
            metrics=list(metrics), dimensions=list(by), **_range(asked), **parameters
        )
        _expect(free.figures("query", by, metrics, self.knowns, asked), answer, ordered=False)
        if not {"label", "plan", "hashtag"} & set(by):
            summing = {slug: source for slug, source in metrics.items() if slug != "post_reach"}
            _expect_totals(free.figures("query", (), summing, self.knowns, asked), answer)


def _range(asked: Asked) -> dict[str, object]:
    """The parameters that ask for it."""
    lifecycle = {} if asked.gone is None else {"lifecycle": "all" if asked.gone else "live"}
    return {
        "from_": asked.first.isoformat(),
        "to": asked.end.isoformat(),
        "timezone": asked.timezone,
        **lifecycle,
    }


def _expect(table: Table, answer: Mapping[str, Any], *, ordered: bool = True) -> None:
    found = compare.differences(table, answer, ordered=ordered)
    assert not found, compare.report(found)


def _expect_totals(table: Table, answer: Mapping[str, Any]) -> None:
    """The totals that the oracle knows; those it does not know are left to others."""
    totals = {name: answer["totals"][name] for name in table.columns}
    told = {"columns": [{"name": name} for name in totals], "rows": [list(totals.values())]}
    _expect(table, told, ordered=False)


def served() -> list[str]:
    return sorted(slug for slug, widget in catalog().widgets.items() if widget.rollup is not Rollup.BENCHMARK)


def switchable() -> list[str]:
    return sorted(_SWITCHED)


def turnable() -> list[str]:
    """Widgets of activity some of whose metrics posts have too."""
    return sorted(slug for slug in _BY if slug in catalog().widgets and _turns(catalog().widgets[slug]))


def _turns(widget: Widget) -> bool:
    return widget.attribution is Attribution.ACTIVITY and bool(set(_OF_ACTIVITY[widget.slug]) & set(measures.PUBLISHED))

"""Every view the warehouse has, and the growth of every post, against the oracle."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from clickhouse_connect.driver.asyncclient import AsyncClient

from common.catalog import Attribution, Rollup, Widget, catalog
from common.warehouse.views import totals_name, view_name, view_parameters

from ..oracle import compare, growth, widgets
from ..oracle.compare import Difference
from ..oracle.known import Known
from ..oracle.widgets import Asked
from .collecting import START
from .reading import Reader

Rows = Sequence[Sequence[object]]


@dataclass(frozen=True)
class Judge:
    warehouse: AsyncClient
    reader: Reader
    workspace_id: UUID
    days: int
    knowns: Sequence[Known]

    async def expect_widget(self, slug: str) -> None:
        """In several ranges over all accounts, and over all time for each account alone."""
        whole, *others = ranges(START.date(), self.days)
        everybody = [(asked, self.knowns) for asked in (whole, *others)]
        for asked, knowns in [*everybody, *((whole, [known]) for known in self.knowns)]:
            found = await self.widget(slug, asked, knowns)
            assert not found, compare.report(found)

    async def expect_growth(self) -> None:
        """Of every account."""
        for known in self.knowns:
            found = await self.growth(known)
            assert not found, compare.report(found)

    async def widget(self, slug: str, asked: Asked, knowns: Sequence[Known]) -> list[Difference]:
        """Of the view `widget_<slug>` and the one of its totals, for the accounts in `knowns`."""
        widget = next(one for one in catalog().viewed() if one.slug == slug)
        found = compare.differences(
            widgets.table(slug, knowns, asked),
            await self._answer(widget, view_name(widget), asked, knowns),
            ordered=False,
        )
        return found + await self._totals(widget, asked, knowns) if widget.totals else found

    async def _totals(self, widget: Widget, asked: Asked, knowns: Sequence[Known]) -> list[Difference]:
        expected = widgets.totals(widget.slug, knowns, asked)
        answer = await self._answer(widget, totals_name(widget), asked, knowns)
        return compare.differences(expected, answer, ordered=False)

    async def growth(self, known: Known) -> list[Difference]:
        """Of every post of the account, every day, every counter: its growth, and whether it is estimated."""
        wanted = {
            f"{post_id} / {day}": {name: (cell.value, cell.estimated) for name, cell in row.items()}
            for post_id in known.observations
            for day, row in known.growth_of(post_id).items()
        }
        got = {f"{row['post_id']} / {row['day']}": _grown(row) for row in await self._post_days(known)}
        return [
            Difference("post_day", key, "row", wanted.get(key, compare.ABSENT), got.get(key, compare.ABSENT))
            for key in sorted(wanted.keys() | got.keys())
            if wanted.get(key) != got.get(key)
        ]

    async def _answer(self, widget: Widget, view: str, asked: Asked, knowns: Sequence[Known]) -> Mapping[str, object]:
        bound = {
            "workspace_id": f"'{self.workspace_id}'",
            "accounts": str([known.account_id for known in knowns]),
            "from": f"'{asked.first}'",
            "to": f"'{asked.end}'",
            "timezone": f"'{asked.timezone}'",
            "lifecycle": f"'{_lifecycle(widget, asked)}'",
        }
        call = ", ".join(f"{name}={bound[name]}" for name in view_parameters(widget))
        select = f"SELECT * FROM {view}({call})"
        result = await self.warehouse.query(select)
        # Without rows the driver names no columns.
        names = result.column_names or [
            row[0] for row in (await self.warehouse.query(f"DESCRIBE ({select})")).result_rows
        ]
        return {
            "columns": [{"name": name} for name in names],
            "rows": [[_plain(value) for value in row] for row in result.result_rows],
        }

    async def _post_days(self, known: Known) -> list[Mapping[str, object]]:
        sql = "SELECT * FROM post_day FINAL WHERE workspace_id = {w:UUID} AND account_id = {a:UUID} AND NOT is_deleted"
        bound = {"w": str(self.workspace_id), "a": known.account_id}
        return list((await self.warehouse.query(sql, parameters=bound)).named_results())


def _lifecycle(widget: Widget, asked: Asked) -> str:
    """Gone posts count in what happened, and do not in what is published, unless it is said."""
    usual = widget.attribution is Attribution.ACTIVITY and widget.rollup is Rollup.POST_DAY
    return "all" if (usual if asked.gone is None else asked.gone) else "live"


def _grown(row: Mapping[str, object]) -> dict[str, tuple[object, bool]]:
    estimated = row["estimated"]
    assert isinstance(estimated, list)
    return {name: (row[name], name in estimated) for name in growth.COUNTERS}


def _plain(value: object) -> object:
    """As the query API writes it in JSON."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def ranges(start: date, days: int) -> Iterator[Asked]:
    """All there is, the usual 28 days in another time zone, and a week before the last."""
    end = start + timedelta(days=days)
    yield Asked(start - timedelta(days=130), end)
    yield Asked(end - timedelta(days=28), end, timezone="America/New_York")
    yield Asked(end - timedelta(days=14), end - timedelta(days=7), timezone="Asia/Kolkata", gone=True)


def slugs() -> list[str]:
    """Of every widget, in all its forms, that the warehouse has a view of."""
    return sorted(widget.slug for widget in catalog().viewed())

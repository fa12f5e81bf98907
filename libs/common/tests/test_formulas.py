"""Formulas over metrics: what ClickHouse makes of any formula over any rows is what the rules say, and their text."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID, uuid4

import pytest
from clickhouse_connect.driver.asyncclient import AsyncClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.catalog import Kind, Metric, Rollup, Unit, catalog, measure_over
from common.catalog.formulas import (
    Expression,
    MetricRef,
    Negate,
    Number,
    Operation,
    Sign,
    nodes,
    refs,
    replaced,
    written,
)
from common.catalog.measures import Count, Formula, Measure, Sum, Term, Total
from common.catalog.wording import formula, rolls_up
from common.warehouse.expressions import of_row, over_rows
from common.warehouse.sources import rows_in_range, select

from . import naive_formulas as naive

ACCOUNTS = (UUID(int=10), UUID(int=14))
FIRST = date(2026, 3, 1)
LEAVES: Mapping[Rollup, Mapping[str, naive.Leaf]] = {
    Rollup.ACCOUNT_DAY: naive.DAYS,
    Rollup.POST_LATEST: naive.POSTS,
    Rollup.POST_DAY: naive.GROWTH,
}
DAY = {Rollup.ACCOUNT_DAY: "day", Rollup.POST_DAY: "day", Rollup.POST_LATEST: "published_at"}


def formulas(slugs: Sequence[str]) -> st.SearchStrategy[Expression]:
    # Quarters and eighths, so that the order of adding makes no difference.
    leaves = st.sampled_from([MetricRef(slug) for slug in slugs]) | st.sampled_from([Number(n / 4) for n in range(9)])
    trees = st.recursive(
        leaves,
        lambda inner: st.builds(Negate, inner) | st.builds(Operation, st.sampled_from(Sign), inner, inner),
        max_leaves=6,
    )
    return trees.filter(refs)


COUNTS = st.none() | st.integers(0, 5)
GAINS = st.none() | st.integers(-3, 5)
PARTS = st.none() | st.integers(0, 8).map(lambda eighths: eighths / 8)
COLUMNS: Mapping[Rollup, Mapping[str, st.SearchStrategy[float | None]]] = {
    Rollup.ACCOUNT_DAY: {
        **dict.fromkeys(("video_views", "likes", "comments", "shares", "followers"), COUNTS),
        "net_followers": GAINS,
    },
    Rollup.POST_LATEST: {
        **dict.fromkeys(("video_views", "likes", "comments", "shares", "favorites"), COUNTS),
        **dict.fromkeys(("full_video_watched_rate", "video_duration", "total_time_watched"), PARTS),
    },
    Rollup.POST_DAY: {
        **dict.fromkeys(("video_views", "likes", "comments", "shares"), GAINS),
        "total_time_watched": PARTS,
    },
}


def row_lists(rollup: Rollup) -> st.SearchStrategy[list[dict[str, str | float | None]]]:
    """Rows of two accounts on three days, with everything that may be missing missing at times."""
    day = {DAY[rollup]: st.integers(1, 3).map(lambda day: f"2026-03-0{day}")}
    post = {} if rollup is Rollup.ACCOUNT_DAY else {"post_id": st.sampled_from(["p1", "p2", "p3"])}
    keys = {"account_id": st.sampled_from([str(account) for account in ACCOUNTS]), **day, **post}
    row = st.fixed_dictionaries({**keys, **COLUMNS[rollup]})
    # A post is there once.
    key = [name for name in keys if name != "published_at"]
    return st.lists(row, max_size=8, unique_by=lambda row: tuple(row[name] for name in key))


@st.composite
def cases(draw: st.DrawFn, rollup: Rollup) -> tuple[list[dict[str, str | float | None]], list[Expression]]:
    return draw(row_lists(rollup)), draw(st.lists(formulas(sorted(LEAVES[rollup])), min_size=1, max_size=6))


def metric_of(expression: Expression) -> Metric:
    return measured(Formula(expression))


def measured(measure: Formula | Term) -> Metric:
    return Metric(
        slug="custom",
        name="Custom",
        tiktok_name=None,
        meaning="",
        kind=Kind.NUMBER,
        unit=Unit.NUMBER,
        activity=measure,
        published=measure,
        growth=measure,
        differs="",
    )


async def asked(client: AsyncClient, workspace: UUID, sql: str) -> list[list[object]]:
    parameters = {
        "workspace_id": str(workspace),
        "accounts": [str(account) for account in ACCOUNTS],
        "from": "2026-03-01",
        "to": "2026-04-01",
        "lifecycle": "all",
    }
    found = await client.raw_query(sql, parameters, fmt="JSONCompactEachRow")
    return [json.loads(line) for line in found.splitlines()]


async def filled(client: AsyncClient, rollup: Rollup, rows: Sequence[Mapping[str, object]]) -> UUID:
    """The rows in a workspace of their own, between posts that the growth's belong to."""
    workspace = uuid4()
    marks = {"workspace_id": str(workspace), "channel": "tiktok", "version": 1, "is_deleted": 0}
    tables = {rollup: list(rows)}
    if rollup is Rollup.POST_DAY:
        tables[Rollup.POST_LATEST] = [
            {"account_id": str(account), "post_id": post} for account in ACCOUNTS for post in ("p1", "p2", "p3")
        ]
    for table, lines in tables.items():
        block = "\n".join(json.dumps({**marks, **line}) for line in lines)
        await client.raw_insert(table, insert_block=block, fmt="JSONEachRow")
    return workspace


def same(found: object, expected: naive.Value) -> bool:
    if found is None or expected is None:
        return found is expected
    return bool(found == pytest.approx(expected, rel=1e-9, abs=1e-12))


ROLLUPS = pytest.mark.parametrize("rollup", LEAVES)
EXAMPLES = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@ROLLUPS
@EXAMPLES
@given(data=st.data())
async def test_any_formula_over_any_rows_is_what_the_rules_say(
    empty: AsyncClient, rollup: Rollup, data: st.DataObject
) -> None:
    rows, expressions = data.draw(cases(rollup))
    workspace = await filled(empty, rollup, rows)
    metrics = [metric_of(one) for one in expressions]
    day = f"toDate(assumeNotNull({DAY[rollup]})) AS day"

    over = [f"{over_rows(metric, rollup, over_days=True)} AS m{place}" for place, metric in enumerate(metrics)]
    (found,) = await asked(empty, workspace, select(over, rows_in_range(rollup)))
    expected = [naive.over_rows(one, LEAVES[rollup], rows) for one in expressions]
    assert [*map(same, found, expected)] == [True] * len(metrics), (expressions, found, expected)

    by_day = [f"{over_rows(metric, rollup, over_days=False)} AS m{place}" for place, metric in enumerate(metrics)]
    series = await asked(empty, workspace, select([day, *by_day], rows_in_range(rollup), "GROUP BY day"))
    groups = naive.grouped(rows, DAY[rollup])
    assert {line[0] for line in series} == {str(one) for one in groups}
    for on, *cells in series:
        expected = [naive.over_rows(one, LEAVES[rollup], groups[date.fromisoformat(str(on))]) for one in expressions]
        assert [*map(same, cells, expected)] == [True] * len(metrics), (on, expressions, cells, expected)


@ROLLUPS
@EXAMPLES
@given(data=st.data())
async def test_a_formula_of_one_row_is_worked_out_from_its_cells(
    empty: AsyncClient, rollup: Rollup, data: st.DataObject
) -> None:
    rows, expressions = data.draw(cases(rollup))
    workspace = await filled(empty, rollup, rows)
    key = ["account_id", DAY[rollup]] if rollup is Rollup.ACCOUNT_DAY else ["account_id", "post_id"]
    key += ["day"] if rollup is Rollup.POST_DAY else []
    cells = [f"{of_row(metric_of(one), rollup)} AS m{place}" for place, one in enumerate(expressions)]
    found = await asked(empty, workspace, select([*key, *cells], rows_in_range(rollup)))
    by_key = {tuple(str(row[name]) for name in key): row for row in rows}
    assert len(found) == len(rows)
    for line in found:
        row = by_key[tuple(map(str, line[: len(key)]))]
        expected = [naive.of_row(one, LEAVES[rollup], row) for one in expressions]
        assert [*map(same, line[len(key) :], expected)] == [True] * len(expressions), (row, expressions, line)


@ROLLUPS
@EXAMPLES
@given(data=st.data())
async def test_the_terms_of_a_formula_add_up_to_what_it_is_worked_out_from(
    empty: AsyncClient, rollup: Rollup, data: st.DataObject
) -> None:
    whole = [slug for slug in sorted(LEAVES[rollup]) if isinstance(measure_of(slug, rollup), Sum | Count | Total)]
    rows, expression = data.draw(row_lists(rollup)), data.draw(formulas(whole))
    workspace = await filled(empty, rollup, rows)
    terms = [measured(Term(slug, Formula(expression))) for slug in refs(expression)]
    days = [over_rows(term, rollup, over_days=False) for term in terms]
    each = [of_row(term, rollup) for term in terms]
    (over,) = await asked(empty, workspace, select(days, rows_in_range(rollup)))
    by_day = await asked(empty, workspace, select(days, rows_in_range(rollup), f"GROUP BY toDate({DAY[rollup]})"))
    by_row = await asked(empty, workspace, select(each, rows_in_range(rollup)))
    for groups in (by_day, by_row):
        assert added_up(groups, len(terms)) == [pytest.approx(value or 0) for value in over], (expression, rows)
    values = {
        slug: None if value is None else float(str(value)) for slug, value in zip(refs(expression), over, strict=True)
    }
    expected = naive.over_rows(expression, LEAVES[rollup], rows)
    assert same(naive.finite(naive.worked_out(expression, values)), expected), (expression, values)


def measure_of(slug: str, rollup: Rollup) -> Measure:
    return measure_over(catalog().metrics[slug], rollup)


def added_up(rows: Sequence[Sequence[object]], columns: int) -> list[float]:
    return [sum(float(str(row[place])) for row in rows if row[place] is not None) for place in range(columns)]


async def test_a_state_is_the_one_of_the_last_day_on_which_all_parts_are_known(empty: AsyncClient) -> None:
    first, second = map(str, ACCOUNTS)
    rows: list[dict[str, object]] = [
        {"account_id": first, "day": "2026-03-01", "video_views": 6, "followers": 90},
        {"account_id": first, "day": "2026-03-02", "video_views": 4, "followers": 100},
        {"account_id": first, "day": "2026-03-03", "video_views": None, "followers": 110},
        {"account_id": second, "day": "2026-03-02", "video_views": None, "followers": 50},
    ]
    workspace = await filled(empty, Rollup.ACCOUNT_DAY, rows)
    per_view = metric_of(Operation(Sign.OVER, MetricRef("followers"), MetricRef("video_views")))
    cell = over_rows(per_view, Rollup.ACCOUNT_DAY, over_days=True)
    # Neither the day without views nor the account without any lends its followers.
    assert await asked(empty, workspace, select([cell], rows_in_range(Rollup.ACCOUNT_DAY))) == [[10.0]]


VIEWS, ENGAGEMENT = MetricRef("video_views"), MetricRef("engagement")
RATE = Operation(Sign.OVER, ENGAGEMENT, VIEWS)


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (Operation(Sign.TIMES, RATE, Number(100)), "engagement / video_views * 100"),
        (
            Operation(Sign.OVER, ENGAGEMENT, Operation(Sign.TIMES, VIEWS, Number(0.5))),
            "engagement / (video_views * 0.5)",
        ),
        (Operation(Sign.MINUS, VIEWS, Operation(Sign.PLUS, VIEWS, Number(1))), "video_views - (video_views + 1)"),
        (Negate(Operation(Sign.PLUS, VIEWS, Number(1e-7))), "-(video_views + 0.0000001)"),
        (Operation(Sign.TIMES, Negate(VIEWS), Negate(Negate(Number(1e15)))), "-video_views * -(-1000000000000000)"),
    ],
)
def test_a_formula_is_written_with_no_more_parentheses_than_it_needs(expression: Expression, text: str) -> None:
    assert written(expression) == text


def test_a_formula_over_a_formula_becomes_one() -> None:
    percent = Operation(Sign.TIMES, MetricRef("custom_rate"), Number(100))
    inlined = replaced(percent, {"custom_rate": RATE})
    assert written(inlined) == "engagement / video_views * 100"
    assert refs(inlined) == ("engagement", "video_views")
    assert len([*nodes(inlined)]) == 5


def test_people_do_not_add_up_in_a_formula_either() -> None:
    reach = metric_of(Operation(Sign.OVER, ENGAGEMENT, MetricRef("post_reach")))
    assert [metric.slug for metric, _ in catalog().alone(reach, Rollup.POST_LATEST)] == ["post_reach"]
    assert [*catalog().alone(metric_of(RATE), Rollup.ACCOUNT_DAY)] == []
    with pytest.raises(ValueError, match="post_reach stands alone"):
        over_rows(reach, Rollup.POST_LATEST, over_days=False)


@pytest.mark.parametrize(
    ("slug", "dimension", "reason"),
    [
        ("post_reach", "label", "Custom by Label: a person who saw two posts would count twice"),
        ("video_views", "country", "Custom by Country: TikTok gives demographics as shares"),
        ("followers", "country", "Custom by Country: TikTok gives demographics as shares"),
        ("net_followers", "age", "Custom by Age: TikTok gives the make-up of all followers"),
    ],
)
def test_what_nobody_can_tell_of_a_part_nobody_can_of_the_formula(slug: str, dimension: str, reason: str) -> None:
    found = catalog().refusal(metric_of(MetricRef(slug)), catalog().dimensions[dimension])
    assert found is not None
    assert found.startswith(reason)


def test_a_formula_says_in_words_how_it_is_got() -> None:
    assert formula(catalog(), Formula(Operation(Sign.TIMES, RATE, Number(100)))) == "Engagement ÷ Video Views × 100"
    assert rolls_up(Formula(RATE)).startswith("each part over the rows where all are known")

"""A metric over a field that is there is one row and `make generate`: a copy of the tree gets one and answers by it."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest

from common.catalog import catalog

from .tree import Copy, copy_tree

ROWS = "libs/common/common/catalog/metrics/clicks.py"
# Lead forms, as those of the account's days and of posts; shown wherever columns are shared.
ROW = """    Metric(
        slug="leads_anywhere",
        name="Leads Anywhere",
        tiktok_name="Leads",
        meaning="Lead forms handed in, on the profile or behind a post.",
        kind=Kind.INTEGER,
        unit=Unit.COUNT,
        activity=Sum("lead_submissions"),
        published=Sum("lead_submissions"),
        growth=Sum("lead_submissions"),
        shown_in=(ColumnSet.A_POST, ColumnSet.POSTS, ColumnSet.DAYS, ColumnSet.GROWTH, ColumnSet.FIGURES),
        differs="None expected.",
    ),
"""
GENERATED = {
    "contracts/catalog.json",
    "docs/reference/fields.md",
    "docs/reference/metrics.md",
    "docs/reference/widgets.md",
    "libs/common/tests/golden/cluster/views.sql",
    "web/src/model/metricNames.json",
}
PACKAGES = ("common", "metrics_aggregator", "query_api")
FILE_OF = "import importlib, sys; print(*(importlib.import_module(name).__file__ for name in sys.argv[1:]), sep='\\n')"
COLUMNS = """
from common.catalog import catalog
from query_api.domain.columns import columns_of
from query_api.domain.served import served_widgets
print(*(column.name for column in columns_of(catalog().columns(served_widgets()["post_explorer"]))))
"""
LABEL = str(UUID(int=3))
DATABASE = "grown"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    copy = copy_tree(tmp_path_factory.mktemp("tree"))
    copy.append(ROW, to=ROWS)
    copy.python("contracts/generate.py")
    return copy


def post(post_id: str, media_type: str, created: int, observed_at: str, leads: int | None) -> Mapping[str, object]:
    values = {"media_type": media_type, "create_time": created, "lead_submissions": leads}
    return {"post_id": post_id, "observed_at": observed_at, "values": values}


# 1 March 2026, 0:00 UTC.
MARCH = 1_772_323_200
SAID = {
    "metric": "leads_anywhere",
    "posts": [
        # Listed within 24 hours of its publishing: it grew from 0.
        post("new", "VIDEO", MARCH, "2026-03-01T12:00:00Z", 3),
        post("new", "VIDEO", MARCH, "2026-03-02T12:00:00Z", 5),
        # Listed later: it grew from its first closing.
        post("old", "PHOTO", MARCH - 864_000, "2026-03-01T12:00:00Z", 10),
        post("old", "PHOTO", MARCH - 864_000, "2026-03-02T12:00:00Z", 11),
        # TikTok says nothing.
        post("silent", "PHOTO", MARCH, "2026-03-01T12:00:00Z", None),
    ],
    "profiles": [
        {
            "observed_at": "2026-03-05T12:00:00Z",
            "profile": {},
            "days": [
                {"date": "2026-03-01", "values": {"lead_submissions": 7}},
                {"date": "2026-03-02", "values": {"lead_submissions": None}},
                {"date": "2026-03-03", "values": {"lead_submissions": 2}},
            ],
        }
    ],
    "labels": {"new": LABEL},
}
ANSWERS: Mapping[str, Mapping[str, int | None]] = {
    "widget_post_explorer": {"new": 5, "old": 11, "silent": None},
    "widget_channel_explorer": {"tiktok": 16},
    "widget_channel_explorer_totals": {"": 16},
    "widget_account_explorer": {"": 16},
    "widget_account_explorer_totals": {"": 16},
    "widget_format_explorer": {"video": 5, "photo": 11},
    "widget_format_explorer_totals": {"": 16},
    "widget_label_explorer": {LABEL: 5},
    "widget_label_explorer_totals": {"": 5},
    "widget_channel_explorer_activity": {"tiktok": 9},
    "widget_channel_explorer_activity_totals": {"": 9},
    "widget_account_explorer_activity": {"": 9},
    "widget_account_explorer_activity_totals": {"": 9},
    "widget_format_explorer_activity": {"video": 5, "photo": 1},
    "widget_format_explorer_activity_totals": {"": 6},
    "widget_label_explorer_activity": {LABEL: 5},
    "widget_label_explorer_activity_totals": {"": 5},
    "widget_scorecard": {"": 9},
}


def test_the_tree_has_no_such_metric_yet() -> None:
    assert "leads_anywhere" not in catalog().metrics


def test_it_is_the_copys_code_that_runs(copy: Copy) -> None:
    files = copy.python("-c", FILE_OF, *PACKAGES).splitlines()
    assert len(files) == len(PACKAGES)
    assert all(file.startswith(str(copy.folder)) for file in files)


def test_nothing_else_differs_from_the_tree_than_the_row_and_what_is_generated(copy: Copy) -> None:
    assert copy.changed() == {ROWS, *GENERATED}
    assert copy.added_lines(ROWS) == ROW.splitlines()


def test_what_is_generated_is_current_and_the_catalogs_rules_hold(copy: Copy) -> None:
    copy.python("contracts/generate.py", "--check")
    copy.python("-m", "pytest", "--quiet", "-p", "no:cacheprovider", "libs/common/tests/test_catalog.py")


def test_papers_page_and_api_name_it(copy: Copy) -> None:
    assert "## leads_anywhere\n" in (copy.folder / "docs/reference/metrics.md").read_text()
    exported = json.loads((copy.folder / "contracts/catalog.json").read_text())
    assert "leads_anywhere" in {metric["slug"] for metric in exported["metrics"]}
    names = json.loads((copy.folder / "web/src/model/metricNames.json").read_text())
    assert names["leads_anywhere"] == {"name": "Leads Anywhere", "tiktok": "Leads"}
    assert copy.python("-c", COLUMNS).split()[-1] == "leads_anywhere"


async def test_every_widget_that_shows_it_answers_from_facts(copy: Copy, clickhouse: str) -> None:
    warehouse = {"TOA_CLICKHOUSE_URL": clickhouse, "TOA_CLICKHOUSE_DATABASE": DATABASE}
    copy.python("-m", "common", "migrate", **warehouse)
    answered: Mapping[str, Any] = json.loads(
        copy.python("tests/architecture/widget_answers.py", given=json.dumps(SAID), **warehouse)
    )
    assert answered == {f"{view}{end}": rows for view, rows in ANSWERS.items() for end in ("", "_known")}

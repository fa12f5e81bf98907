"""Fields that TikTok begins to give are a row each, a metric over them one more, and the rest is written: a warehouse
that runs is brought forward by the migration, and what comes in afterwards is shown.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from clickhouse_connect.driver.exceptions import DatabaseError

from common.events import PostSnapshotV1
from common.warehouse.client import INSERT_SETTINGS, connect
from common.warehouse.migrate import migrations

from .tree import ROOT, Copy, copy_tree

FIELDS = "libs/common/common/catalog/fields.py"
METRICS = "libs/common/common/catalog/metrics/visits.py"
# Row → the one that it stands before.
NEW = {
    '    _counter("playlist_saves", scope=_VIDEO),\n': '    _breakdown("video_view_retention", "second"),\n',
    '    _daily("playlist_saves"),\n': '    Field(\n        name="audience_activity",\n',
    '    _profile("playlists_count", Kind.INTEGER, _STATS),\n': '    _audience("audience_ages", "age"),\n',
}
ROW = """    Metric(
        slug="playlist_saves_anywhere",
        name="Playlist Saves",
        tiktok_name=None,
        meaning="Times a post was put into somebody's playlist; now, how many playlists the profile has.",
        kind=Kind.INTEGER,
        unit=Unit.COUNT,
        activity=Sum("playlist_saves"),
        published=Sum("playlist_saves"),
        growth=Sum("playlist_saves"),
        current=Last("playlists_count"),
        shown_in=(ColumnSet.A_POST, ColumnSet.POSTS, ColumnSet.DAYS, ColumnSet.GROWTH, ColumnSet.FIGURES),
        differs="None expected.",
    ),
"""
WRITTEN = f"{len(migrations()) + 1:04}_playlist_saves.sql"
DATABASE = "brought_forward"
# 1 March 2026, 0:00 UTC.
MARCH = 1_772_323_200
# A snapshot that no event could be: the landing table alone is asked.
NEGATIVE = (
    PostSnapshotV1(
        workspace_id=UUID(int=1),
        account_id=UUID(int=2),
        observed_at=datetime(2026, 3, 3, tzinfo=UTC),
        recorded_at=datetime(2026, 3, 3, tzinfo=UTC),
        field_set="full.v1",
        post_id="3",
        values={"likes": 1},
    )
    .model_dump_json()
    .replace('"likes":1', '"playlist_saves":-1')
)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    copy = copy_tree(tmp_path_factory.mktemp("tree"))
    for row, before in NEW.items():
        copy.insert(row, before=before, to=FIELDS)
    copy.append(ROW, to=METRICS)
    copy.insert("Last, ", before="Sum\n", to=METRICS)
    assert copy.python("-m", "common", "migration", "playlist_saves") == f"migration: wrote {WRITTEN}\n"
    copy.python("contracts/generate.py")
    return copy


def said(
    observed_at: str, posts: Mapping[str, Mapping[str, object]], profile: Mapping[str, object], **day: object
) -> Mapping[str, object]:
    """Of posts published on 1 March, and of that day."""
    values = {post_id: {"create_time": MARCH, "media_type": "VIDEO", **given} for post_id, given in posts.items()}
    days = [{"date": "2026-03-01", "values": day}]
    return {
        "posts": [{"post_id": one, "observed_at": observed_at, "values": given} for one, given in values.items()],
        "profiles": [{"observed_at": observed_at, "profile": profile, "days": days}],
        "labels": {},
    }


def answers(tree: Copy, metric: str, given: Mapping[str, object], **warehouse: str) -> Mapping[str, Any]:
    told = tree.python(
        "tests/architecture/widget_answers.py", given=json.dumps({"metric": metric, **given}), **warehouse
    )
    return dict(json.loads(told))


def test_what_is_written_by_hand_are_the_rows(copy: Copy) -> None:
    changed = copy.changed()
    assert {name for name in changed if name.endswith(".py")} == {FIELDS, METRICS}
    assert copy.added_lines(FIELDS) == [row.removesuffix("\n") for row in reversed(NEW)]
    assert f"libs/common/common/warehouse/migrations/{WRITTEN}" in changed
    assert copy.python("-m", "common", "migration", "once_more") == "migration: nothing to do\n"
    copy.python("-m", "pytest", "--quiet", "-p", "no:cacheprovider", "libs/common/tests/test_catalog.py")


async def test_a_running_warehouse_is_brought_forward_and_shows_new_fields(copy: Copy, clickhouse: str) -> None:
    warehouse = {"TOA_CLICKHOUSE_URL": clickhouse, "TOA_CLICKHOUSE_DATABASE": DATABASE}
    tree = Copy(ROOT)
    tree.python("-m", "common", "migrate", **warehouse)
    before = said("2026-03-01T12:00:00Z", {"1": {"favorites": 2}, "2": {"favorites": 1}}, {"videos_count": 2})
    assert answers(tree, "a metric that no widget shows", before, **warehouse) == {}

    migrated = copy.python("-m", "common", "migrate", **warehouse)
    assert migrated == "migrate: applied playlist_saves\n"
    after = said("2026-03-02T12:00:00Z", {"1": {"playlist_saves": 7}}, {"playlists_count": 4}, playlist_saves=9)
    told = answers(copy, "playlist_saves_anywhere", after, **warehouse)
    assert told["widget_post_explorer"] == {"1": 7, "2": None}
    assert told["widget_account_explorer_totals"] == told["widget_format_explorer_activity_totals"] == {"": 7}
    assert told["widget_account_explorer_activity"] == told["widget_scorecard"] == {"": 9}
    assert {view for view, rows in told.items() if rows != told.get(f"{view}_known", rows)} == set()

    client = await connect(clickhouse, database=DATABASE)
    posts = await client.query("SELECT post_id, favorites, playlist_saves FROM post_latest FINAL ORDER BY post_id")
    assert list(posts.result_rows) == [("1", 2, 7), ("2", 1, None)]
    profiles = await client.query("SELECT videos_count, playlists_count FROM account_facts FINAL ORDER BY observed_at")
    assert list(profiles.result_rows) == [(2, None), (None, 4)]
    with pytest.raises(DatabaseError, match="counters_are_not_negative"):
        await client.raw_insert(
            "landing_post_snapshots", insert_block=NEGATIVE, fmt="JSONEachRow", settings=dict(INSERT_SETTINGS)
        )
    await client.close()

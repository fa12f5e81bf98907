"""`verify` finds what is wrong and nothing else; `rebuild` puts it right while everything runs and readers read."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from common.events import ProfileDay

from .commands import run_command, started
from .conftest import Rig
from .snapshots import NOON, Source

SOON = timedelta(seconds=180)
POSTS = {"a": 10, "b": 20, "c": 30}
DAYS = (date(2026, 2, 26), date(2026, 2, 27), date(2026, 2, 28))
LEFT_OVER = "SELECT count() FROM system.tables WHERE database = currentDatabase() AND name LIKE '%rebuild%'"


async def account_with_numbers(rig: Rig) -> Source:
    source = Source.new()
    days = [ProfileDay(date=day, values={"video_views": 7, "likes": None}) for day in DAYS]
    posts = [source.post(post, {"likes": likes, "reach": None}) for post, likes in POSTS.items()]
    await rig.publisher.publish([*posts, source.profile({"followers_count": 110}, days)])
    await source.wait_for_likes(rig.warehouse, POSTS, within=SOON)
    async with asyncio.timeout(SOON.total_seconds()):
        # The observation's own day makes the grid one longer.
        while await day_rows(rig, source) != len(DAYS) + 1:
            await asyncio.sleep(0.05)
    return source


async def day_rows(rig: Rig, source: Source) -> int:
    result = await rig.warehouse.query(
        "SELECT count() FROM account_day FINAL WHERE account_id = {a:UUID}", parameters={"a": source.account_id}
    )
    ((count,),) = result.result_rows
    return int(count)


async def facts_of_posts(rig: Rig) -> int:
    ((count,),) = (await rig.warehouse.query("SELECT count() FROM post_facts")).result_rows
    return int(count)


async def write_over(rig: Rig, source: Source, table: str, *, where: str, put: str) -> None:
    """Store rows of `table` once more with other values, as a mistake in a program would."""
    await rig.warehouse.command(
        f"INSERT INTO {table} SELECT * REPLACE ({put}, version + 1 AS version) "
        f"FROM (SELECT * FROM {table} FINAL WHERE account_id = {{a:UUID}} AND {where})",
        parameters={"a": source.account_id},
    )


async def corrupt(rig: Rig, source: Source) -> None:
    await write_over(rig, source, "post_latest", where="post_id = 'a'", put="likes + 1 AS likes")
    await write_over(rig, source, "post_latest", where="post_id = 'b'", put="0 AS reach")
    await write_over(rig, source, "post_latest", where="post_id = 'a'", put="'ghost' AS post_id, 10 AS likes")
    await write_over(rig, source, "post_latest", where="post_id = 'c'", put="1 AS is_deleted")
    await write_over(rig, source, "account_day", where="day = '2026-02-27'", put="toDate('2026-03-09') AS day")
    await write_over(rig, source, "account_day", where="day = '2026-02-27'", put="1 AS is_deleted")


def found(row: Mapping[str, object]) -> tuple[object, ...]:
    key = row["key"]
    assert isinstance(key, dict)
    thing = key.get("post_id") or key["day"]
    return (row["rollup"], row["kind"], thing, row.get("column"), row.get("stored"), row.get("recomputed"))


async def test_verify_finds_five_corruptions_and_nothing_else_and_rebuild_puts_them_right(rig: Rig) -> None:
    source, other = await account_with_numbers(rig), await account_with_numbers(rig)
    healthy = await run_command(rig, "verify")
    assert (healthy.status, healthy.lines) == (0, []), healthy.errors
    await corrupt(rig, source)
    done = await run_command(rig, "verify")
    assert done.status == 1, done.errors
    rows = [json.loads(line) for line in done.lines]
    assert {row["key"]["account_id"] for row in rows} == {str(source.account_id)}
    assert {found(row) for row in rows} == {
        ("post_latest", "changed", "a", "likes", "11", "10"),
        ("post_latest", "changed", "b", "reach", "0", None),
        ("post_latest", "surplus", "ghost", None, None, None),
        ("post_latest", "missing", "c", None, None, None),
        ("account_day", "surplus", "2026-03-09", None, None, None),
        ("account_day", "missing", "2026-02-27", None, None, None),
    }
    assert len(rows) == 6
    assert (await run_command(rig, "verify", "--account", str(other.account_id))).status == 0
    only_days = await run_command(rig, "verify", "--account", str(source.account_id), "--rollup", "account_day")
    assert (only_days.status, len(only_days.lines)) == (1, 2)
    rebuilt = await run_command(rig, "rebuild")
    assert rebuilt.status == 0, rebuilt.errors
    assert await source.likes(rig.warehouse) == POSTS
    again = await run_command(rig, "verify")
    assert (again.status, again.lines) == (0, []), again.errors


async def test_readers_and_snapshots_go_on_during_a_rebuild(rig: Rig) -> None:
    still, moving = await account_with_numbers(rig), await account_with_numbers(rig)
    sent, facts = 0, await facts_of_posts(rig)
    async with started(rig, "rebuild", "--facts-at-once", str(facts // 10)) as process:
        ended = asyncio.ensure_future(process.communicate())
        while not ended.done():
            sent += 1
            at = NOON + timedelta(minutes=sent)
            await rig.publisher.publish([moving.post(post, {"likes": sent}, at=at) for post in POSTS])
            assert await still.likes(rig.warehouse) == POSTS
            assert await day_rows(rig, still) == len(DAYS) + 1
        out, errors = ended.result()
    assert process.returncode == 0, errors.decode()
    assert sent > 1
    for rollup in ("account_day", "post_latest"):
        assert f"{rollup}: exchanged; readers see the new table" in out.decode()
    await moving.wait_for_likes(rig.warehouse, dict.fromkeys(POSTS, sent), within=SOON)
    done = await run_command(rig, "verify")
    assert (done.status, done.lines) == (0, []), done.errors


async def test_a_rebuild_killed_in_the_middle_changes_nothing_and_can_be_run_again(rig: Rig) -> None:
    source, _ = await account_with_numbers(rig), await account_with_numbers(rig)
    await write_over(rig, source, "post_latest", where="post_id = 'a'", put="99 AS likes")
    async with started(rig, "rebuild", "--rollup", "post_latest", "--facts-at-once", "1") as process:
        assert process.stdout is not None
        assert (await process.stdout.readline()).startswith(b"post_latest: filled 1 of ")
        process.kill()
    assert (await rig.warehouse.query(LEFT_OVER)).result_rows == [(1,)]
    assert await source.likes(rig.warehouse) == {**POSTS, "a": 99}
    done = await run_command(rig, "rebuild", "--rollup", "post_latest")
    assert done.status == 0, done.errors
    assert (await rig.warehouse.query(LEFT_OVER)).result_rows == [(0,)]
    assert await source.likes(rig.warehouse) == POSTS


async def test_a_warehouse_that_is_away_is_told_in_one_line(rig: Rig) -> None:
    nowhere = replace(rig, clickhouse="http://user:hunter2@127.0.0.1:9")
    done = await run_command(nowhere, "verify")
    assert (done.status, done.lines) == (2, [])
    assert done.errors.startswith("metrics-aggregator: ")
    assert done.errors.count("\n") == 1
    assert "hunter2" not in done.errors

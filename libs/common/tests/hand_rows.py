"""A few days and posts of three accounts in one workspace, and of one of them in another: to be added up by hand.

days       views  likes comments shares  followers  net
A  1 March   100     10        2      1       1000    5   (7 new, 2 lost, 3 profile views)
A  2 March     –      5        1      0       1004    4
A  3 March    50      4        –      2          –    –
B  1 March    10      1        0      0        200    –
B  3 March     0      0        0      0        190  -10
D  2 March     7      –        –      –          –    –   (another channel)
A 28 February, 5 March: 500 each                           (before and after the range)

posts      published       format  likes comments shares  views reach  complete  play time  length
p1 A  Sun 1 March 08:30    video      10        2      3    300   200       0.5        900      10   (1 favorite)
p2 A  Sun 1 March 23:30    video       1        0      0      –    20         –         40      20
p3 A  Tue 3 March 08:10    photo       4        –      1    100     –         –          –       –
p4 B  Sun 1 March 08:59    video       5        0      0    100   100       0.1        100      30
p5 B  unknown              video      50       50     50
p6 B  Thu 5 March 00:00    video      60       60     60    (the moment after the range)
p9 B  Sat 28 February      video      70       70     70    (a second before the range)
p7 D  Mon 2 March 12:00    unknown     –        –      –      –     –         –          –       –
p8 A  Sun 1 March 00:00    video     100      100    100  10000       (gone since 4 March)

labels     revision                              growth            views likes comments shares reach play time
p1 A       2 (seen last)  red                    p1 A 28 February   1000  1000     1000   1000
p1 A       3              red, blue              p1 A  1 March        10     2        1      0     8        30
p2 A       0 (seen last)  none
p2 A       1              red, red               p1 A  2 March        -4    -1        0      0     1         0
p3 A       1              red                    p2 A  2 March         –     3        –      1     –         5
p3 A       2              none                   p3 A  3 March         5     1        0      0     –         –
p4 B       1              blue                   p4 B  4 March         –     –        –      –     –         –
p6, p9 B   1              red                    p5 B  3 March         7     0        0      0     –         –
p8 A       1              red                    p8 A  2 March       100    10       10     10
                                                 p1 A  5 March      1000  1000     1000   1000
Of plans, p1 and p4 have spring. Nobody asks for account E, which has a huge row of each. Of A there is an older version
of a row in each rollup, huge too.
"""

import json
from collections.abc import Mapping, Sequence
from uuid import UUID

from clickhouse_connect.driver.asyncclient import AsyncClient

WORKSPACE, OTHER = UUID(int=1), UUID(int=2)
# Of two shards, B is on the first.
A, B, D, E = UUID(int=10), UUID(int=14), UUID(int=12), UUID(int=13)
RED, BLUE, SPRING = UUID(int=20), UUID(int=21), UUID(int=22)

Row = Mapping[str, object]


def _day(account: UUID, day: str, reactions: Sequence[int | None], more: Row | None = None) -> Row:
    names = ("video_views", "likes", "comments", "shares", "followers", "net_followers")
    counted = dict(zip(names, reactions, strict=False))
    return {"account_id": str(account), "day": f"2026-{day}", **counted, **(more or {})}


def _post(post_id: str, account: UUID, published: str | None, more: Row) -> Row:
    moment = f"2026-{published}" if published else None
    return {"account_id": str(account), "post_id": post_id, "published_at": moment, **more}


def _video(likes: int, comments: int, shares: int) -> Row:
    return {"format": "video", "likes": likes, "comments": comments, "shares": shares}


def _growth(post_id: str, account: UUID, day: str, gained: Sequence[int | None]) -> Row:
    names = ("video_views", "likes", "comments", "shares", "reach", "total_time_watched")
    counted = dict(zip(names, gained, strict=False))
    return {"account_id": str(account), "post_id": post_id, "day": f"2026-{day}", **counted}


def _labels(
    post_id: str, account: UUID, revision: int, day: str, ids: Sequence[UUID], plans: Sequence[UUID] = ()
) -> Row:
    moment = f"2026-03-{day} 00:00:00"
    return {
        "account_id": str(account),
        "post_id": post_id,
        "observed_at": moment,
        "recorded_at": moment,
        "source": "workspace",
        "label_ids": [str(label) for label in ids],
        "plan_ids": [str(plan) for plan in plans],
        "revision": revision,
    }


DAYS = (
    _day(
        A, "03-01", (100, 10, 2, 1, 1000, 5), {"daily_new_followers": 7, "daily_lost_followers": 2, "profile_views": 3}
    ),
    _day(A, "03-02", (None, 5, 1, 0, 1004, 4)),
    _day(A, "03-03", (50, 4, None, 2)),
    _day(B, "03-01", (10, 1, 0, 0, 200)),
    _day(B, "03-03", (0, 0, 0, 0, 190, -10)),
    _day(D, "03-02", (7,), {"channel": "other"}),
    _day(A, "02-28", (500,) * 6),
    _day(A, "03-05", (500,) * 6),
)
_P1 = {"video_views": 300, "reach": 200, "full_video_watched_rate": 0.5, "total_time_watched": 900, "favorites": 1}
_P4 = {"video_views": 100, "reach": 100, "full_video_watched_rate": 0.1, "total_time_watched": 100}
POSTS = (
    _post("p1", A, "03-01 08:30:00", {**_video(10, 2, 3), **_P1, "video_duration": 10}),
    _post("p2", A, "03-01 23:30:00", {**_video(1, 0, 0), "reach": 20, "total_time_watched": 40, "video_duration": 20}),
    _post("p3", A, "03-03 08:10:00", {"format": "photo", "likes": 4, "shares": 1, "video_views": 100}),
    _post("p4", B, "03-01 08:59:00", {**_video(5, 0, 0), **_P4, "video_duration": 30}),
    _post("p5", B, None, _video(50, 50, 50)),
    _post("p6", B, "03-05 00:00:00", _video(60, 60, 60)),
    _post("p9", B, "02-28 23:59:59", _video(70, 70, 70)),
    _post("p7", D, "03-02 12:00:00", {"channel": "other"}),
    _post(
        "p8", A, "03-01 00:00:00", {**_video(100, 100, 100), "video_views": 10_000, "gone_at": "2026-03-04 06:00:00"}
    ),
)
GROWTH = (
    _growth("p1", A, "02-28", (1000, 1000, 1000, 1000)),
    _growth("p1", A, "03-05", (1000, 1000, 1000, 1000)),
    _growth("p1", A, "03-01", (10, 2, 1, 0, 8, 30)),
    _growth("p1", A, "03-02", (-4, -1, 0, 0, 1, 0)),
    _growth("p2", A, "03-02", (None, 3, None, 1, None, 5)),
    _growth("p3", A, "03-03", (5, 1, 0, 0)),
    _growth("p4", B, "03-04", ()),
    _growth("p5", B, "03-03", (7, 0, 0, 0)),
    _growth("p8", A, "03-02", (100, 10, 10, 10)),
)
LABELS = (
    _labels("p1", A, 2, "05", (RED,)),
    _labels("p1", A, 3, "04", (RED, BLUE), (SPRING,)),
    _labels("p2", A, 0, "05", ()),
    _labels("p2", A, 1, "04", (RED, RED)),
    _labels("p3", A, 1, "04", (RED,), (SPRING,)),
    _labels("p3", A, 2, "05", ()),
    _labels("p4", B, 1, "04", (BLUE,), (SPRING,)),
    _labels("p6", B, 1, "04", (RED,)),
    _labels("p9", B, 1, "04", (RED,)),
    _labels("p8", A, 1, "04", (RED,)),
)
_HUGE = 10**6
ELSEWHERE_DAYS = (_day(A, "03-01", (_HUGE,) * 6),)
ELSEWHERE_GROWTH = (_growth("p1", A, "03-01", (_HUGE,) * 6),)
ELSEWHERE_LABELS = (_labels("p1", A, 9, "05", (BLUE,)), _labels("p3", A, 9, "05", (BLUE,)))
ELSEWHERE_POSTS = (_post("p1", A, "03-01 08:30:00", {**_video(_HUGE, _HUGE, _HUGE), "video_views": _HUGE}),)


async def fill(client: AsyncClient) -> None:
    """The rows above, and huge ones of account A in the other workspace, where p1 and p3 have the label blue."""
    tables = ("account_day", "post_latest", "post_day", "label_facts")
    given = {
        WORKSPACE: (DAYS, POSTS, GROWTH, LABELS),
        OTHER: (ELSEWHERE_DAYS, ELSEWHERE_POSTS, ELSEWHERE_GROWTH, ELSEWHERE_LABELS),
    }
    for workspace, rows_of_tables in given.items():
        for table, rows in zip(tables, rows_of_tables, strict=True):
            await _insert(client, table, workspace, rows)
    for table, (row,) in zip(tables[:3], (ELSEWHERE_DAYS, ELSEWHERE_POSTS, ELSEWHERE_GROWTH), strict=True):
        await _insert(client, table, WORKSPACE, [{**row, "version": 0}, {**row, "account_id": str(E)}])
    await _insert(client, "label_facts", WORKSPACE, [_labels("p1", E, 1, "04", (RED,))])


async def _insert(client: AsyncClient, table: str, workspace: UUID, rows: Sequence[Row]) -> None:
    marks = {"version": 1, "is_deleted": 0} if table != "label_facts" else {}
    common = {"workspace_id": str(workspace), "channel": "tiktok", **marks}
    lines = "\n".join(json.dumps({**common, **row}) for row in rows)
    await client.raw_insert(table, insert_block=lines, fmt="JSONEachRow")

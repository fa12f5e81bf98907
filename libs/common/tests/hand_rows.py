"""A few days and posts of three accounts in one workspace, and of one of them in another: to be added up by hand.

days       views  likes comments shares  followers  net
A  1 March   100     10        2      1       1000    5   (7 new, 2 lost, 3 profile views)
A  2 March     –      5        1      0       1004    4
A  3 March    50      4        –      2          –    –
B  1 March    10      1        0      0        200    –
B  3 March     0      0        0      0        190  -10
D  2 March     7      –        –      –          –    –   (another channel)

posts      published       format  likes comments shares  views reach  complete  play time  length
p1 A  Sun 1 March 08:30    video      10        2      3    300   200       0.5        900      10   (1 favorite)
p2 A  Sun 1 March 23:30    video       1        0      0      –    20         –         40      20
p3 A  Tue 3 March 08:10    photo       4        –      1    100     –         –          –       –
p4 B  Sun 1 March 08:59    video       5        0      0    100   100       0.1        100      30
p5 B  unknown              video      50       50     50
p6 B  Tue 10 March 08:00   video      60       60     60    (after the range)
p7 D  Mon 2 March 12:00    unknown     –        –      –      –     –         –          –       –
"""

import json
from collections.abc import Mapping, Sequence
from uuid import UUID

from clickhouse_connect.driver.asyncclient import AsyncClient

WORKSPACE, OTHER = UUID(int=1), UUID(int=2)
A, B, D = UUID(int=10), UUID(int=11), UUID(int=12)

Row = Mapping[str, object]


def _day(account: UUID, day: int, reactions: Sequence[int | None], more: Row | None = None) -> Row:
    names = ("video_views", "likes", "comments", "shares", "followers", "net_followers")
    counted = dict(zip(names, reactions, strict=False))
    return {"account_id": str(account), "day": f"2026-03-{day:02}", **counted, **(more or {})}


def _post(post_id: str, account: UUID, published: str | None, more: Row) -> Row:
    moment = f"2026-03-{published}:00" if published else None
    return {"account_id": str(account), "post_id": post_id, "published_at": moment, **more}


def _video(likes: int, comments: int, shares: int) -> Row:
    return {"format": "video", "likes": likes, "comments": comments, "shares": shares}


DAYS = (
    _day(A, 1, (100, 10, 2, 1, 1000, 5), {"daily_new_followers": 7, "daily_lost_followers": 2, "profile_views": 3}),
    _day(A, 2, (None, 5, 1, 0, 1004, 4)),
    _day(A, 3, (50, 4, None, 2)),
    _day(B, 1, (10, 1, 0, 0, 200)),
    _day(B, 3, (0, 0, 0, 0, 190, -10)),
    _day(D, 2, (7,), {"channel": "other"}),
)
_P1 = {"video_views": 300, "reach": 200, "full_video_watched_rate": 0.5, "total_time_watched": 900, "favorites": 1}
_P4 = {"video_views": 100, "reach": 100, "full_video_watched_rate": 0.1, "total_time_watched": 100}
POSTS = (
    _post("p1", A, "01 08:30", {**_video(10, 2, 3), **_P1, "video_duration": 10}),
    _post("p2", A, "01 23:30", {**_video(1, 0, 0), "reach": 20, "total_time_watched": 40, "video_duration": 20}),
    _post("p3", A, "03 08:10", {"format": "photo", "likes": 4, "shares": 1, "video_views": 100}),
    _post("p4", B, "01 08:59", {**_video(5, 0, 0), **_P4, "video_duration": 30}),
    _post("p5", B, None, _video(50, 50, 50)),
    _post("p6", B, "10 08:00", _video(60, 60, 60)),
    _post("p7", D, "02 12:00", {"channel": "other"}),
)
_HUGE = 10**6
ELSEWHERE_DAYS = (_day(A, 1, (_HUGE,) * 6),)
ELSEWHERE_POSTS = (_post("p1", A, "01 08:30", {**_video(_HUGE, _HUGE, _HUGE), "video_views": _HUGE}),)


async def fill(client: AsyncClient) -> None:
    """The rows above, and huge ones of account A in the other workspace."""
    for workspace, days, posts in ((WORKSPACE, DAYS, POSTS), (OTHER, ELSEWHERE_DAYS, ELSEWHERE_POSTS)):
        await _insert(client, "account_day", workspace, days)
        await _insert(client, "post_latest", workspace, posts)


async def _insert(client: AsyncClient, table: str, workspace: UUID, rows: Sequence[Row]) -> None:
    common = {"workspace_id": str(workspace), "channel": "tiktok", "version": 1, "is_deleted": 0}
    lines = "\n".join(json.dumps({**common, **row}) for row in rows)
    await client.raw_insert(table, insert_block=lines, fmt="JSONEachRow")

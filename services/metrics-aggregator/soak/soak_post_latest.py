"""Every line of the rollup of posts matters: break it anywhere, and its answers differ from the oracle's."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from metrics_aggregator.domain.records import Account

from ..tests.posts import Post, expected, posts  # type: ignore[import-not-found]
from .judging import Series, accounts, collected, unnoticed

ACCOUNTS, POSTS = 3, 50
# They change nothing that can be seen, for the reason given.
HARMLESS: Mapping[str, str] = {
    "'Nullable(TYPE)' → 'Nullable(Float64)' in: known(JSONExtract(ifNull(last_FIELD, '[]'), "
    "'Array(Tuple(LABEL String, NUMBER Nullable(Float64)))')),": "all numbers of a post's lists are shares",
    "\"'[]'\" → \"''\" in: known(JSONExtract(ifNull(last_FIELD, ''), "
    "'Array(Tuple(LABEL String, NUMBER Nullable(TYPE)))')),": "an empty text holds no items either",
    "'if(length(arrayDistinct(items.1)) = length(items), items, added_up(items))' → 'added_up(items)' "
    "in: items -> added_up(items) AS once_each,": "items without twins add up to themselves, only slower",
}


def corpus() -> list[Series]:
    owners = accounts(ACCOUNTS)
    return [
        _series(owners[place % ACCOUNTS], f"p{place // ACCOUNTS}", post)
        for place, post in enumerate(collected(posts(), ACCOUNTS * POSTS))
    ]


def _series(account: Account, post_id: str, post: Post) -> Series:
    def rows(known_at: datetime) -> list[Mapping[str, object]]:
        row = expected(post, known_at=known_at)
        return [] if row is None else [row]

    return Series(account=account, post_id=post_id, told=post.told(account, post_id), rows=rows)


async def test_each_broken_line_is_noticed(tmp_path: Path) -> None:
    assert await unnoticed(tmp_path, "post_latest", corpus()) == HARMLESS.keys()

"""Post snapshots by the hundred thousand: each observation of every post, round by round, as an ingestor lists them."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from aiokafka import AIOKafkaProducer

from common.events import Message, PostSnapshotV1, encode
from common.events.topics import POST_SNAPSHOTS

START = datetime(2026, 3, 1, tzinfo=UTC)
BETWEEN = timedelta(hours=3)
WORKSPACE = UUID("0195f000-0000-7000-8000-000000000001")
SENT_AT_ONCE = 5_000
# Stand for numbers in the pattern of a value: no other part of it looks like them.
_VIEWS, _LIKES, _POST = 11111111111, 22222222222, "33333333333"


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How many snapshots there are and of what."""

    accounts: int
    posts: int
    observations: int

    @property
    def total(self) -> int:
        return self.accounts * self.posts * self.observations

    @property
    def all_posts(self) -> int:
        return self.accounts * self.posts

    @property
    def views(self) -> int:
        """The sum of the last views of all posts."""
        return sum(_views(post, self.observations - 1) for post in range(self.posts)) * self.accounts


def messages(load: Load) -> Iterator[Message]:
    """All snapshots of `load` in the order of their observation."""
    for observation in range(load.observations):
        at = START + BETWEEN * observation
        for account in range(load.accounts):
            yield from _listing(_account_id(account), load.posts, observation, at)


def _listing(account_id: UUID, posts: int, observation: int, at: datetime) -> Iterator[Message]:
    pattern = _pattern(account_id, at)
    value = (pattern.value or b"").decode()
    for post in range(posts):
        post_id, views = f"{account_id.int % 10**9:09}{post:06}", _views(post, observation)
        text = value.replace(_POST, post_id).replace(str(_VIEWS), str(views)).replace(str(_LIKES), str(views // 9))
        headers = tuple((name, post_id.encode() if name == "ce_subject" else text) for name, text in pattern.headers)
        yield Message(topic=pattern.topic, key=pattern.key, value=text.encode(), headers=headers)


def _pattern(account_id: UUID, at: datetime) -> Message:
    event = PostSnapshotV1(
        workspace_id=WORKSPACE,
        account_id=account_id,
        observed_at=at,
        recorded_at=at,
        field_set="post_full.v1",
        post_id=_POST,
        values={
            "item_id": _POST,
            "media_type": "VIDEO",
            "share_url": f"https://www.tiktok.com/@someone/video/{_POST}",
            "caption": "A walk along the river in spring #river #walk",
            "create_time": int(START.timestamp()) - 3600,
            "video_duration": 21.5,
            "video_views": _VIEWS,
            "likes": _LIKES,
            "comments": _LIKES,
            "shares": _LIKES,
            "favorites": None,
            "reach": _VIEWS,
            "total_time_watched": 48211.25,
            "average_time_watched": 7.31,
            "full_video_watched_rate": 0.183,
        },
    )
    return encode(event, service="ingestor")


def _account_id(number: int) -> UUID:
    return UUID(int=WORKSPACE.int + 1 + number)


def _views(post: int, observation: int) -> int:
    return 1_000 + 137 * post + 29 * observation


@asynccontextmanager
async def producer(bootstrap: str) -> AsyncIterator[AIOKafkaProducer]:
    async with AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        enable_idempotence=True,
        linger_ms=20,
        max_batch_size=256 * 1024,
        compression_type="lz4",
    ) as started:
        yield started


async def fill(bootstrap: str, load: Load) -> None:
    """Write all snapshots of `load` into their topic."""
    async with producer(bootstrap) as to:
        for count, message in enumerate(messages(load), start=1):
            await to.send(message.topic, key=message.key, value=message.value, headers=list(message.headers))
            if count % SENT_AT_ONCE == 0:
                await to.flush()


TOPIC = POST_SNAPSHOTS.name

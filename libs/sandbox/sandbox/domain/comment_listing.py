"""GET /business/comment/list/ and /business/comment/reply/list/: order, pages and fields (fact sheet A6)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sandbox.domain import answers, chance, comments, timeline
from sandbox.domain.answers import ApiError
from sandbox.domain.asking import Asked
from sandbox.domain.comments import Comment, Thread
from sandbox.domain.posts import Post
from sandbox.domain.wire import Json

SCOPE = "comment.list"
DEFAULT_COUNT, MAX_COUNT = 20, 30
MOST_IDS = 30
REPLIES_SHOWN = 3
# Behind this place TikTok's order turns round and comments may come twice.
ORDERED = 500
# Of the comments behind it, each n-th is followed by itself.
TWICE_EVERY = 20

Field = Literal["likes", "replies", "create_time"]
Order = Literal["asc", "desc", "smart"]
# The first of each is the default.
FIELDS: tuple[Field, ...] = ("likes", "replies", "create_time")
ORDERS: tuple[Order, ...] = ("smart", "asc", "desc")
Ranked = Callable[[Thread], tuple[float, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentQuery:
    video_id: str
    comment_id: str | None
    """Its replies are asked for."""
    comment_ids: tuple[str, ...] | None
    include_replies: bool
    public_only: bool
    sort_field: Field
    sort_order: Order
    cursor: int
    """How many are passed over."""
    max_count: int


def page(asked: Asked, query: CommentQuery) -> Json:
    """`data` of the answer."""
    if SCOPE not in asked.scopes:
        raise ApiError(answers.PERMISSION_ERROR, f"no permission for comments; {SCOPE} was not granted")
    post = asked.world.post(asked.account, query.video_id)
    if post is None or not post.is_listed(asked.now):
        raise ApiError(answers.NOT_EXIST, "video_id: the post does not exist or cannot be seen")
    found = comments.threads(asked.account, post, asked.now)
    ordered = _ordered(_chosen(found, query), query)
    shown = ordered[query.cursor : query.cursor + query.max_count]
    pinned = _pinned(found)
    rows = _Rows(asked, post, {one.comment.number: one.comment for one in found}, pinned)
    return {
        "comments": [rows.thread(one, query) for one in shown],
        "cursor": query.cursor + len(shown),
        "has_more": query.cursor + len(shown) < len(ordered),
    }


def _chosen(found: Sequence[Thread], query: CommentQuery) -> list[Thread]:
    if query.comment_id is None:
        wanted = list(found)
    else:
        parent = next((one for one in found if one.comment.comment_id == query.comment_id), None)
        if parent is None:
            raise ApiError(answers.NOT_EXIST, "comment_id: the comment does not exist")
        wanted = [Thread(reply, ()) for reply in parent.replies]
    return [one for one in wanted if _is_wanted(one.comment, query)]


def _is_wanted(comment: Comment, query: CommentQuery) -> bool:
    if query.public_only and comment.hidden:
        return False
    return query.comment_ids is None or comment.comment_id in query.comment_ids


def _ordered(found: list[Thread], query: CommentQuery) -> list[Thread]:
    ranked = sorted(found, key=_rank(query), reverse=query.sort_order != "asc")
    if len(ranked) <= ORDERED:
        return ranked
    behind = sorted(ranked[ORDERED:], key=lambda one: one.comment.likes)
    again = (one for place, one in enumerate(behind) for _ in range(2 if place % TWICE_EVERY == 0 else 1))
    return [*ranked[:ORDERED], *again]


def _rank(query: CommentQuery) -> Ranked:
    """Equal ones by age, so that the order stays while one pages."""
    if query.sort_order == "smart":
        return lambda one: (one.comment.likes + 2 * len(one.replies), one.comment.number)
    return _RANKS[query.sort_field]


_RANKS: Mapping[Field, Ranked] = {
    "likes": lambda one: (one.comment.likes, one.comment.number),
    "replies": lambda one: (len(one.replies), one.comment.number),
    "create_time": lambda one: (one.comment.number,),
}


def _pinned(found: Sequence[Thread]) -> Comment | None:
    """The owner pins the best liked comment, once one is liked at all."""
    best = max((one.comment for one in found if not one.comment.hidden), key=lambda one: one.likes, default=None)
    return best if best and best.likes else None


@dataclass(frozen=True, slots=True)
class _Rows:
    asked: Asked
    post: Post
    by_number: Mapping[int, Comment]
    pinned: Comment | None

    def thread(self, thread: Thread, query: CommentQuery) -> Json:
        row = self._comment(thread.comment, replies=len(thread.replies))
        if query.include_replies:
            visible = [reply for reply in thread.replies if not (query.public_only and reply.hidden)]
            row["reply_list"] = [self._comment(reply, replies=0) for reply in visible[:REPLIES_SHOWN]]
        return row

    def _comment(self, comment: Comment, *, replies: int) -> dict[str, Json]:
        account, now = self.asked.account, self.asked.now
        author = comment.author or account.character.username
        assets = self.asked.assets
        parent = {} if comment.parent is None else {"parent_comment_id": self.by_number[comment.parent].comment_id}
        return {
            "comment_id": comment.comment_id,
            "video_id": self.post.item_id,
            "user_id": str(int(chance.handle(account.seed, "user", author)[:15], 16) | 1 << 60),
            "unique_identifier": chance.handle(account.seed, "unique", author),
            "create_time": str(comment.created // timeline.SECOND),
            "text": comment.text,
            "image_url": assets.address("thumbnail", comment.comment_id, now) if comment.has_image else "",
            "likes": comment.likes,
            "replies": replies,
            "owner": not comment.author,
            "liked": comment.liked,
            "pinned": comment is self.pinned,
            "status": "HIDDEN" if comment.hidden else "PUBLIC",
            "username": author,
            "display_name": comment.name,
            "profile_image": assets.address("avatar", author, now),
            **parent,
        }

"""Comments of a post: as many as its counter says at any moment, each computed from its number (fact sheet A6)."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from math import exp

from sandbox.domain import chance, counters, timeline
from sandbox.domain.character import Account
from sandbox.domain.counters import ONE_DELETED_OF, SECOND_THOUGHTS_HOURS
from sandbox.domain.posts import Post

REPLY_SHARE = 0.25
HIDDEN_SHARE = 0.03
OWNER_SHARE = 0.35
"""Of the replies: the account itself answers."""
IMAGE_SHARE = 0.02
LIKED_SHARE = 0.15
LIKES_GROW_HOURS = 40.0
UNLIKED_SHARES = (0.0, 0.12)
"""Of a comment's likes: taken back in the end."""

_OPENINGS = (
    "Love",
    "Please more of",
    "Where can I get",
    "I have been waiting for",
    "Not me watching",
    "So calm,",
    "Wait,",
)
_REPLIES = ("Thank you!", "Same here", "More next week", "Tell me more", "Exactly this", "Haha, yes")
_NAMES = ("mia", "leo", "noor", "ivan", "sofia", "kai", "emre", "lucia", "tom", "yuki", "ana", "olu")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    comment_id: str
    number: int
    """Its place in time among the post's comments, from 0."""
    created: int
    parent: int | None
    """The number of the comment it replies to."""
    text: str
    author: str
    """A handle, unique; empty when the account itself wrote it."""
    name: str
    likes: int
    has_image: bool
    liked: bool
    hidden: bool


@dataclass(frozen=True, slots=True)
class Thread:
    comment: Comment
    replies: tuple[Comment, ...]
    """Oldest first."""


def threads(account: Account, post: Post, moment: int) -> list[Thread]:
    """Every comment of the post at `moment`, oldest first; comments and replies together are its counter."""
    deleted = _deleted(account, post, counters.deleted_comments(account, post, moment))
    written = [one for one in _written(account, post, moment) if one.number not in deleted]
    replies: dict[int, list[Comment]] = {}
    for comment in written:
        if comment.parent is not None:
            replies.setdefault(comment.parent, []).append(comment)
    return [Thread(one, tuple(replies.get(one.number, ()))) for one in written if one.parent is None]


def _deleted(account: Account, post: Post, count: int) -> set[int]:
    """The first `count` to be deleted: each is the last reply left of the comments that were there by then."""
    deleted: set[int] = set()
    for known in range(ONE_DELETED_OF, (count + 1) * ONE_DELETED_OF, ONE_DELETED_OF):
        left = (one for one in range(known - 1, 0, -1) if one not in deleted and _is_reply(account, post, one))
        deleted.update(islice(left, 1))
    return deleted


def _written(account: Account, post: Post, moment: int) -> Iterator[Comment]:
    count = counters.gross(account, post, moment).comments
    created = post.published
    for number in range(count):
        created = _created(account, post, number, since=created, until=moment)
        yield _comment(account, post, number, created=created, moment=moment)


def _created(account: Account, post: Post, number: int, *, since: int, until: int) -> int:
    """The first moment at which the post's counter is more than `number`."""
    moments = range(since, until + 1)
    return moments[bisect_left(moments, number + 1, key=lambda at: counters.gross(account, post, at).comments)]


def _comment(account: Account, post: Post, number: int, *, created: int, moment: int) -> Comment:
    draws = chance.uniforms(account.seed, post.item_id, "comment", number)
    parent = _parent(account, post, number)
    by_owner = parent is not None and draws[2] < OWNER_SHARE
    name = _NAMES[int(draws[3] * len(_NAMES))]
    return Comment(
        comment_id=str((created // timeline.SECOND << 32) | int(draws[4] * 2**32)),
        number=number,
        created=created,
        parent=parent,
        text=_text(account, draws, is_reply=parent is not None),
        author="" if by_owner else f"{name}.{int(draws[5] * 10**6)}",
        name=account.character.display_name if by_owner else name.title(),
        likes=_likes(draws[6], unliked=draws[12], age_hours=(moment - created) / timeline.HOUR),
        has_image=draws[7] < IMAGE_SHARE,
        liked=draws[8] < LIKED_SHARE,
        hidden=draws[9] < HIDDEN_SHARE,
    )


def _parent(account: Account, post: Post, number: int) -> int | None:
    """The comment that comment `number` replies to. The first one replies to nobody, so there is always one."""
    if not _is_reply(account, post, number):
        return None
    draws = chance.uniforms(account.seed, post.item_id, "comment", number)
    return next(place for place in range(int(draws[1] * number), -1, -1) if not _is_reply(account, post, place))


def _is_reply(account: Account, post: Post, number: int) -> bool:
    return number > 0 and chance.uniforms(account.seed, post.item_id, "comment", number)[0] < REPLY_SHARE


def _likes(draw: float, *, unliked: float, age_hours: float) -> int:
    """Most comments get few likes and a few get many; they come as people read, and some are taken back."""
    given = 0.6 * exp(1.6 * chance.normal(draw))
    taken_back = given * chance.between(unliked, *UNLIKED_SHARES) * _grown(age_hours - SECOND_THOUGHTS_HOURS)
    return int(given * _grown(age_hours)) - int(taken_back)


def _grown(age_hours: float) -> float:
    return 1 - exp(-max(0.0, age_hours) / LIKES_GROW_HOURS)


def _text(account: Account, draws: Sequence[float], *, is_reply: bool) -> str:
    if is_reply:
        return _REPLIES[int(draws[10] * len(_REPLIES))]
    subjects = account.character.subjects
    return f"{_OPENINGS[int(draws[10] * len(_OPENINGS))]} {subjects[int(draws[11] * len(subjects))]}"

"""What somebody did to the world by hand: posts added and deleted. Kept apart from what the seed says."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from sandbox.domain import posts, timeline
from sandbox.domain.character import Account
from sandbox.domain.posts import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class PostAdded:
    open_id: str
    published: int
    caption: str
    is_photo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PostDeleted:
    open_id: str
    item_id: str
    at: int


Change = PostAdded | PostDeleted


@dataclass(slots=True)
class Changes:
    """In memory only those of this world, and nobody does many by hand."""

    _added: dict[tuple[str, int], list[PostAdded]] = field(default_factory=dict)
    _deleted: dict[tuple[str, str], int] = field(default_factory=dict)

    def take(self, change: Change) -> None:
        if isinstance(change, PostDeleted):
            self._deleted[change.open_id, change.item_id] = change.at
        else:
            self._added.setdefault((change.open_id, timeline.day_of(change.published)), []).append(change)

    def applied(self, account: Account, day: int, drawn: Iterable[Post]) -> tuple[Post, ...]:
        """The posts of `day`, oldest first, with what was changed."""
        added = (self._post(account, change) for change in self._added.get((account.open_id, day), ()))
        whole = sorted((*drawn, *added), key=lambda post: post.published)
        return tuple(self._ended(account, post) for post in whole)

    def _post(self, account: Account, change: PostAdded) -> Post:
        return posts.written(account, change.published, caption=change.caption, is_photo=change.is_photo)

    def _ended(self, account: Account, post: Post) -> Post:
        at = self._deleted.get((account.open_id, post.item_id))
        return post if at is None else replace(post, gone=min(post.gone, at))

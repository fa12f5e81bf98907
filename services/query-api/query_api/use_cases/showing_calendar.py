"""The calendar: posts in the order of publishing, each with its labels and plans, which may also choose them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from query_api.domain.calendar import CalendarPage, Place, PostCard
from query_api.domain.labels import Label
from query_api.domain.post_labels import PostLabels, PostRef
from query_api.ports.calendar import PostShelf
from query_api.ports.labels import LabelPorts
from query_api.use_cases.keeping_labels import standing

# Pages of the warehouse that one page may look through where few posts have the label asked for.
_MOST_LOOKS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A post with its labels and plans, by name."""

    card: PostCard
    labels: tuple[Label, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPage:
    posts: tuple[Shown, ...]
    next_place: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Of each of the two a post must have one of those asked for; None asks for nothing."""

    labels: frozenset[UUID] | None = None
    plans: frozenset[UUID] | None = None

    def chosen(self, labels: PostLabels | None) -> bool:
        given = (labels.label_ids, labels.plan_ids) if labels else ((), ())
        asked = (self.labels, self.plans)
        return all(wanted is None or not wanted.isdisjoint(has) for wanted, has in zip(asked, given, strict=True))


@dataclass(slots=True)
class _Filling:
    posts: list[Shown] = field(default_factory=list)
    after: Place | None = None
    is_done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowingCalendar:
    shelf: PostShelf
    ports: LabelPorts

    async def page(self, page: CalendarPage, marks: Marks) -> ShownPage:
        """Up to `page.limit` posts; fewer where a next page is named all the same, and posts with the marks are few."""
        named = standing(await self.ports.labels.of_workspace(page.workspace_id))
        filling = _Filling(after=page.after)
        for _ in range(_MOST_LOOKS):
            await self._look(page, marks, named, filling)
            if filling.is_done:
                break
        return ShownPage(posts=tuple(filling.posts), next_place=filling.after)

    async def labels_of(self, workspace_id: UUID, ref: PostRef) -> tuple[Label, ...]:
        named = standing(await self.ports.labels.of_workspace(workspace_id))
        return _names((await self.ports.book.of_posts(workspace_id, [ref])).get(ref), named)

    async def _look(self, page: CalendarPage, marks: Marks, named: Mapping[UUID, Label], filling: _Filling) -> None:
        # One more than is wanted tells whether another page follows.
        wanted = page.limit - len(filling.posts)
        cards = await self.shelf.published(replace(page, after=filling.after, limit=page.limit + 1))
        marked = await self.ports.book.of_posts(page.workspace_id, [card.ref for card in cards])
        chosen = [card for card in cards[: page.limit] if marks.chosen(marked.get(card.ref))]
        filling.posts += [Shown(card=card, labels=_names(marked.get(card.ref), named)) for card in chosen[:wanted]]
        is_last = len(cards) <= page.limit
        behind = chosen[wanted - 1] if len(chosen) > wanted else None if is_last else cards[page.limit - 1]
        filling.after = _place(behind) if behind else None
        filling.is_done = behind is None or len(filling.posts) >= page.limit


def _names(labels: PostLabels | None, named: Mapping[UUID, Label]) -> tuple[Label, ...]:
    ids: Iterable[UUID] = labels.ids if labels else ()
    return tuple(named[one] for one in ids if one in named)


def _place(card: PostCard) -> Place:
    return Place(round(card.published_at.timestamp()) if card.published_at else 0, card.ref.post_id)


def of_day(posts: Iterable[Shown], zone: ZoneInfo) -> Sequence[tuple[date, Sequence[Shown]]]:
    """By the viewer's day of publishing, in the order they came."""
    days: dict[date, list[Shown]] = {}
    for one in posts:
        if one.card.published_at is not None:
            days.setdefault(one.card.published_at.astimezone(zone).date(), []).append(one)
    return tuple(days.items())

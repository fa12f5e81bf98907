"""What the calendar and a post's results panel read from the warehouse. Each raises `Unavailable` or `TooMuch`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from common.catalog.coverage import Status
from query_api.domain.calendar import CalendarPage, PostCard
from query_api.domain.post_labels import PostRef
from query_api.domain.post_panel import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class PostResults:
    """A post's card, when it was last observed, and its rows under the columns of `domain.post_panel`.

    `statuses`: why a day's growth of a field is not final, by day and field.
    """

    card: PostCard
    as_of: datetime
    figures: Row
    growth: Sequence[Row]
    statuses: Mapping[tuple[date, str], Status]
    curves: Sequence[Row]
    sources: Sequence[Row]


class PostShelf(Protocol):
    async def published(self, page: CalendarPage) -> Sequence[PostCard]:
        """In the order of publishing."""
        ...

    async def results(self, workspace_id: UUID, ref: PostRef, *, now: datetime) -> PostResults | None:
        """None where there is no such post; `now` is the domain's."""
        ...

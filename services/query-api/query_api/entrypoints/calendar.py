"""The calendar over HTTP: posts by the day they were published, with their labels and plans."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from common.events import LabelKind
from query_api.domain.access import Principal
from query_api.domain.calendar import (
    DEFAULT_DAYS,
    DEFAULT_POSTS,
    MOST_POSTS,
    CalendarPage,
    PostStatus,
    begin_of,
    calendar_days,
    read_place,
    write_place,
    zone_of,
)
from query_api.domain.errors import BadInput
from query_api.domain.labels import Label
from query_api.entrypoints import problems
from query_api.entrypoints.caller import Caller, Ports
from query_api.entrypoints.post_labels import marking_of, readable_ids
from query_api.entrypoints.schemas import Moment
from query_api.ports import Services
from query_api.use_cases.showing_calendar import Marks, ShowingCalendar, Shown, of_day

router = APIRouter(prefix="/v1/calendar", tags=["calendar"])

_LIST = "separated by commas"


class CalendarParameters(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    start: str | None = Field(
        default=None, alias="from", description=f"First day in `timezone`. Default: the last {DEFAULT_DAYS} days."
    )
    end: str | None = Field(default=None, alias="to", description="The day after the last one. Default: tomorrow.")
    timezone: str | None = Field(default=None, description="Default: the workspace's.", examples=["Europe/Berlin"])
    accounts: list[str] | None = Field(default=None, description=f"Account ids, {_LIST}. Default: all you may read.")
    channels: list[str] | None = Field(default=None, description=f"{_LIST}. Default: all.", examples=["tiktok"])
    formats: list[str] | None = Field(default=None, description=f"`video`, `photo`, {_LIST}. Default: all.")
    labels: list[str] | None = Field(default=None, description=f"Label ids, {_LIST}: posts with one of them.")
    plans: list[str] | None = Field(default=None, description=f"Plan ids, {_LIST}: posts with one of them.")
    limit: int = Field(default=DEFAULT_POSTS, ge=1, le=MOST_POSTS, description="Posts of a page.")
    cursor: str | None = Field(default=None, description="`next_cursor` of the page before.")


class LabelChip(BaseModel):
    label_id: UUID
    name: str
    colour: str | None


class CalendarPost(BaseModel):
    account_id: UUID
    post_id: str
    channel: str
    published_at: Moment | None
    format: str | None
    caption: str | None
    thumbnail_url: str | None
    share_url: str | None
    status: PostStatus
    gone_at: Moment | None
    gone_why: str | None
    labels: tuple[LabelChip, ...]
    plans: tuple[LabelChip, ...]


class CalendarDay(BaseModel):
    day: date = Field(description="Of publishing, in `timezone`.")
    posts: tuple[CalendarPost, ...]


class CalendarAnswer(BaseModel):
    """Days without a post are left out."""

    model_config = ConfigDict(populate_by_name=True)

    start: date = Field(alias="from")
    end: date = Field(alias="to", description="Not part of the range.")
    timezone: str
    days: tuple[CalendarDay, ...]
    next_cursor: str | None


@router.get(
    "",
    operation_id="get_calendar",
    summary="Posts by the day they were published",
    responses=problems.documented(401, 403, 422, 503),
)
async def get_calendar(
    parameters: Annotated[CalendarParameters, Query()], caller: Caller, services: Ports
) -> CalendarAnswer:
    zone = zone_of(parameters.timezone or _zone_of_workspace(caller, services))
    days = calendar_days(parameters.start, parameters.end, today=services.clock.now().astimezone(zone).date())
    page = CalendarPage(
        workspace_id=caller.workspace_id,
        accounts=_chosen(_ids("accounts", parameters.accounts), await readable_ids(caller, services)),
        start=begin_of(days.start, zone),
        end=begin_of(days.end, zone),
        channels=_split(parameters.channels),
        formats=_split(parameters.formats),
        after=None if parameters.cursor is None else read_place(parameters.cursor),
        limit=parameters.limit,
    )
    showing = ShowingCalendar(shelf=services.shelf, ports=services.labels)
    shown = await showing.page(page, await _marks(parameters, caller, services))
    return CalendarAnswer(
        start=days.start,
        end=days.end,
        timezone=zone.key,
        days=tuple(
            CalendarDay(day=day, posts=tuple(map(calendar_post, posts))) for day, posts in of_day(shown.posts, zone)
        ),
        next_cursor=write_place(shown.next_place) if shown.next_place else None,
    )


def calendar_post(shown: Shown) -> CalendarPost:
    card = shown.card
    return CalendarPost(
        account_id=card.ref.account_id,
        post_id=card.ref.post_id,
        channel=card.channel,
        published_at=card.published_at,
        format=card.format,
        caption=card.caption,
        thumbnail_url=card.thumbnail_url,
        share_url=card.share_url,
        status=card.status,
        gone_at=card.gone_at,
        gone_why=card.gone_why,
        labels=_chips(shown.labels, LabelKind.LABEL),
        plans=_chips(shown.labels, LabelKind.PLAN),
    )


def _chips(labels: Iterable[Label], kind: LabelKind) -> tuple[LabelChip, ...]:
    return tuple(
        LabelChip(label_id=one.label_id, name=one.name, colour=one.colour) for one in labels if one.kind is kind
    )


def _zone_of_workspace(caller: Principal, services: Services) -> str:
    workspace = services.access.workspace(caller.workspace_id)
    return workspace.timezone if workspace else "UTC"


def _split(texts: list[str] | None) -> tuple[str, ...] | None:
    # None given is not the same as no parameter: an empty list never means all.
    return None if texts is None else tuple(part.strip() for text in texts for part in text.split(","))


def _ids(parameter: str, texts: list[str] | None) -> tuple[UUID, ...] | None:
    parts = _split(texts)
    try:
        return None if parts is None else tuple(map(UUID, parts))
    except ValueError:
        raise BadInput(parameter, "one of them is no id", "give ids, separated by commas") from None


def _chosen(asked: tuple[UUID, ...] | None, mine: frozenset[UUID]) -> tuple[UUID, ...]:
    for account_id in asked or ():
        if account_id not in mine:
            # The same words for an account of somebody else and for one that never was.
            problem = f"'{account_id}' is not an account you may read"
            raise BadInput("accounts", problem, "take ids from GET /v1/accounts, or leave it out for all")
    return tuple(sorted(mine)) if asked is None else asked


async def _marks(parameters: CalendarParameters, caller: Principal, services: Services) -> Marks:
    """Each of a kind that fits its parameter."""
    marking, found = marking_of(services), {}
    for kind, texts in ((LabelKind.LABEL, parameters.labels), (LabelKind.PLAN, parameters.plans)):
        ids = _ids(f"{kind}s", texts)
        if ids is not None:
            labels = await marking.labels(caller.workspace_id, ids, f"{kind}s")
            found[kind] = frozenset(one.label_id for one in labels if one.kind is kind)
    return Marks(labels=found.get(LabelKind.LABEL), plans=found.get(LabelKind.PLAN))

"""Scheduled exports over HTTP."""

from uuid import UUID

from fastapi import APIRouter, Response

from query_api.entrypoints import problems
from query_api.entrypoints.caller import Caller, Ports
from query_api.entrypoints.exports import asking_of
from query_api.entrypoints.schedule_shapes import (
    DeliveryCard,
    DeliveryList,
    NewSchedule,
    ScheduleCard,
    ScheduleList,
    ScheduleOrder,
    card,
    delivery_card,
    delivery_cards,
    new_card,
    new_secret,
    secret_of,
)
from query_api.ports import Services
from query_api.use_cases.exporting.scheduling import Keeping

router = APIRouter(prefix="/v1/schedules", tags=["schedules"])

_CHANGING = problems.documented(401, 403, 404, 422, 503)
_READING = problems.documented(401, 403, 404, 422, 503)


@router.post(
    "",
    operation_id="create_schedule",
    summary="Export again and again, to mail, a webhook or storage",
    status_code=201,
    responses=problems.documented(401, 403, 409, 422, 503),
)
async def create_schedule(order: ScheduleOrder, caller: Caller, services: Ports, response: Response) -> NewSchedule:
    schedule = await keeping_of(services).make(caller, order.wanted(secret=new_secret()))
    response.headers["Location"] = f"/v1/schedules/{schedule.schedule_id}"
    return new_card(schedule)


@router.get("", operation_id="list_schedules", summary="The schedules you may see", responses=_READING)
async def list_schedules(caller: Caller, services: Ports) -> ScheduleList:
    return ScheduleList(schedules=tuple(card(schedule) for schedule in await keeping_of(services).all(caller)))


@router.get("/{schedule_id}", operation_id="get_schedule", summary="A schedule", responses=_READING)
async def get_schedule(schedule_id: UUID, caller: Caller, services: Ports) -> ScheduleCard:
    return card(await keeping_of(services).one(caller, schedule_id))


@router.put(
    "/{schedule_id}",
    operation_id="change_schedule",
    summary="Change a schedule; a webhook keeps its secret",
    responses=_CHANGING,
)
async def change_schedule(schedule_id: UUID, order: ScheduleOrder, caller: Caller, services: Ports) -> NewSchedule:
    """The secret is told again only where the schedule had no webhook before."""
    keeping = keeping_of(services)
    known = secret_of((await keeping.one(caller, schedule_id)).destination)
    changed = new_card(await keeping.change(caller, schedule_id, order.wanted(secret=known or new_secret())))
    return changed.model_copy(update={"webhook_secret": None}) if known else changed


@router.delete(
    "/{schedule_id}",
    operation_id="remove_schedule",
    summary="Remove a schedule; what is under way is not sent",
    status_code=204,
    responses=_CHANGING,
)
async def remove_schedule(schedule_id: UUID, caller: Caller, services: Ports) -> None:
    await keeping_of(services).remove(caller, schedule_id)


@router.post(
    "/{schedule_id}/pause", operation_id="pause_schedule", summary="Let no time of it come", responses=_CHANGING
)
async def pause_schedule(schedule_id: UUID, caller: Caller, services: Ports) -> ScheduleCard:
    return card(await keeping_of(services).pause(caller, schedule_id, paused=True))


@router.post(
    "/{schedule_id}/resume",
    operation_id="resume_schedule",
    summary="Go on with the next time; what was missed is not made up for",
    responses=_CHANGING,
)
async def resume_schedule(schedule_id: UUID, caller: Caller, services: Ports) -> ScheduleCard:
    return card(await keeping_of(services).pause(caller, schedule_id, paused=False))


@router.post(
    "/{schedule_id}/run",
    operation_id="run_schedule",
    summary="Send once now",
    status_code=202,
    responses=_CHANGING,
)
async def run_schedule(schedule_id: UUID, caller: Caller, services: Ports) -> DeliveryCard:
    return delivery_card(await keeping_of(services).run_now(caller, schedule_id))


@router.get(
    "/{schedule_id}/deliveries",
    operation_id="list_deliveries",
    summary="What became of its times, the newest first",
    responses=_READING,
)
async def list_deliveries(schedule_id: UUID, caller: Caller, services: Ports) -> DeliveryList:
    return delivery_cards(await keeping_of(services).log(caller, schedule_id))


def keeping_of(services: Services) -> Keeping:
    return Keeping(
        schedules=services.scheduling.schedules,
        deliveries=services.scheduling.deliveries,
        asking=asking_of(services),
        wall=services.wall,
    )

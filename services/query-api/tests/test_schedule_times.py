"""When a schedule runs, over changes of the clocks too; which ranges it asks for; when its figures will do."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from query_api.domain.delivery import HOLD_PAUSE, Delivery, DeliveryState, held_because
from query_api.domain.errors import BadInput
from query_api.domain.schedule import Require, checked_times, next_time

BERLIN = "Europe/Berlin"


def moments(cron: str, timezone: str, after: datetime, count: int) -> list[str]:
    found = []
    for _ in range(count):
        after = next_time(cron, timezone, after=after)
        found.append(f"{after:%d %H:%M}")
    return found


def test_eight_in_berlin_is_eight_in_berlin_all_year() -> None:
    """In UTC it moves by an hour with the clocks, which go forward on 29 March 2026 and back on 25 October."""
    assert moments("0 8 * * *", BERLIN, datetime(2026, 3, 27, 12, tzinfo=UTC), 3) == [
        "28 07:00",
        "29 06:00",
        "30 06:00",
    ]
    assert moments("0 8 * * *", BERLIN, datetime(2026, 10, 23, 12, tzinfo=UTC), 3) == [
        "24 06:00",
        "25 07:00",
        "26 07:00",
    ]


def test_a_time_that_is_left_out_comes_once_and_one_that_comes_twice_too() -> None:
    # 02:30 does not exist on 29 March; it exists twice on 25 October.
    spring = moments("30 2 * * *", BERLIN, datetime(2026, 3, 27, 12, tzinfo=UTC), 3)
    assert [text[:2] for text in spring] == ["28", "29", "30"]
    autumn = moments("30 2 * * *", BERLIN, datetime(2026, 10, 23, 12, tzinfo=UTC), 3)
    assert [text[:2] for text in autumn] == ["24", "25", "26"]


def test_a_zone_with_half_an_hour_is_kept() -> None:
    assert moments("0 9 * * 1", "Asia/Kolkata", datetime(2026, 3, 10, tzinfo=UTC), 1) == ["16 03:30"]


@pytest.mark.parametrize(
    ("cron", "timezone", "parameter"),
    [
        ("* * * * *", "UTC", "cron"),
        ("0,5 8 * * *", "UTC", "cron"),
        ("0 8 * *", "UTC", "cron"),
        ("0 0 8 * * *", "UTC", "cron"),
        ("nonsense", "UTC", "cron"),
        ("0 8 31 2 *", "UTC", "cron"),
        ("0 8 * * *", "Mars/Olympus", "timezone"),
        ("0 8 * * *", "../etc/passwd", "timezone"),
        ("0 8 * * *", "", "timezone"),
    ],
)
def test_what_cannot_be_a_time_is_refused(cron: str, timezone: str, parameter: str) -> None:
    with pytest.raises(BadInput) as refused:
        checked_times(cron, timezone, now=datetime(2026, 3, 10, tzinfo=UTC))
    assert refused.value.parameter == parameter


def facts(status: str | None = None, **changed: object) -> dict[str, object]:
    row = {"account_id": "a", "metrics": ["video_views"], "from": "2026-03-01", "to": "2026-03-03", "status": status}
    return {"as_of": "2026-03-10T06:00:00.000Z", "coverage": [row] if status else [], **changed}


@pytest.mark.parametrize("require", list(Require))
@pytest.mark.parametrize("status", ["late", "lost_access", "not_collected"])
def test_what_is_incomplete_is_held_in_every_case(require: Require, status: str) -> None:
    said = held_because(facts(status), require)
    assert said == f"figures are {status}: video_views, from 2026-03-01 to before 2026-03-03"


def test_what_is_empty_is_held() -> None:
    assert held_because(facts(as_of=None), Require.PROVISIONAL) == "there are no figures in the range"
    assert held_because(facts(rows=0), Require.PROVISIONAL) is not None
    assert held_because(facts(rows=None), Require.FINAL) is None


def test_provisional_figures_are_sent_where_they_will_do() -> None:
    assert held_because(facts("provisional"), Require.PROVISIONAL) is None
    assert held_because(facts("provisional"), Require.FINAL) is not None
    assert held_because(facts("no_scope"), Require.FINAL) is None, "nothing more is to come"


def test_a_delivery_is_tried_with_longer_pauses_until_it_is_given_up() -> None:
    now = datetime(2026, 3, 10, tzinfo=UTC)
    delivery = Delivery(
        delivery_id=uuid4(),
        schedule_id=uuid4(),
        workspace_id=uuid4(),
        due_at=now,
        next_try_at=now,
        give_up_at=now + timedelta(hours=3),
    )
    pauses, at = [], now
    while delivery.state is DeliveryState.PENDING:
        delivery = delivery.tried(at, "the webhook answered 500")
        pauses.append(delivery.next_try_at - at)
        at = delivery.next_try_at
    assert pauses[:3] == [timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2)]
    assert max(pauses) <= timedelta(hours=1)
    assert (delivery.state, delivery.log[-1].outcome) == (DeliveryState.FAILED, "failed")


def test_a_delivery_is_held_and_says_so_once_for_each_reason() -> None:
    now = datetime(2026, 3, 10, tzinfo=UTC)
    delivery = Delivery(
        delivery_id=uuid4(),
        schedule_id=uuid4(),
        workspace_id=uuid4(),
        due_at=now,
        next_try_at=now,
        give_up_at=now + timedelta(hours=1),
        export_id=uuid4(),
    )
    for turn, reason in enumerate(("late", "late", "empty")):
        delivery = delivery.held(now + turn * HOLD_PAUSE, reason)
    assert delivery.state is DeliveryState.HELD
    assert delivery.export_id is None, "what was made is not what will be sent"
    assert [entry.detail for entry in delivery.log] == ["late", "empty"]
    assert delivery.held(now + timedelta(hours=1), "empty").state is DeliveryState.FAILED

"""The daily series of one account: of each field of each day the last value given, by time of observation."""

from collections.abc import Callable, Iterable
from datetime import date

from . import contract, log
from .cells import NOTHING, Cell

DayValues = dict[date, dict[str, Cell[int]]]

DAY_FIELDS: dict[str, Callable[[object], int | None]] = {
    "video_views": contract.counter,
    "likes": contract.counter,
    "comments": contract.counter,
    "shares": contract.counter,
    "followers_count": contract.whole,
    "daily_total_followers": contract.whole,
    "daily_new_followers": contract.counter,
    "daily_lost_followers": contract.counter,
    "profile_views": contract.counter,
    "unique_video_views": contract.counter,
    "engaged_audience": contract.counter,
    "bio_link_clicks": contract.counter,
    "email_clicks": contract.counter,
    "phone_number_clicks": contract.counter,
    "address_clicks": contract.counter,
    "app_download_clicks": contract.counter,
    "lead_submissions": contract.counter,
}


def daily_series(answers: Iterable[log.Answer], account_id: str) -> DayValues:
    """`answers` oldest first: a later value replaces an earlier one, a missing value replaces nothing."""
    days: DayValues = {}
    for answer in answers:
        if answer.account_id == account_id and answer.endpoint == log.PROFILE:
            take_days(days, answer)
    return days


def take_days(days: DayValues, answer: log.Answer) -> None:
    for item in contract.objects(answer.data, "metrics"):
        day = contract.day(item.get("date"))
        if day is not None:
            _take(days.setdefault(day, {}), item, answer)


def value(days: DayValues, day: date, field: str | None) -> Cell[int]:
    if field is None:
        return NOTHING
    return days.get(day, {}).get(field, NOTHING)


def _take(known: dict[str, Cell[int]], item: dict[str, object], answer: log.Answer) -> None:
    for field, read in DAY_FIELDS.items():
        given = read(item.get(field))
        if given is not None:
            known[field] = Cell(given, answer.says(field, given))

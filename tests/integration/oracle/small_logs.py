"""Logs small enough to work out by hand, for the tests of the oracle itself."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

from . import log, widgets

ACCOUNT_OF = {"open-a": "acc-a", "open-b": "acc-b"}
NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
FIRST, END = date(2026, 3, 10), date(2026, 3, 13)
NOON_10 = "1773144000"  # 2026-03-10T12:00:00Z
NOON_11 = "1773230400"
MIDNIGHT_13 = "1773360000"

Entry = dict[str, object]


def entry(n: int, at: str, *, path: str, data: object, open_id: str = "open-a", code: int = 0) -> Entry:
    body = {"code": code, "message": "OK", "request_id": "r", "data": data}
    return {"n": n, "at": at, "path": path, "open_id": open_id, "params": {}, "http_status": 200, "body": body}


def profile(n: int, at: str, *days: Mapping[str, object], total: object = None, open_id: str = "open-a") -> Entry:
    data = {"followers_count": total, "metrics": list(days)}
    return entry(n, at, path="/open_api/v1.3/business/get/", data=data, open_id=open_id)


def page(n: int, at: str, *videos: Mapping[str, object], open_id: str = "open-a") -> Entry:
    data = {"videos": list(videos), "cursor": 0, "has_more": False}
    return entry(n, at, path="/open_api/v1.3/business/video/list/", data=data, open_id=open_id)


def day(number: int, **figures: object) -> dict[str, object]:
    return {"date": f"2026-03-{number}", **figures}


def video(item_id: str, **fields: object) -> dict[str, object]:
    return {"item_id": item_id, "create_time": NOON_10, **fields}


def table(widget: str, *entries: Entry, accounts: tuple[str, ...] = ("acc-a",)) -> widgets.Table:
    answers = log.read_answers(entries, account_of=ACCOUNT_OF, now=NOW)
    return widgets.expected(widget, answers, accounts=accounts, first=FIRST, end=END)


def column(found: widgets.Table, name: str) -> list[object]:
    return [row[name].value for row in found.rows]

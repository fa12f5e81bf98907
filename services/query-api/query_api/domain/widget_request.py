"""A request for a widget's figures, checked against the catalog and the accounts the asker may read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from common.catalog import Widget
from common.events import AccountV1
from query_api.domain.columns import Column, columns_of
from query_api.domain.date_range import DateRange, date_range
from query_api.domain.errors import BadInput
from query_api.domain.paging import DEFAULT_LIMIT, Cursor, Sort, limit_of, read_cursor, sort_of
from query_api.domain.served import served_widgets


class Format(StrEnum):
    JSON = "json"
    CSV = "csv"
    CSV_EXCEL = "csv_excel"
    JSONL = "jsonl"
    PARQUET = "parquet"
    XLSX = "xlsx"

    @property
    def is_file(self) -> bool:
        """Whether all rows go into a file, in place of a page of them into an answer."""
        return self is not Format.JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The parameters as they came; None where left out."""

    start: str | None = None
    end: str | None = None
    accounts: tuple[str, ...] | None = None
    sort: str | None = None
    limit: int | None = None
    cursor: str | None = None
    format: Format = Format.JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class WidgetRequest:
    """What to read. `limit` None is every row."""

    workspace_id: UUID
    widget: Widget
    days: DateRange
    accounts: tuple[AccountV1, ...]
    sort: Sort
    limit: int | None
    cursor: Cursor | None
    format: Format

    @property
    def columns(self) -> tuple[Column, ...]:
        return columns_of(self.widget)

    @property
    def account_ids(self) -> list[UUID]:
        return [account.account_id for account in self.accounts]


def widget_of(slug: str) -> Widget:
    widget = served_widgets().get(slug)
    if widget is None:
        raise BadInput("slug", f"there is no widget {slug[:40]!r}", f"use one of {', '.join(served_widgets())}")
    return widget


def widget_request(
    widget: Widget, asked: Asked, *, workspace_id: UUID, readable: Sequence[AccountV1], today: date
) -> WidgetRequest:
    """The request in `asked`; `readable` are the accounts the asker may read. Raises `BadInput`."""
    sort = sort_of(asked.sort or widget.sort, columns=columns_of(widget), tie=widget.by[-1])
    return WidgetRequest(
        workspace_id=workspace_id,
        widget=widget,
        days=date_range(asked.start, asked.end, today=today),
        accounts=_chosen(asked.accounts, readable),
        sort=sort,
        limit=limit_of(asked.limit, default=_default_limit(widget, asked.format)),
        cursor=read_cursor(asked.cursor, sort=sort) if asked.cursor is not None else None,
        format=asked.format,
    )


def _default_limit(widget: Widget, form: Format) -> int | None:
    """A table is read by the page; a series, one row a day, and an export are read whole."""
    return None if form.is_file or widget.by == ("day",) else DEFAULT_LIMIT


def _chosen(asked: tuple[str, ...] | None, readable: Sequence[AccountV1]) -> tuple[AccountV1, ...]:
    if asked is None:
        return tuple(readable)
    # None given is not the same as no parameter: an empty list never means all.
    by_id = {str(account.account_id): account for account in readable}
    return tuple(_known(text, by_id) for text in dict.fromkeys(asked or ("",)))


def _known(text: str, by_id: Mapping[str, AccountV1]) -> AccountV1:
    account = by_id.get(text.lower())
    if account is None:
        # The same words for an account of somebody else and for one that never was.
        raise BadInput(
            "accounts",
            f"{text[:40]!r} is not an account you may read",
            "take ids from GET /v1/accounts, or leave it out for all",
        )
    return account

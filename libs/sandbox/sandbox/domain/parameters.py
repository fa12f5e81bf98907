"""The query strings of the Accounts API, read the way TikTok reads them: 40002 names what is wrong."""

import json
from collections.abc import Container, Mapping, Sequence
from datetime import date
from typing import TypeVar

from sandbox.domain import benchmark, comment_listing, listing, profile, timeline
from sandbox.domain.answers import ID_LIMIT_EXCEEDED, PARAM_ERROR, ApiError
from sandbox.domain.comment_listing import CommentQuery
from sandbox.domain.listing import ListQuery
from sandbox.domain.profile import ProfileQuery

Parameters = Mapping[str, str]
Text = TypeVar("Text", bound=str)


def business_id(parameters: Parameters) -> str:
    return _required(parameters, "business_id")


def profile_query(parameters: Parameters, *, today: int) -> ProfileQuery:
    return ProfileQuery(
        fields=_fields(parameters, known=profile.FIELD_SCOPES, default=profile.DEFAULT_FIELDS),
        first_day=_day(parameters, "start_date", default=today - 7),
        last_day=_day(parameters, "end_date", default=today - 1),
    )


def list_query(parameters: Parameters, *, now: int) -> ListQuery:
    video_ids, ad_post_only = _filters(parameters)
    return ListQuery(
        fields=_fields(parameters, known=listing.FIELD_SCOPES, default=(listing.ITEM_ID,)),
        video_ids=video_ids,
        ad_post_only=ad_post_only,
        # A post published in this very millisecond exists already, so the default includes it.
        cursor=_whole(parameters, "cursor", default=now + 1, least=0, most=2**63 - 1),
        max_count=_whole(parameters, "max_count", default=listing.DEFAULT_COUNT, least=1, most=listing.MAX_COUNT),
    )


def comment_query(parameters: Parameters, *, replies: bool) -> CommentQuery:
    ids = _strings(_json(parameters, "comment_ids"), "comment_ids") if "comment_ids" in parameters else None
    if ids is not None and len(ids) > comment_listing.MOST_IDS:
        raise ApiError(ID_LIMIT_EXCEEDED, f"comment_ids: at most {comment_listing.MOST_IDS} are taken at once")
    return CommentQuery(
        video_id=_required(parameters, "video_id"),
        comment_id=_required(parameters, "comment_id") if replies else None,
        comment_ids=ids,
        include_replies=_one_of(parameters, "include_replies", ("false", "true")) == "true",
        public_only=_one_of(parameters, "status", ("ALL", "PUBLIC")) == "PUBLIC",
        sort_field=_one_of(parameters, "sort_field", comment_listing.FIELDS),
        sort_order=_one_of(parameters, "sort_order", comment_listing.ORDERS),
        cursor=_whole(parameters, "cursor", default=0, least=0, most=2**31 - 1),
        max_count=_whole(
            parameters, "max_count", default=comment_listing.DEFAULT_COUNT, least=1, most=comment_listing.MAX_COUNT
        ),
    )


def business_category(parameters: Parameters) -> str:
    _required(parameters, "business_category")
    return _one_of(parameters, "business_category", benchmark.CATEGORIES)


def _required(parameters: Parameters, name: str) -> str:
    value = parameters.get(name, "")
    if not value:
        raise ApiError(PARAM_ERROR, f"{name}: Missing data for required field.")
    return value


def _fields(parameters: Parameters, *, known: Container[str], default: tuple[str, ...]) -> tuple[str, ...]:
    if "fields" not in parameters:
        return default
    names = _strings(_json(parameters, "fields"), "fields")
    if not names:
        raise ApiError(PARAM_ERROR, "fields: must name at least one field")
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ApiError(PARAM_ERROR, f"fields: unknown field {', '.join(unknown)}")
    return tuple(dict.fromkeys(names))


def _filters(parameters: Parameters) -> tuple[tuple[str, ...] | None, bool]:
    filters = _json(parameters, "filters") if "filters" in parameters else {}
    if not isinstance(filters, dict):
        raise ApiError(PARAM_ERROR, "filters: must be a JSON object")
    if unknown := [name for name in filters if name not in ("video_ids", "ad_post_only")]:
        raise ApiError(PARAM_ERROR, f"filters: unknown filter {', '.join(unknown)}")
    ads = filters.get("ad_post_only", False)
    if not isinstance(ads, bool):
        raise ApiError(PARAM_ERROR, "filters.ad_post_only: must be true or false")
    ids = filters.get("video_ids")
    return None if ids is None else _strings(ids, "filters.video_ids"), ads


def _one_of(parameters: Parameters, name: str, known: Sequence[Text]) -> Text:
    """One of the literals `known`; the first of them is the default."""
    text = parameters.get(name, known[0])
    chosen = next((value for value in known if value == text), None)
    if chosen is None:
        raise ApiError(PARAM_ERROR, f"{name}: must be one of {', '.join(known)}")
    return chosen


def _json(parameters: Parameters, name: str) -> object:
    try:
        value: object = json.loads(parameters[name])
    except ValueError as error:
        raise ApiError(PARAM_ERROR, f"{name}: not valid JSON") from error
    return value


def _strings(value: object, name: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise ApiError(PARAM_ERROR, f"{name}: must be a JSON array of strings")
    return tuple(value)


def _day(parameters: Parameters, name: str, *, default: int) -> int:
    if name not in parameters:
        return default
    text = parameters[name]
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise ApiError(PARAM_ERROR, f"{name}: not a date in the form YYYY-MM-DD") from error
    if day.isoformat() != text:
        raise ApiError(PARAM_ERROR, f"{name}: not a date in the form YYYY-MM-DD")
    return timeline.day_number(day)


def _whole(parameters: Parameters, name: str, *, default: int, least: int, most: int) -> int:
    if name not in parameters:
        return default
    text = parameters[name]
    if not (text.isascii() and text.isdecimal()) or not least <= int(text) <= most:
        raise ApiError(PARAM_ERROR, f"{name}: must be a whole number from {least} to {most}")
    return int(text)

"""What is asked of TikTok: all catalog fields that the granted scopes allow, as named sets, and the two requests."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from common.catalog.fields import POST_FIELDS, PROFILE_DAY_FIELDS, PROFILE_FIELDS
from common.catalog.model import Field, Kind
from ingestor.domain.progress import ListingKind

# Without it `/business/video/list/` refuses everything else.
_POST_ID = "item_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSet:
    """A set of TikTok's fields under a name that tells which they are."""

    name: str
    fields: tuple[str, ...]
    demographics: bool = False
    """Whether those of the followers are among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileAsk:
    """`/business/get/`: the profile and its UTC days from `start` to `end`, both included."""

    open_id: str
    field_set: FieldSet
    start: date
    end: date
    backfill: bool = False
    """Days that a command asked for; the regular request is not done by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageAsk:
    """`/business/video/list/`: posts published before `cursor` (epoch ms; None is now), newest first."""

    open_id: str
    field_set: FieldSet
    kind: ListingKind
    cursor: int | None
    max_count: int


Ask = ProfileAsk | PageAsk


def profile_fields(scopes: Collection[str], *, demographics: bool = True) -> FieldSet | None:
    """The profile's fields and its days' that `scopes` allow; None where they allow none."""
    return _profile_fields(frozenset(scopes), demographics)


def post_fields(scopes: Collection[str]) -> FieldSet | None:
    """The post fields that `scopes` allow; None where posts may not be listed at all."""
    return _post_fields(frozenset(scopes))


# Every look at the plan of an account asks for these, and nearly all accounts have granted the same.
@lru_cache(maxsize=1_000)
def _profile_fields(scopes: frozenset[str], demographics: bool) -> FieldSet | None:
    top_level = {field.name for field in PROFILE_FIELDS}
    # `followers_count` stands in both; TikTok grants it by the profile's scope.
    days = tuple(field for field in PROFILE_DAY_FIELDS if field.name not in top_level)
    profile = tuple(field for field in PROFILE_FIELDS if demographics or field.kind is not Kind.BREAKDOWN)
    asked = _field_set("profile" if demographics else "profile_core", (*profile, *days), scopes)
    return replace(asked, demographics=demographics) if asked else None


@lru_cache(maxsize=1_000)
def _post_fields(scopes: frozenset[str]) -> FieldSet | None:
    asked = _field_set("post", POST_FIELDS, scopes)
    return asked if asked and _POST_ID in asked.fields else None


def _field_set(grain: str, fields: Iterable[Field], scopes: frozenset[str]) -> FieldSet | None:
    allowed = [field for field in fields if field.scope in scopes]
    if not allowed:
        return None
    needed = {field.scope for field in fields}
    granted = sorted(needed.intersection(scopes))
    name = f"{grain}_full.v1" if needed <= scopes else f"{grain}_partial.v1:{'+'.join(granted)}"
    return FieldSet(name=name, fields=tuple(field.name for field in allowed))

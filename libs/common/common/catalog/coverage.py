"""Why a figure is not final: the statuses of coverage, and which fields share one."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from common.catalog.fields import DERIVED
from common.catalog.model import Field, Gate, Grain
from common.catalog.rows import Catalog

# So far back from the connection TikTok gives an account's daily series.
HISTORY_DAYS = 60
# TikTok counts on for so long after a post's publishing.
COUNTED_DAYS = 365
# What TikTok asks for the breakdowns of an audience.
THRESHOLD_FOLLOWERS = 100


class Status(StrEnum):
    FINAL = "final"
    PROVISIONAL = "provisional"
    LATE = "late"
    SOURCE_LIMIT = "source_limit"
    BELOW_THRESHOLD = "below_threshold"
    INACTIVE_POST = "inactive_post"
    NOT_BUSINESS = "not_business"
    NO_SCOPE = "no_scope"
    NOT_COLLECTED = "not_collected"
    ESTIMATED = "estimated"
    LOST_ACCESS = "lost_access"
    GONE = "gone"
    FROZEN = "frozen"
    PAUSED = "paused"
    AMBIGUOUS = "ambiguous"
    IMPORTED = "imported"


MEANINGS: Mapping[Status, str] = {
    Status.FINAL: "Given, and TikTok has had its time to correct it.",
    Status.PROVISIONAL: "TikTok may still give or correct it.",
    Status.LATE: "TikTok was asked after its time was over and gave nothing.",
    Status.SOURCE_LIMIT: f"More than {HISTORY_DAYS} days before the connection: TikTok gives nothing so far back.",
    Status.BELOW_THRESHOLD: f"TikTok gives it from {THRESHOLD_FOLLOWERS} followers on.",
    Status.INACTIVE_POST: "TikTok leaves it out while nobody has watched or reacted to the post for more than 7 days.",
    Status.NOT_BUSINESS: "TikTok gives it for Business accounts only.",
    Status.NO_SCOPE: "The account did not grant the permission it needs.",
    Status.NOT_COLLECTED: "Nobody asked TikTok at a time when it would have told.",
    Status.ESTIMATED: "Part of a growth over several days, spread over them.",
    Status.LOST_ACCESS: "TikTok has not let us ask since access was lost.",
    Status.GONE: "The post is not listed any more.",
    Status.FROZEN: f"TikTok stops counting {COUNTED_DAYS} days after publishing.",
    Status.PAUSED: "Collection was paused.",
    Status.AMBIGUOUS: "Which of TikTok's two follower series is the total cannot be told (ADR 7).",
    Status.IMPORTED: "From a file of TikTok Studio; the API has not said it.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricGroup:
    """Fields of one grain that need the same permission and kind of account, and come equally late."""

    grain: Grain
    scope: str
    gate: Gate
    latency_hours: int
    fields: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.scope}/{self.gate}/{self.latency_hours}h"


def metric_groups(catalog: Catalog, grain: Grain) -> tuple[MetricGroup, ...]:
    """The groups of a grain, in the order of its fields; a worked-out column is with its least demanding source."""
    fields = {field.name: field for field in catalog.fields_of(grain)}
    homes = fields | {name: _least_demanding(fields, sources) for name, sources in DERIVED[grain].items()}
    keys = dict.fromkeys((field.scope, field.gate, field.latency_hours) for field in homes.values())
    return tuple(
        MetricGroup(
            grain=grain,
            scope=scope,
            gate=gate,
            latency_hours=hours,
            fields=tuple(
                name
                for name, home in homes.items()
                if (home.scope, home.gate, home.latency_hours) == (scope, gate, hours)
            ),
        )
        for scope, gate, hours in keys
    )


def _least_demanding(fields: Mapping[str, Field], sources: tuple[str, ...]) -> Field:
    return min((fields[name] for name in sources), key=lambda field: list(Gate).index(field.gate))

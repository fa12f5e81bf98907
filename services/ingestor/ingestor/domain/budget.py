"""TikTok's limits (domain clock): one bucket of moments per app, shared by all replicas, and a minute per account.

A bucket of tokens that may be kept would burst: two replicas that each hold ten could send twenty within a second. So a
token is a moment: the bucket gives out the next ones, a pitch apart, and one that was not used in time is gone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from ingestor.domain.answers import Answer, Refused, Verdict

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
# TikTok: after the limit of a minute pause five; the limit of a second is over with it.
PENALTY = 5 * MINUTE
# The part of the limits that is never asked for. It pays for moments that are used a little late.
_RESERVE = 0.05
# Of its own 40 a minute an account must have used nearly all for a refusal to be its own.
_NEARLY = 0.9
_ROUNDING = timedelta(milliseconds=1)
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Of TikTok's tier of the app (Basic), and of each account and endpoint."""

    per_second: int = 10
    per_minute: int = 600
    account_per_minute: int = 40

    @property
    def spacing(self) -> timedelta:
        """Between two moments: this far apart they fit into every second and every minute, wherever it begins."""
        return max(SECOND / self.per_second, MINUTE / self.per_minute) / (1 - _RESERVE)

    @property
    def patience(self) -> timedelta:
        """How long after its moment a request may begin: `n` spacings hold `n` moments, each that late."""
        seconds = self.spacing * self.per_second - SECOND
        minutes = self.spacing * self.per_minute - MINUTE
        return min(seconds, minutes) - _ROUNDING

    @property
    def granted_per_minute(self) -> float:
        return MINUTE / self.spacing


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """`count` moments for requests: the first at `start`, the others a `pitch` apart, each good for `patience`."""

    start: datetime
    pitch: timedelta
    count: int
    patience: timedelta

    def rest(self, now: datetime) -> "Lease":
        """Without the moments that have passed."""
        late = now - self.patience - self.start
        return self.without(-(-late // self.pitch)) if late > timedelta(0) else self

    def without(self, moments: int) -> "Lease":
        return Lease(
            start=self.start + moments * self.pitch,
            pitch=self.pitch,
            count=max(self.count - moments, 0),
            patience=self.patience,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """What all replicas know of an app: the first moment nobody has, and until when TikTok wants nothing from it.

    `version` guards against two replicas writing over each other.
    """

    app: str
    version: int = 0
    next_at: datetime = _LONG_AGO
    closed_until: datetime = _LONG_AGO

    def lease(self, count: int, *, now: datetime, pitch: timedelta, limits: Limits) -> tuple["Bucket", Lease]:
        """The bucket without its next `count` moments, and these; a `pitch` above the spacing gives more patience."""
        start = max(self.next_at, self.closed_until, now)
        patience = limits.patience + (pitch - limits.spacing)
        lease = Lease(start=start, pitch=pitch, count=count, patience=patience)
        return self._changed(next_at=start + count * pitch, closed_until=self.closed_until), lease

    def closed(self, until: datetime) -> "Bucket":
        return self._changed(next_at=self.next_at, closed_until=max(self.closed_until, until))

    def _changed(self, *, next_at: datetime, closed_until: datetime) -> "Bucket":
        return Bucket(app=self.app, version=self.version, next_at=next_at, closed_until=closed_until)


class Pause(StrEnum):
    """Who has to pause after a refusal."""

    APP_SECOND = "app_second"
    APP_MINUTE = "app_minute"
    APP_MAINTENANCE = "app_maintenance"
    ACCOUNT = "account"
    """This endpoint of this account only."""


# TikTok's codes that name whom they are about: a field's value, an advertiser.
_OF_ACCOUNT = frozenset({"40132", "40133"})


def pause_after(answer: Answer, *, own_requests: int, limits: Limits) -> Pause | None:
    """Who pauses after `answer`. TikTok says whether a second or a minute was too full, but not whose minute: it was
    the account's if that has used nearly all of its own (`own_requests` in the last minute), else the app's."""
    if not isinstance(answer, Refused):
        return None
    match answer.verdict:
        case Verdict.THROTTLED_SECOND:
            return Pause.APP_SECOND
        case Verdict.MAINTENANCE:
            return Pause.APP_MAINTENANCE
        case Verdict.THROTTLED_MINUTE:
            own = answer.code in _OF_ACCOUNT or own_requests >= _NEARLY * limits.account_per_minute
            return Pause.ACCOUNT if own else Pause.APP_MINUTE
        case _:
            return None


APP_PAUSES: Mapping[Pause, timedelta] = {
    Pause.APP_SECOND: SECOND,
    Pause.APP_MINUTE: PENALTY,
    # One request a minute of the whole app finds out when TikTok is open again.
    Pause.APP_MAINTENANCE: MINUTE,
}

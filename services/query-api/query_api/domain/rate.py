"""How often somebody may ask: a bucket that holds a quota's requests and fills up evenly over its window."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """`requests` at once, and as many again in every `seconds`."""

    requests: int
    seconds: int = 60

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds


@dataclass(frozen=True, slots=True)
class Bucket:
    """`left` requests at the moment `at`, in seconds of a clock that never goes back."""

    left: float
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What a request was told: `remaining` more at once, all of the quota again in `reset_seconds`."""

    quota: Quota
    remaining: int
    reset_seconds: int
    retry_seconds: int = 0
    """Until one more may be asked; 0 where this one was granted."""

    @property
    def granted(self) -> bool:
        return self.retry_seconds == 0


def taken(bucket: Bucket | None, quota: Quota, *, now: float) -> tuple[Bucket, Allowance]:
    """One request out of `bucket`, which is full where there is none yet."""
    left = float(quota.requests)
    if bucket is not None:
        left = min(left, bucket.left + (now - bucket.at) * quota.per_second)
    granted = left >= 1
    left -= granted
    allowance = Allowance(
        quota=quota,
        remaining=int(left),
        reset_seconds=math.ceil((quota.requests - left) / quota.per_second),
        retry_seconds=0 if granted else math.ceil((1 - left) / quota.per_second),
    )
    return Bucket(left, now), allowance

"""The buckets of everybody who asked lately, in this process: each replica grants the quota."""

import time
from collections import OrderedDict

from query_api.domain.rate import Allowance, Bucket, Quota, taken

# The bucket that was not asked for longest goes; in all likelihood it is full, which is as good as none.
MOST_BUCKETS = 10_000


class MemoryRateLimits:
    def __init__(self, quota: Quota) -> None:
        self._quota = quota
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, subject: str) -> Allowance:
        bucket, allowance = taken(self._buckets.pop(subject, None), self._quota, now=time.monotonic())
        self._buckets[subject] = bucket
        if len(self._buckets) > MOST_BUCKETS:
            self._buckets.popitem(last=False)
        return allowance

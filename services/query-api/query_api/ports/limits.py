"""How often somebody may ask."""

from typing import Protocol

from query_api.domain.rate import Allowance


class RateLimits(Protocol):
    def take(self, subject: str) -> Allowance:
        """One request of `subject`, granted or not."""
        ...

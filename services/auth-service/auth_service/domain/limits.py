"""How often a thing may be tried, by whom; the counts are kept by fixed windows and shared by every replica."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """`most` tries in each window of `per`. `name` is part of what is stored."""

    name: str
    most: int
    per: timedelta

    def window(self, at: datetime) -> int:
        return (at - _EPOCH) // self.per

    def ends(self, at: datetime) -> datetime:
        """When the window of `at` ends and counting begins anew."""
        return _EPOCH + (self.window(at) + 1) * self.per


# An office shares one address: its people together, and whoever guesses from there.
SIGN_IN_ADDRESS = Limit(name="sign-in-address", most=100, per=timedelta(minutes=15))
# ASVS 2.2.1 allows a hundred failures an hour on one account; a right password starts the count anew.
SIGN_IN_ACCOUNT = Limit(name="sign-in-account", most=10, per=timedelta(minutes=15))
# A code has a million forms and three are good at a time.
CODE = Limit(name="code", most=10, per=timedelta(minutes=15))
RESET_ADDRESS = Limit(name="reset-address", most=20, per=timedelta(hours=1))
RESET_ACCOUNT = Limit(name="reset-account", most=3, per=timedelta(hours=1))
RESET_TOKEN = Limit(name="reset-token", most=20, per=timedelta(hours=1))
CALLBACK = Limit(name="callback", most=60, per=timedelta(minutes=1))
EARLY_ACCESS_ADDRESS = Limit(name="early-access-address", most=10, per=timedelta(hours=1))
EARLY_ACCESS_EMAIL = Limit(name="early-access-email", most=3, per=timedelta(days=1))

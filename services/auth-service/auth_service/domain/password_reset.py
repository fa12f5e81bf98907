"""A password reset: a random token in a mail, of which only the SHA-256 is kept, good once and for half an hour."""

from datetime import datetime, timedelta

from auth_service.domain.record import Id, Record, fingerprint
from common.events import Timestamp

RESET_LIFE = timedelta(minutes=30)


class PasswordReset(Record):
    """`user_id` None: nobody has the address that was given, and the record costs the time that a real one would."""

    token_sha256: str
    user_id: Id | None
    expires_at: Timestamp


def new_reset(*, token: str, user_id: Id | None, at: datetime) -> PasswordReset:
    return PasswordReset(token_sha256=fingerprint(token), user_id=user_id, expires_at=at + RESET_LIFE)

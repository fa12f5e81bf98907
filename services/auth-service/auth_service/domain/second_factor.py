"""The second factor: time-based codes (RFC 6238), each good once, and recovery codes for a lost telephone."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hmac import compare_digest

import pyotp
from pydantic import SecretStr

from auth_service.domain.record import Id, Record, fingerprint
from common.events import Timestamp

ISSUER = "TikTok Organic Analytics"
RECOVERY_CODES = 10
# An enrolment that nobody confirmed is begun anew.
ENROLMENT_LIFE = timedelta(minutes=15)
_STEP_SECONDS = 30
# Clocks of telephones differ by a little.
_STEPS_AROUND = (0, -1, 1)


class SecondFactor(Record):
    """`last_step`: the step of the last code that was used. `revision` lets one of two at once win."""

    user_id: Id
    secret: SecretStr
    started_at: Timestamp
    confirmed_at: Timestamp | None = None
    last_step: int = -1
    recovery_sha256: tuple[str, ...] = ()
    revision: int = 1

    @property
    def is_on(self) -> bool:
        return self.confirmed_at is not None

    def confirmed(self, code: str, recovery: Sequence[str], at: datetime) -> "SecondFactor | None":
        """It, turned on, after a right first code; None for a wrong one or one that came too late."""
        step = self._step_of(code, at)
        if step is None or self.is_on or at >= self.started_at + ENROLMENT_LIFE:
            return None
        hashes = tuple(fingerprint(normal_code(one)) for one in recovery)
        return self._changed({"confirmed_at": at, "last_step": step, "recovery_sha256": hashes})

    def used(self, code: str, at: datetime) -> "SecondFactor | None":
        """It, after a right code that now is used up; None for a wrong one."""
        if (step := self._step_of(code, at)) is not None:
            return self._changed({"last_step": step})
        given = fingerprint(normal_code(code))
        left = tuple(one for one in self.recovery_sha256 if not compare_digest(one, given))
        return None if len(left) == len(self.recovery_sha256) else self._changed({"recovery_sha256": left})

    def address(self, email: str) -> str:
        """The otpauth address that a telephone reads."""
        return self._codes().provisioning_uri(name=email, issuer_name=ISSUER)

    def _step_of(self, code: str, at: datetime) -> int | None:
        now, codes = int(at.timestamp()) // _STEP_SECONDS, self._codes()
        given = normal_code(code)
        right = [now + by for by in _STEPS_AROUND if compare_digest(codes.generate_otp(now + by), given)]
        return next((step for step in right if step > self.last_step), None)

    def _codes(self) -> pyotp.TOTP:
        return pyotp.TOTP(self.secret.get_secret_value())

    def _changed(self, changes: dict[str, object]) -> "SecondFactor":
        return self.model_copy(update={**changes, "revision": self.revision + 1})


def normal_code(text: str) -> str:
    """As people type it, without its spaces and dashes. Only ASCII can be compared in constant time."""
    return "".join(char for char in text if char.isascii() and char.isalnum()).upper()

"""What came back from TikTok: data, or a refusal. The envelope's `code` outranks the HTTP status."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

# TikTok's texts go into logs and the status shown to people.
_LONGEST_MESSAGE = 200


class Verdict(StrEnum):
    """What a refusal asks us to do."""

    TOKEN = "token"  # noqa: S105 - the name of a verdict, no secret
    """Get another access token."""
    THROTTLED_MINUTE = "throttled_minute"
    """Too many requests a minute: pause."""
    THROTTLED_SECOND = "throttled_second"
    """Too many requests a second: the next second is fine."""
    MAINTENANCE = "maintenance"
    """TikTok is closed for everybody: pause the whole app."""
    FORBIDDEN = "forbidden"
    """The account's owner did not permit this; only a new connection helps."""
    REJECTED = "rejected"
    """The request is wrong for TikTok; the same one will hardly be right soon."""
    FAILED = "failed"
    """Try again later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """`data` of a success envelope; `observed_at` is the domain clock at receipt."""

    data: Mapping[str, object]
    observed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """No data; `code` is TikTok's code, or what happened instead of an envelope, for metrics."""

    verdict: Verdict
    code: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """The account may not be read any more; `reason` is shown to its people."""

    reason: str


Answer = Answered | Refused
Outcome = Answer | Lost

_VERDICTS: Mapping[int, Verdict] = {
    40102: Verdict.TOKEN,
    40105: Verdict.TOKEN,
    40016: Verdict.THROTTLED_MINUTE,
    40100: Verdict.THROTTLED_MINUTE,
    40132: Verdict.THROTTLED_MINUTE,
    40133: Verdict.THROTTLED_MINUTE,
    61000: Verdict.THROTTLED_MINUTE,
    60001: Verdict.MAINTENANCE,
    40001: Verdict.FORBIDDEN,
    40130: Verdict.FORBIDDEN,
    40131: Verdict.FORBIDDEN,
}
_CLIENT_ERRORS = range(40000, 50000)


def from_envelope(envelope: object, *, http_status: int, path: str, observed_at: datetime) -> Answer:
    """The answer in a decoded body, whatever the HTTP status said."""
    if not isinstance(envelope, Mapping) or not _is_code(envelope.get("code")):
        return without_envelope(path=path, code=f"http_{http_status}", what=f"HTTP {http_status} without an envelope")
    code, data = envelope["code"], envelope.get("data")
    if code != 0:
        return _refused(envelope, path)
    if not isinstance(data, Mapping) or not data:
        return without_envelope(path=path, code="empty", what="a success without data")
    return Answered(data=data, observed_at=observed_at)


def without_envelope(*, path: str, code: str, what: str) -> Refused:
    """A refusal for everything that is no readable answer: time-outs, cut connections, malformed bodies."""
    return Refused(verdict=Verdict.FAILED, code=code, reason=f"{path}: TikTok gave {what}")


def _refused(envelope: Mapping[str, object], path: str) -> Refused:
    code, message = envelope["code"], str(envelope.get("message", ""))[:_LONGEST_MESSAGE]
    verdict = _verdict(code) if isinstance(code, int) else Verdict.FAILED
    if verdict is Verdict.THROTTLED_MINUTE and "QPS" in message:
        verdict = Verdict.THROTTLED_SECOND
    request = str(envelope.get("request_id", "none"))[:_LONGEST_MESSAGE]
    reason = f"{path}: TikTok answered code {code}, {message or 'without a message'} (request_id {request})"
    return Refused(verdict=verdict, code=str(code), reason=reason)


def _verdict(code: int) -> Verdict:
    """TikTok's 4xxxx blame the request, its 5xxxx the service."""
    return _VERDICTS.get(code, Verdict.REJECTED if code in _CLIENT_ERRORS else Verdict.FAILED)


def _is_code(code: object) -> bool:
    return isinstance(code, int) and not isinstance(code, bool)

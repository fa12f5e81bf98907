"""Faults that can be switched on: which there are, where they strike, and what becomes of an answer they hit."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from sandbox.domain import answers, chance, distortions
from sandbox.domain.answers import Result
from sandbox.domain.distortions import Distortion, Draws
from sandbox.domain.limits import MINUTE_PASSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """How an answer leaves."""

    text: str
    status: int | None = 200
    """None: nothing is ever sent."""
    is_json: bool = True
    is_cut: bool = False
    """The connection ends after `text`, before the answer does."""
    seconds: float = 0.0
    """Real time over which `text` drips."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One row of the table: what it is, and the one thing it changes."""

    says: str
    refusal: Result | None = None
    distort: Distortion | None = None
    send: Callable[[str, float], Sending] | None = None
    skews: bool = False
    seconds: float | None = None
    """What the rule's `seconds` are unless it names them; None: it takes none."""


def _refused(code: int, message: str) -> Fault:
    return Fault(says=message, refusal=Result(code, message, {}))


def _cut_in_the_middle(text: str, _: float) -> Sending:
    return Sending(text=text[: len(text) // 2], is_json=False, is_cut=True)


def _broken_json(text: str, _: float) -> Sending:
    return Sending(text=text[: len(text) // 2], is_json=False)


def _never(_: str, __: float) -> Sending:
    return Sending(text="", status=None, is_json=False)


def _dripping(text: str, seconds: float) -> Sending:
    return Sending(text=text, seconds=seconds)


def _gateway(status: int, said: str) -> Fault:
    page = f"<html><head><title>{said}</title></head><body><h1>{said}</h1></body></html>"
    return Fault(
        says=f"HTTP {status} without an envelope",
        send=lambda _, __: Sending(text=page, status=status, is_json=False),
    )


FAULTS = {
    "40001": _refused(answers.PERMISSION_ERROR, "No permission for the scope of this request."),
    "40100": _refused(answers.TOO_MANY_REQUESTS, MINUTE_PASSED),
    "40102": _refused(answers.ACCESS_TOKEN_EXPIRED, "Access token has expired."),
    "40105": _refused(answers.INVALID_ACCESS_TOKEN, "Access token is incorrect or has been revoked."),
    "50000": _refused(answers.SYS_ERROR, "System error."),
    "50002": _refused(answers.SYS_TIMEOUT, "System time-out."),
    "51010": _refused(answers.SERVICE_ERROR, "Service error."),
    "60001": _refused(answers.MAINTENANCE, "Under maintenance."),
    "http_500": _gateway(500, "500 Internal Server Error"),
    "http_502": _gateway(502, "502 Bad Gateway"),
    "time_out": Fault(says="no answer, until the client goes away", send=_never),
    "slow_body": Fault(says="the body drips over `seconds` of real time", send=_dripping, seconds=5.0),
    "cut_connection": Fault(says="the connection ends in the middle of the body", send=_cut_in_the_middle),
    "malformed_json": Fault(says="half of the JSON text, as if it were all", send=_broken_json),
    "clock_skew": Fault(
        says="answered by a server whose clock is `seconds` off, ahead or behind: `Date`, request_id, figures",
        skews=True,
        seconds=600.0,
    ),
    "empty_success": Fault(says="success with no data, or a page without items", distort=distortions.empty),
    "wrong_type": Fault(says="one field of one item is of another type", distort=distortions.wrong_type),
    "text_for_number": Fault(says="one number of one item is a text", distort=distortions.text_for_number),
    "null": Fault(says="one field of one item is null", distort=distortions.null),
    "unknown_field": Fault(says="one item has a field nobody knows", distort=distortions.unknown_field),
    "huge_text": Fault(says="one caption (or bio, or comment) of 10 MB", distort=distortions.huge_text),
    "number_for_id": Fault(says="one id is a number, beyond 2^53", distort=distortions.number_for_id),
    "future_date": Fault(says="one date is a year ahead", distort=distortions.future_date),
}


WEBHOOK_FAULTS = {
    "webhook_duplicate": "an event is sent again, up to 10 minutes later",
    "webhook_disorder": "an event is held back up to 10 minutes, so that later ones overtake it",
}


class Rule(BaseModel):
    """Where a fault strikes, and which share of the answers there."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    fault: str
    share: float = Field(default=1.0, gt=0, le=1)
    path: str | None = Field(default=None, min_length=1)
    """End of the endpoint's path, as `/business/get/`; None: every endpoint."""
    open_id: str | None = Field(default=None, min_length=1)
    """None: every account."""
    seconds: float | None = Field(default=None, gt=0, le=86_400)

    @field_validator("fault")
    @classmethod
    def _is_known(cls, name: str) -> str:
        if name not in FAULTS and name not in WEBHOOK_FAULTS:
            raise ValueError(f"unknown fault {name!r}; there are {', '.join((*FAULTS, *WEBHOOK_FAULTS))}")
        return name

    @model_validator(mode="after")
    def _takes_what_it_has(self) -> "Rule":
        if self.seconds is not None and (self.fault in WEBHOOK_FAULTS or FAULTS[self.fault].seconds is None):
            raise ValueError(f"the fault {self.fault!r} takes no seconds")
        if self.path is not None and self.fault in WEBHOOK_FAULTS:
            raise ValueError(f"the fault {self.fault!r} takes no path")
        return self

    def covers(self, path: str, open_id: str | None) -> bool:
        return self.fault in FAULTS and path.endswith(self.path or "") and self.open_id in (None, open_id)


class Rules(BaseModel):
    """The body of PUT /_sandbox/faults."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    rules: tuple[Rule, ...] = Field(strict=False, max_length=1_000)


class RuleBook(Protocol):
    """Where rules are kept."""

    def rules(self) -> tuple[Rule, ...]: ...

    def replace(self, rules: tuple[Rule, ...]) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Strike:
    """What one answer suffers; without a rule nothing."""

    rule: Rule | None = None
    draws: Draws = ()

    @property
    def skew(self) -> timedelta:
        if not self._fault.skews:
            return timedelta(0)
        return timedelta(seconds=self._seconds if self.draws[0] < 0.5 else -self._seconds)

    @property
    def refusal(self) -> Result | None:
        """The code that is told, where the fault is one."""
        return self._fault.refusal

    def change(self, true: Result) -> Result:
        """What is told in place of `true`; a refusal is never changed."""
        if true.code != answers.OK:
            return true
        if self._fault.refusal is not None:
            return self._fault.refusal
        data = self._fault.distort(true.data, self.draws) if self._fault.distort else true.data
        return true if data is true.data else Result(true.code, true.message, data)

    def send(self, text: str) -> Sending:
        return self._fault.send(text, self._seconds) if self._fault.send else Sending(text=text)

    def name(self, true: Result | None, told: Result) -> str | None:
        """The fault, where it showed; nothing is true yet of what it came before."""
        shows = told is not true or self._fault.skews or self._fault.send is not None
        return self.rule.fault if self.rule and shows else None

    @property
    def _fault(self) -> Fault:
        return FAULTS[self.rule.fault] if self.rule else _NONE

    @property
    def _seconds(self) -> float:
        return (self.rule.seconds if self.rule else None) or self._fault.seconds or 0.0


_NONE = Fault(says="nothing")


def strike(rules: Iterable[Rule], *, seed: int, number: int, path: str, open_id: str | None) -> Strike:
    """The fault of the answer with `number`: each rule draws for itself; of several that hit, the one that hit best."""
    hits: list[tuple[float, Rule, Draws]] = []
    for rule in (rule for rule in rules if rule.covers(path, open_id)):
        draws = _draws(rule, seed, number)
        if draws[0] < rule.share:
            hits.append((draws[0] / rule.share, rule, draws[1:]))
    if not hits:
        return Strike()
    best = min(hits, key=lambda hit: hit[0])
    return Strike(rule=best[1], draws=best[2])


def strikes_webhook(rules: Iterable[Rule], fault: str, key: tuple[int, int], open_id: str) -> bool:
    """Whether the delivery of `key` (seed, number) suffers `fault`."""
    meant = [rule for rule in rules if rule.fault == fault and rule.open_id in (None, open_id)]
    return any(_draws(rule, *key)[0] < rule.share for rule in meant)


def _draws(rule: Rule, seed: int, number: int) -> tuple[float, ...]:
    return chance.uniforms(seed, "fault", number, rule.fault, rule.path or "", rule.open_id or "")

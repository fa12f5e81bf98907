"""How every answer of TikTok's is given: struck by the faults that are on, logged, counted, sent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from prometheus_client import Counter
from starlette.responses import Response

from common.runtime.clock import Clock
from sandbox.domain import faults, masking, timeline
from sandbox.domain.answers import Result
from sandbox.domain.faults import RuleBook, Strike
from sandbox.domain.wire import Json
from sandbox.entrypoints import envelope
from sandbox.entrypoints.dates import http_date
from sandbox.entrypoints.envelope import Envelope
from sandbox.entrypoints.sending import response
from sandbox.ports import Answer, AnswerLog

Work = Callable[[int], Json]
"""What is answered at a moment; raises ApiError where it is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One request as the log and the faults see it."""

    path: str
    open_id: str | None
    params: Mapping[str, str]
    changes: bool = False
    """It changes something: a code as a fault then comes in its place, and a wrong clock counts only in the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    seed: int
    clock: Clock
    rules: RuleBook
    log: AnswerLog
    answered: Counter

    def answer(self, asked: Question, work: Work) -> Response:
        at, strike = self.clock.now(), self._strike(asked)
        told_at = at + strike.skew
        moment = timeline.moment_of(at if asked.changes else told_at)
        told, fault = _told(strike, lambda: work(moment), before=asked.changes)
        sealed = envelope.seal(told, at=told_at)
        sending = strike.send(sealed.text)
        self._keep(asked, strike, _without_secrets(told, sealed), at=at, fault=fault)
        self.answered.labels(path=asked.path, code=str(told.code) if sending.is_json else fault).inc()
        return response(sending, headers={**sealed.headers(), "Date": http_date(told_at)})

    def _strike(self, asked: Question) -> Strike:
        number = self.log.last() + 1
        return faults.strike(self.rules.rules(), seed=self.seed, number=number, path=asked.path, open_id=asked.open_id)

    def _keep(self, asked: Question, strike: Strike, text: str, *, at: datetime, fault: str | None) -> None:
        sending = strike.send(text)
        self.log.append(
            Answer(
                at=at,
                path=asked.path,
                open_id=asked.open_id,
                params=asked.params,
                http_status=sending.status,
                body=sending.text if sending.is_json else None,
                sent=None if sending.is_json else sending.text,
                fault=fault,
            )
        )


def _told(strike: Strike, work: Callable[[], Json], *, before: bool) -> tuple[Result, str | None]:
    """What is told and the fault that shows in it; with `before` a refusal comes before anything is done."""
    if before and strike.refusal is not None:
        return strike.refusal, strike.name(None, strike.refusal)
    true = envelope.result(work)
    told = strike.change(true)
    return told, strike.name(true, told)


def _without_secrets(told: Result, sealed: Envelope) -> str:
    """The answer's text as the log may keep it."""
    data = masking.masked(told.data)
    return sealed.text if data is told.data else envelope.written(replace(told, data=data), sealed.request_id)

"""A JSON answer from memory where it is there, made while its asker waits where it is not."""

from datetime import datetime

from fastapi import Request
from fastapi.responses import Response

from query_api.domain.access import Principal
from query_api.domain.answers import AnswerKey
from query_api.entrypoints.connection import while_connected
from query_api.entrypoints.shortcut import Shortcut, answer_headers
from query_api.ports.answers import Answers, Make


async def answered(request: Request, answers: Answers, key: AnswerKey, make: Make) -> Response:
    answer = answers.held(key)
    if answer is None:
        answer = await while_connected(request, answers.answer(key, make))
    return Response(answer.body, media_type="application/json", headers=dict(answer_headers(request, answer)))


def says_all(request: Request, caller: Principal, key: AnswerKey, *, at: datetime) -> None:
    """What is asked follows from the address, the caller, the accounts and the quarter of an hour `at` alone.

    Not so where it depends on anything else that may change, such as the formula of a custom metric.
    """
    shortcut: Shortcut = request.app.state.shortcut
    shortcut.remember(request, caller, key, at=at)

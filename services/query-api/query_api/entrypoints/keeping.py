"""A JSON answer from memory where it is there, made while its asker waits where it is not."""

from fastapi import Request
from fastapi.responses import Response

from query_api.domain.answers import Answer, AnswerKey
from query_api.entrypoints.connection import while_connected
from query_api.entrypoints.links import next_link
from query_api.ports.answers import Answers, Make


async def kept(request: Request, answers: Answers, key: AnswerKey, make: Make) -> Response:
    answer = answers.held(key)
    if answer is None:
        answer = await while_connected(request, answers.answer(key, make))
    return answer_response(request, answer)


def answer_response(request: Request, answer: Answer) -> Response:
    headers = {"ETag": answer.tag, **next_link(request, answer.next_cursor)}
    return Response(answer.body, media_type="application/json", headers=headers)

"""The answer to a question over HTTP: JSON, or CSV for those who may take data away."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel

from common.events import KeyScope
from query_api.domain.access import Principal
from query_api.domain.answer_keys import answer_key
from query_api.domain.answers import Answer
from query_api.domain.asking import Asked
from query_api.domain.comparing import comparisons
from query_api.domain.export_forms import FILE_FORMS
from query_api.domain.exportable import Exportable
from query_api.domain.question import Question
from query_api.entrypoints import problems
from query_api.entrypoints.answer import answered_with
from query_api.entrypoints.exported import exported
from query_api.entrypoints.keeping import kept
from query_api.entrypoints.shortcut import remember
from query_api.ports import Services
from query_api.use_cases.answering import Answering


def responses_of(model: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that answers with figures, for its description."""
    return {
        200: {
            "description": "The figures; as a file all rows. A file is whole only if its transfer ended well.",
            "model": model,
            "content": {
                form.media_type.partition(";")[0]: {"schema": {"type": "string"}} for form in FILE_FORMS.values()
            },
        },
        304: {"description": "You have it: its tag is in If-None-Match."},
        **problems.documented(401, 403, 422, 429, 503),
    }


async def answered(
    question: Question, asked: Asked, *, name: str | None, request: Request, caller: Principal, services: Services
) -> Response:
    """`name` is the widget's."""
    if asked.format.is_file:
        caller.require(KeyScope.EXPORT)
        exportable = Exportable(question=question, form=asked.format, widget=name, attribution=asked.attribution)
        return await exported(exportable, with_manifest=asked.manifest, request=request, services=services)
    now = services.clock.now()
    compared = comparisons(asked.compare, question.days, preset=asked.preset)
    key = answer_key(question, name, compared, asked.explain, now=now)
    remember(request, caller, question, key, at=now)

    async def make() -> Answer:
        found = Answering(warehouse=services.warehouse).find(question, compared, explain=asked.explain, now=now)
        return answered_with(await found, name=name)

    return await kept(request, services.answers, key, make)

"""Looker Studio's connector: its own JSON in, its own JSON out, so that the script is a pipe."""

import json
from collections.abc import AsyncGenerator

from fastapi import APIRouter, Request
from fastapi.responses import Response

from query_api.domain.looker.asking import LookerQuestion, looker_question
from query_api.domain.looker.config import step_of, table_of
from query_api.domain.looker.fields import fields_of, version_of
from query_api.domain.looker.sample import sample_rows
from query_api.domain.looker.tables import TABLES
from query_api.entrypoints import problems
from query_api.entrypoints.asker import Asking, asked_about
from query_api.entrypoints.caller import Caller, Ports
from query_api.entrypoints.connection import ClosingStream, while_connected
from query_api.entrypoints.looker_schemas import (
    AuthAnswer,
    ConfigAnswer,
    ConfigRequest,
    DataAnswer,
    DataRequest,
    SchemaAnswer,
    SchemaRequest,
    field_answer,
    parameter_answer,
)

router = APIRouter(prefix="/looker/v1", tags=["looker"])

# Another one once a field means something else: a chart can tell that its fields are those of before.
_VERSION = "X-Schema-Version"
_JSON = "application/json"


@router.post(
    "/auth", operation_id="looker_auth", summary="Whether the key works", responses=problems.documented(401, 403, 503)
)
async def looker_auth(asking: Asking) -> AuthAnswer:
    return AuthAnswer(accounts=len(asking.readable))


@router.post(
    "/config",
    operation_id="looker_config",
    summary="The next step of setting a data source up",
    response_model_exclude_none=True,
    responses=problems.documented(401, 403, 422, 503),
)
async def looker_config(body: ConfigRequest, asking: Asking) -> ConfigAnswer:
    step = step_of(body.config_params.hub, asking.readable)
    parameters = [parameter_answer(parameter) for parameter in step.parameters]
    return ConfigAnswer(config_params=parameters, is_stepped_config=step.another)


@router.post(
    "/schema",
    operation_id="looker_schema",
    summary="The fields of a table",
    response_model_exclude_none=True,
    responses=problems.documented(401, 403, 422, 503),
)
async def looker_schema(body: SchemaRequest, asking: Asking, services: Ports, response: Response) -> SchemaAnswer:
    more = await services.metrics.custom.metrics_of(asking.workspace_id)
    fields = fields_of(TABLES[table_of(body.config_params.table)], more)
    response.headers[_VERSION] = version_of(fields)
    return SchemaAnswer(schema=[field_answer(field) for field in fields.values()])


@router.post(
    "/data",
    operation_id="looker_data",
    summary="The rows of a chart",
    response_class=Response,
    responses={200: {"model": DataAnswer}, **problems.documented(401, 403, 422, 503)},
)
async def looker_data(body: DataRequest, asking: Asking, caller: Caller, request: Request, services: Ports) -> Response:
    wanted = body.asked()
    about = await asked_about(asking, wanted.accounts, caller, services)
    asked = looker_question(wanted, about, await services.metrics.custom.metrics_of(asking.workspace_id))
    headers = {_VERSION: asked.version}
    if body.script_params.sample_extraction:
        return Response(_written(asked, json.dumps(sample_rows(asked)).encode()), media_type=_JSON, headers=headers)
    labels = await services.labels.labels.of_workspace(asking.workspace_id)
    rows = services.looker.rows(asked, {str(label.label_id): label.name for label in labels})
    # A failure before the first byte can still be told; after it only the connection can be cut.
    first = await while_connected(request, _first(rows))
    return ClosingStream(_between(_around(asked), first, rows), media_type=_JSON, headers=headers)


async def _first(rows: AsyncGenerator[bytes, None]) -> bytes:
    return await anext(rows, b"[]")


async def _between(
    around: tuple[bytes, bytes], first: bytes, rows: AsyncGenerator[bytes, None]
) -> AsyncGenerator[bytes, None]:
    head, tail = around
    try:
        yield head + first
        async for piece in rows:
            yield piece
        yield tail
    finally:
        await rows.aclose()


def _written(asked: LookerQuestion, rows: bytes) -> bytes:
    head, tail = _around(asked)
    return head + rows + tail


def _around(asked: LookerQuestion) -> tuple[bytes, bytes]:
    columns = [{"name": field.name, "dataType": field.data_type} for field in asked.shown]
    head = f'{{"schema":{json.dumps(columns)},"rows":'
    return head.encode(), f',"filtersApplied":{json.dumps(asked.filters_applied)}}}'.encode()

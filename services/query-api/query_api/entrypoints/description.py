"""Completes the API's description by what every operation has, so that a new route has it without a word."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from common.replays.requests import PARAMETER, REPLAYED
from query_api.entrypoints import problems

# `Any`: OpenAPI's own nesting.
Node = dict[str, Any]

# What every operation that asks for a token may answer: it looks at parameters, token and quota before anything else.
_ALWAYS = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
_FORBIDDEN = HTTPStatus.FORBIDDEN
_JSON = "application/json"
_FRAMEWORKS_OWN = ("HTTPValidationError", "ValidationError")

_HEADERS: Mapping[str, Node] = {
    "X-Request-Id": {
        "description": "The request's id: the one it came with, or ours. Tell it when you tell us of a failure.",
        "required": True,
        "schema": {"type": "string", "minLength": 8, "maxLength": 128},
    },
    "RateLimit-Policy": {
        "description": "How often you may ask: `q` requests in `w` seconds (draft-ietf-httpapi-ratelimit-headers).",
        "schema": {"type": "string"},
        "example": '"default";q=1200;w=60',
    },
    "RateLimit": {
        "description": "`r` requests are left now; after `t` seconds without one all of them are there again.",
        "schema": {"type": "string"},
        "example": '"default";r=1199;t=1',
    },
    "ETag": {
        "description": "Of the bytes; send it as If-None-Match, and what has not changed is answered 304.",
        "schema": {"type": "string"},
    },
    "Link": {
        "description": 'The next page, `rel="next"` (RFC 8288), the same as `next_cursor`; absent on the last one.',
        "schema": {"type": "string"},
        "example": '</v1/widgets/post_explorer?cursor=WyJ…>; rel="next"',
    },
    REPLAYED: {
        "description": "The answer is that of the first request with this Idempotency-Key; nothing was made now.",
        "schema": {"type": "string", "const": "true"},
    },
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "string", "pattern": "^[0-9]+$"}},
    "WWW-Authenticate": {"description": "RFC 6750.", "schema": {"type": "string"}},
}
# Something was made, or is made in the background from now on.
MAKING = frozenset({"201", "202"})
_OF_STATUS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(MAKING, (REPLAYED,)),
    "304": ("ETag",),
    "401": ("WWW-Authenticate",),
    "403": ("WWW-Authenticate",),
    "429": ("Retry-After",),
    "503": ("Retry-After",),
}
_REQUEST_ID: Node = {
    "name": "X-Request-Id",
    "in": "header",
    "required": False,
    "description": "Your own id for the request: 8 to 128 letters, digits and `._:/+=-`; anything else is not taken.",
    "schema": {"type": "string"},
}
_IF_NONE_MATCH: Node = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "ETags of answers you have.",
    "schema": {"type": "string"},
}


def complete(description: Node) -> Node:
    """The description, changed in place; doing it again changes nothing."""
    components = description.setdefault("components", {})
    components["headers"] = dict(_HEADERS)
    schemas = components.setdefault("schemas", {})
    schemas |= problems.schemas()
    for name in _FRAMEWORKS_OWN:
        schemas.pop(name, None)
    for method, operation in _operations(description):
        _complete(operation, reads=method == "get", schemas=schemas)
    return description


def _operations(description: Node) -> Iterator[tuple[str, Node]]:
    return ((method, operation) for path in description["paths"].values() for method, operation in path.items())


def _complete(operation: Node, *, reads: bool, schemas: Node) -> None:
    responses: Node = operation["responses"]
    problem_statuses = [*_ALWAYS, _FORBIDDEN] if operation.get("security") else []
    makes = not MAKING.isdisjoint(responses)
    if makes:
        problem_statuses.append(HTTPStatus.CONFLICT)
    if "422" in responses or makes:
        problem_statuses.append(HTTPStatus.UNPROCESSABLE_ENTITY)
    for status in problem_statuses:
        responses[str(int(status))] = problems.documented(status)[status]
    is_json = _JSON in responses.get("200", {}).get("content", {})
    if reads and is_json:
        responses.setdefault("304", {"description": HTTPStatus.NOT_MODIFIED.phrase})
    operation["responses"] = dict(sorted(responses.items()))
    for code, response in responses.items():
        names = _headers(code, response, tagged="304" in responses, reads=reads, schemas=schemas)
        response["headers"] = {**response.get("headers", {}), **{name: _reference(name) for name in names}}
    tagged = [_IF_NONE_MATCH] if "304" in responses else []
    _add_parameters(operation, [_REQUEST_ID, *tagged, *([PARAMETER] if makes else [])])


def _headers(status: str, response: Node, *, tagged: bool, reads: bool, schemas: Node) -> Iterator[str]:
    yield "X-Request-Id"
    if status != "401":
        yield from ("RateLimit-Policy", "RateLimit")
    yield from _OF_STATUS.get(status, ())
    if status == "200" and tagged:
        yield "ETag"
    if status == "200" and reads and _is_paged(response, schemas):
        yield "Link"


def _is_paged(response: Node, schemas: Node) -> bool:
    schema = response.get("content", {}).get(_JSON, {}).get("schema", {})
    name = schema.get("$ref", "").rpartition("/")[2]
    return "next_cursor" in schemas.get(name, schema).get("properties", {})


def _reference(name: str) -> Node:
    return {"$ref": f"#/components/headers/{name}"}


def _add_parameters(operation: Node, more: list[Node]) -> None:
    parameters: list[Node] = operation.setdefault("parameters", [])
    there = {(parameter["in"], parameter["name"]) for parameter in parameters}
    parameters += [parameter for parameter in more if (parameter["in"], parameter["name"]) not in there]

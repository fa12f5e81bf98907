"""A query parameter that an operation does not have is refused: a misspelt filter must not show everything."""

from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import Request

from query_api.domain.errors import UnknownParameters

Known = Mapping[tuple[str, str], frozenset[str]]
"""The names of an operation's query parameters, by method and path."""


# `Any`: OpenAPI's own nesting.
def known_parameters(description: Mapping[str, Any]) -> Known:
    return {
        (method.upper(), path): frozenset(_names(operation.get("parameters", ())))
        for path, operations in description["paths"].items()
        for method, operation in operations.items()
    }


def _names(parameters: Iterable[Mapping[str, str]]) -> Iterable[str]:
    return (parameter["name"] for parameter in parameters if parameter["in"] == "query")


async def refuse_unknown(request: Request) -> None:
    """Raise `UnknownParameters`; a dependency of whatever is described."""
    given = request.query_params.keys()
    if not given:
        return
    known: Known = request.app.state.known_parameters
    here = known.get((request.method, request.scope["route"].path), frozenset())
    if unknown := [name for name in given if name not in here]:
        raise UnknownParameters(unknown, sorted(here))

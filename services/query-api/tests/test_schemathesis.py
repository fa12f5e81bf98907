"""Every operation of the description, asked with what fits it and with what does not, by everybody there is.

Whatever is asked, the answer is one that the description has: its status, media type, headers and schema, and never
our own fault.
"""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import requests
import schemathesis
from hypothesis import given
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from common.events import KeyScope, Role
from query_api.entrypoints.app import described_app

from .examples import examples
from .system import Api, Platform, Signer, Tenant, march, until

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ASKERS = (Role.VIEWER, Role.ANALYST, "reading key", "nobody")
REQUEST_SECONDS = 30
# What a link opens without signing in.
OPENED = {"shared", "download_export"}
Headers = dict[str, str]


# `Any`: the library says nothing of what its operations are made of.
def _operations() -> Iterator["APIOperation[Any, Any, Any, Any]"]:
    description = described_app().openapi()
    for found in schemathesis.openapi.from_dict(description).get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        # A stream does not end by itself; what comes on it test_changes.py reads.
        if "text/event-stream" not in operation.definition.raw["responses"].get("200", {}).get("content", {}):
            yield operation


OPERATIONS = {operation.definition.raw["operationId"]: operation for operation in _operations()}


# They say where the message ends: with others the server sees no request at all, which no API answers.
FRAMING = {"transfer-encoding", "content-length", "connection", "upgrade", "expect"}


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as made:
        yield made


@pytest.fixture(scope="module")
def askers(platform: Platform, keeping: Api, signer: Signer) -> dict[str, Headers]:
    """The headers of each, in a workspace with figures."""
    tenant = Tenant(platform=platform, url=keeping.url)
    tenant.publish_key(scopes=(KeyScope.READ,))
    account = tenant.connect()
    tenant.days(account, {march(1): {"video_views": 7, "followers": 10}})
    tenant.posts(account, [{"post_id": f"p{number}", "published_at": "2026-03-01 10:00:00"} for number in range(3)])
    tenant.until_accounts(1)
    life = int(timedelta(hours=12).total_seconds())
    return {
        **{role: _bearer(signer, tenant, role, life) for role in (Role.VIEWER, Role.ANALYST)},
        "reading key": tenant.headers,
        "nobody": {},
    }


def _bearer(signer: Signer, tenant: Tenant, role: Role, life: int) -> Headers:
    until(lambda: tenant.get("/v1/widgets").status_code == 200)
    token = signer.token(uuid4(), tenant.workspace_id, role=role, exp=int(time.time()) + life)
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("asker", ASKERS)
@pytest.mark.parametrize("name", OPERATIONS)
def test_every_answer_is_one_that_the_description_has(
    keeping: Api, askers: dict[str, Headers], session: requests.Session, name: str, asker: str
) -> None:
    operation, headers = OPERATIONS[name], askers[asker]

    def ask(case: Case[Any]) -> None:
        for framing in FRAMING.intersection(map(str.lower, case.headers)):
            del case.headers[framing]
        response = case.call(base_url=keeping.url, session=session, headers=headers, timeout=REQUEST_SECONDS)
        case.validate_response(response, checks=CHECKS)

    for mode, count in ((GenerationMode.POSITIVE, 8), (GenerationMode.NEGATIVE, 8)):
        try_out = given(case=operation.as_strategy(generation_mode=mode))(ask)
        examples(count)(try_out)()


def test_every_operation_is_described_to_the_end() -> None:
    description = described_app().openapi()
    assert description["openapi"].startswith("3.1")
    headers = description["components"]["headers"]
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            what = f"{method} {path}"
            assert operation["operationId"].replace("_", "").isalpha(), what
            assert operation["summary"], what
            assert operation["tags"], what
            if OPENED.isdisjoint((*operation["tags"], operation["operationId"])):
                assert operation["security"] == [{"bearer": []}], what
                assert {"400", "401", "403", "429", "503"} <= operation["responses"].keys(), what
            for status, response in operation["responses"].items():
                assert response["description"], (what, status)
                assert "X-Request-Id" in response["headers"], (what, status)
                assert {ref["$ref"].rpartition("/")[2] for ref in response["headers"].values()} <= headers.keys()
                if int(status) >= 400:
                    assert list(response["content"]) == ["application/problem+json"], (what, status)
            for parameter in operation.get("parameters", ()):
                assert "schema" in parameter, what
    identifiers = [operation["operationId"] for path in description["paths"].values() for operation in path.values()]
    assert len(identifiers) == len(set(identifiers))
    assert not {"HTTPValidationError", "ValidationError"} & description["components"]["schemas"].keys()


def test_what_the_description_does_not_have_is_refused_everywhere(
    keeping: Api, askers: dict[str, Headers], session: requests.Session
) -> None:
    # Of a link that opens nothing that is said first.
    named = {name: one for name, one in OPERATIONS.items() if "{token}" not in one.path}
    for name, operation in named.items():
        address = f"{keeping.url}{_filled(operation.path)}"
        answer = session.request(
            operation.method, address, params={"no_such": "1"}, headers=askers[Role.ANALYST], timeout=REQUEST_SECONDS
        )
        assert answer.status_code == 400, (name, answer.text)
        assert answer.json()["type"] == "unknown-parameter", name


def _filled(path: str) -> str:
    return "/".join("x" if part.startswith("{") else part for part in path.split("/"))

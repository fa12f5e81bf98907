"""Problems for every error, and the documents of the HTTP face."""

import json

import httpx
import pytest
from fastapi import FastAPI

from auth_service.bootstrap import Stores
from auth_service.openapi import description

from .http_face import problem


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ("{", "body"),
        (json.dumps({"password": "hunter2"}), "email"),
        (json.dumps({"email": ["hunter2"], "password": "hunter2"}), "email"),
        (json.dumps({"email": "a@b.test", "password": {"hunter2": 1}}), "password"),
        (json.dumps({"email": "a@b.test", "password": "hunter2" * 200}), "password"),
    ],
)
async def test_a_body_that_cannot_be_read_is_a_problem_that_quotes_nothing(
    http: httpx.AsyncClient, body: str, place: str
) -> None:
    answer = await http.post("/auth/v1/sessions", content=body, headers={"Content-Type": "application/json"})
    assert problem(answer) == (422, "invalid-input")
    assert place in answer.json()["detail"]
    assert "hunter2" not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/auth/v1/nothing", 404), ("PUT", "/auth/v1/sessions", 405), ("GET", "/", 404)],
)
async def test_an_unknown_route_is_a_problem(http: httpx.AsyncClient, method: str, path: str, status: int) -> None:
    assert problem(await http.request(method, path)) == (status, "about:blank")


async def test_a_fault_of_ours_shows_nothing_of_it(
    http: httpx.AsyncClient, bearer: dict[str, str], stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_: object) -> None:
        raise RuntimeError("hunter2")

    monkeypatch.setattr(stores.connections, "of_workspace", broken)
    answer = await http.get("/auth/v1/connections", headers=bearer)
    assert problem(answer) == (500, "unexpected")
    assert "hunter2" not in answer.text


async def test_the_contract_is_what_is_served(app: FastAPI) -> None:
    assert json.loads(description())["paths"] == json.loads(json.dumps(app.openapi()))["paths"]


async def test_every_operation_is_documented_with_its_problems(app: FastAPI) -> None:
    described = app.openapi()
    tags = {tag["name"] for tag in described["tags"]}
    operations = [operation for path in described["paths"].values() for operation in path.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    assert len(operations) > 20
    assert all(set(operation["tags"]) <= tags and operation["summary"] for operation in operations)
    text = json.dumps(described)
    assert "HTTPValidationError" not in text
    assert set(described["components"]["schemas"]["Problem"]["properties"]) == {"type", "title", "status", "detail"}

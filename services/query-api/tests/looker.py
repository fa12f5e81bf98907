"""What Looker Studio's connector sends, and the shapes it wants back."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
from jsonschema_rs import validator_for

from .system import Tenant, until

SHAPES = Path(__file__).parents[3] / "connectors" / "looker-studio" / "schemas"


def asked(tenant: Tenant, path: str, body: object) -> dict[str, Any]:
    """The decoded answer, of Looker Studio's shape."""
    until(lambda: tenant.get("/v1/accounts").status_code == 200)
    answer = tenant.client.post(f"{tenant.url}/looker/v1/{path}", json=body, headers=tenant.headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    shape = SHAPES / f"{path}.schema.json"
    if shape.exists():
        validator_for(json.loads(shape.read_text())).validate(found)
    return found


def rows(tenant: Tenant, *fields: str, table: str = "account_days", **more: object) -> list[list[object]]:
    """The values of the rows."""
    return [list(row["values"]) for row in data(tenant, *fields, table=table, **more)["rows"]]


def data(tenant: Tenant, *fields: str, table: str = "account_days", **more: object) -> dict[str, Any]:
    return asked(tenant, "data", _request(fields, table) | more)


def sent(tenant: Tenant, *fields: str, table: str) -> httpx.Response:
    """The answer, whatever it is."""
    body = _request(fields, table)
    return tenant.client.post(f"{tenant.url}/looker/v1/data", json=body, headers=tenant.headers)


def _request(fields: Sequence[str], table: str) -> dict[str, object]:
    return {
        "configParams": {"hub": "user", "table": table},
        "dateRange": {"startDate": "2026-03-01", "endDate": "2026-03-04"},
        "fields": [{"name": name} for name in fields],
    }


def only(field: str, operator: str, *values: str, type_: str = "INCLUDE") -> dict[str, object]:
    return {"fieldName": field, "operator": operator, "values": list(values), "type": type_}


def filtered(*clauses: Sequence[dict[str, object]]) -> list[list[dict[str, object]]]:
    """An AND of ORs."""
    return [list(clause) for clause in clauses]

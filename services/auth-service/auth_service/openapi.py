"""`python -m auth_service.openapi`: writes the API's description, for contracts/openapi/auth-service.json."""

import json
import sys
from dataclasses import fields
from typing import Any, cast

from auth_service.bootstrap.people import People, people_routers
from auth_service.entrypoints.apps import public_app
from auth_service.entrypoints.callback import callback_router
from auth_service.entrypoints.connections import connections_router
from auth_service.entrypoints.sessions import key_set_router, sessions_router
from auth_service.ports import AccessTokens
from auth_service.use_cases.connecting import Connecting
from auth_service.use_cases.signing_in import SigningIn


def description() -> str:
    """Describing calls no route, so nothing has to stand behind them."""
    signing_in, connecting = cast("SigningIn", None), cast("Connecting", None)
    nobody = People(**{part.name: cast("Any", None) for part in fields(People)})
    app = public_app(
        (
            sessions_router(signing_in, secure_cookies=True),
            key_set_router(cast("AccessTokens", None)),
            connections_router(connecting, signing_in),
            callback_router(connecting, ""),
            *people_routers(nobody, signing_in, secure_cookies=True),
        )
    )
    return json.dumps(app.openapi(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(description())

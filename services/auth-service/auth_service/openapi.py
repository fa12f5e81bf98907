"""`python -m auth_service.openapi`: writes the API's description, for contracts/openapi/auth-service.json."""

import json
import sys
from dataclasses import fields
from typing import Any, cast

from fastapi import APIRouter

from auth_service.bootstrap.people import People, people_routers
from auth_service.entrypoints.apps import public_app
from auth_service.entrypoints.audit import operations_router
from auth_service.entrypoints.browser import Browsers
from auth_service.entrypoints.callback import callback_router
from auth_service.entrypoints.connect_links import connect_links_router
from auth_service.entrypoints.connection_actions import actions_router
from auth_service.entrypoints.connections import connections_router
from auth_service.entrypoints.early_access import early_access_router, operator_router
from auth_service.entrypoints.erasures import erasures_router
from auth_service.entrypoints.letting_go import letting_go_router
from auth_service.entrypoints.notices import notices_router
from auth_service.entrypoints.passwords import passwords_router
from auth_service.entrypoints.provider import provider_router, ways_router
from auth_service.entrypoints.second_factor import second_factor_router
from auth_service.entrypoints.session_list import session_list_router
from auth_service.entrypoints.sessions import key_set_router, sessions_router
from auth_service.entrypoints.webhooks import webhooks_router
from auth_service.ports import AccessTokens
from auth_service.ports_sign_in import NoticeBox, SessionBook, Words
from auth_service.use_cases.changing_password import ChangingPassword
from auth_service.use_cases.commanding import Commanding
from auth_service.use_cases.connecting import Connecting
from auth_service.use_cases.early_access import AskingForAccess, DecidingOnAccess
from auth_service.use_cases.erasing import Erasing
from auth_service.use_cases.hearing import Hearing
from auth_service.use_cases.letting_go import LettingGo
from auth_service.use_cases.linking import Linking
from auth_service.use_cases.second_factors import SecondFactorsOfUsers
from auth_service.use_cases.signing_in import SigningIn
from auth_service.use_cases.signing_in_elsewhere import SigningInElsewhere
from auth_service.use_cases.trying_connections import TryingConnections
from auth_service.use_cases.viewing import Viewing
from common.runtime.clock import WallClock


def description() -> str:
    """Describing calls no route, so nothing has to stand behind them."""
    signing_in = cast("SigningIn", None)
    app = public_app((*_of_accounts(signing_in), *_of_people(signing_in)))
    return json.dumps(app.openapi(), indent=2, ensure_ascii=False) + "\n"


def _of_accounts(signing_in: SigningIn) -> tuple[APIRouter, ...]:
    connecting, viewing, browsers = cast("Connecting", None), cast("Viewing", None), cast("Browsers", None)
    trying, commanding = cast("TryingConnections", None), cast("Commanding", None)
    return (
        connections_router(connecting, viewing, signing_in, browsers),
        connect_links_router(cast("Linking", None), signing_in, browsers, public_url=""),
        actions_router(connecting, viewing, trying, commanding, signing_in),
        callback_router(connecting, "", browsers),
        webhooks_router(cast("Hearing", None)),
        letting_go_router(cast("LettingGo", None), signing_in),
        erasures_router(cast("Erasing", None), signing_in),
    )


def _of_people(signing_in: SigningIn) -> tuple[APIRouter, ...]:
    nobody = People(**{part.name: cast("Any", None) for part in fields(People)})
    return (
        sessions_router(signing_in, secure_cookies=True),
        key_set_router(cast("AccessTokens", None)),
        *people_routers(nobody, signing_in, secure_cookies=True),
        session_list_router(cast("SessionBook", None), signing_in, WallClock()),
        passwords_router(cast("ChangingPassword", None), signing_in),
        second_factor_router(cast("SecondFactorsOfUsers", None), signing_in),
        ways_router(None),
        early_access_router(cast("AskingForAccess", None)),
        operator_router(cast("DecidingOnAccess", None), signing_in),
        operations_router(nobody.auditing, signing_in),
        provider_router(cast("SigningInElsewhere", None), ""),
        notices_router(cast("NoticeBox", None), cast("Words", None), signing_in, WallClock()),
    )


if __name__ == "__main__":
    sys.stdout.write(description())

"""The token endpoints under /open_api/v1.3/tt_user/: JSON in, envelope out."""

from starlette.routing import Route

from common.runtime.clock import Clock
from sandbox.domain.authorization import Authorizer
from sandbox.entrypoints import json_endpoint
from sandbox.entrypoints.json_endpoint import Work

PREFIX = "/open_api/v1.3/tt_user"


def routes(authorizer: Authorizer, clock: Clock) -> list[Route]:
    works: dict[str, Work] = {
        "/oauth2/token/": lambda body, now: authorizer.exchange(body, now=now),
        "/oauth2/refresh_token/": lambda body, now: authorizer.refresh(body, now=now),
        "/oauth2/revoke/": lambda body, now: authorizer.revoke(body, now=now),
        "/token_info/get/": lambda body, now: authorizer.token_info(body, now=now),
    }
    return [json_endpoint.post(PREFIX + path, work, clock) for path, work in works.items()]

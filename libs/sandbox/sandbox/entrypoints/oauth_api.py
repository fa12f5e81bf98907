"""The token endpoints under /open_api/v1.3/tt_user/: JSON in, envelope out."""

from starlette.routing import Route

from sandbox.domain.authorization import Authorizer
from sandbox.entrypoints.answering import Answering
from sandbox.entrypoints.json_endpoint import JsonEndpoint, Work

PREFIX = "/open_api/v1.3/tt_user"


def routes(authorizer: Authorizer, answering: Answering) -> list[Route]:
    works: dict[str, tuple[Work, bool]] = {
        "/oauth2/token/": (lambda body, now: authorizer.exchange(body, now=now), True),
        "/oauth2/refresh_token/": (lambda body, now: authorizer.refresh(body, now=now), True),
        "/oauth2/revoke/": (lambda body, now: authorizer.revoke(body, now=now), True),
        "/token_info/get/": (lambda body, now: authorizer.token_info(body, now=now), False),
    }
    return [
        JsonEndpoint(path=PREFIX + path, work=work, changes=changes, whose=authorizer.holder).route(answering)
        for path, (work, changes) in works.items()
    ]

"""A small but real OpenID Connect provider over HTTP, on Authlib's server side. `lies` change its ID tokens."""

import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from authlib.common.security import generate_token
from authlib.oauth2.rfc6749 import AuthorizationServer, ClientMixin, OAuth2Request
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import OpenIDCode, UserInfo
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT_ID, CLIENT_SECRET = "toa", "client-secret"

# Any throughout: Authlib has no types.


@dataclass
class Code:
    """An authorization code as Authlib wants it."""

    request: dict[str, str]

    def get_redirect_uri(self) -> str:
        return self.request["redirect_uri"]

    def get_scope(self) -> str:
        return self.request["scope"]

    def get_nonce(self) -> str | None:
        return self.request.get("nonce")

    def get_auth_time(self) -> int:
        """It remembers its people for an hour, unless it is to ask them."""
        return int(time.time()) - (0 if self.request.get("prompt") == "login" else 3600)

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None

    @property
    def code_challenge(self) -> str:
        return self.request["code_challenge"]

    @property
    def code_challenge_method(self) -> str:
        return self.request["code_challenge_method"]


class Client(ClientMixin):  # type: ignore[misc]
    def __init__(self, redirect_uri: str) -> None:
        self._redirect_uri = redirect_uri
        self.client_id = CLIENT_ID

    def get_client_id(self) -> str:
        return CLIENT_ID

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self._redirect_uri

    def check_client_secret(self, secret: str) -> bool:
        return secret == CLIENT_SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_post"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


class _Asked(OAuth2Request):  # type: ignore[misc]
    def __init__(self, method: str, uri: str, headers: Any, form: dict[str, str]) -> None:
        # Authlib refuses plain HTTP, which this test is on.
        super().__init__(method, uri.replace("http://", "https://"), headers=headers)
        self._query, self._form = dict(parse_qsl(urlsplit(uri).query)), form
        self.payload = BasicOAuth2Payload({**self._query, **form})

    @property
    def args(self) -> dict[str, str]:
        return self._query

    @property
    def form(self) -> dict[str, str]:
        return self._form


class _Server(AuthorizationServer):  # type: ignore[misc]
    def __init__(self, client: Client) -> None:
        super().__init__(scopes_supported=["openid", "email"])
        self._client = client
        generator = BearerTokenGenerator(lambda **_: generate_token(42))
        self.register_token_generator("default", generator)

    def query_client(self, client_id: str) -> Client | None:
        return self._client if client_id == CLIENT_ID else None

    def save_token(self, token: Any, request: Any) -> None:
        return

    def create_oauth2_request(self, request: Any) -> Any:
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> Response:
        given = {name: value for name, value in headers if name.lower() != "content-type"}
        return JSONResponse(body or {}, status, headers=given)

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        return


@dataclass
class OidcProvider:
    """`person` is who signs in; `lies` and `discovery_lies` are said instead of the truth."""

    issuer: str
    redirect_uri: str
    person: dict[str, Any] = field(
        default_factory=lambda: {"sub": "1", "email": "ada@example.test", "email_verified": True}
    )
    lies: dict[str, Any] = field(default_factory=dict)
    discovery_lies: dict[str, Any] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def __post_init__(self) -> None:
        self.shown = self.signing = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
        self._codes: dict[str, Code] = {}
        self._server = _Server(Client(self.redirect_uri))
        self._server.register_grant(self._grant(), [CodeChallenge(required=True), self._open_id()])

    def app(self) -> Starlette:
        async def discovery(_: Request) -> Response:
            self.asked["discovery"] += 1
            truth = {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
            }
            return JSONResponse({**truth, **self.discovery_lies})

        async def jwks(_: Request) -> Response:
            return JSONResponse({"keys": [self.shown.as_dict(private=False)]})

        async def authorize(request: Request) -> Response:
            asked = _Asked("GET", str(request.url), request.headers, {})
            grant = self._server.get_consent_grant(asked, end_user=self.person)
            given: Response = self._server.create_authorization_response(asked, grant_user=self.person, grant=grant)
            return RedirectResponse(given.headers["location"], 302)

        async def token(request: Request) -> Response:
            self.asked["token"] += 1
            form = {name: str(value) for name, value in (await request.form()).items()}
            answer: Response = self._server.create_token_response(
                _Asked("POST", str(request.url), request.headers, form)
            )
            return answer

        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", discovery),
                Route("/jwks", jwks),
                Route("/authorize", authorize),
                Route("/token", token, methods=["POST"]),
            ]
        )

    def _grant(self) -> type:
        codes, person = self._codes, self

        class Grant(AuthorizationCodeGrant):  # type: ignore[misc]
            TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_post",)

            def save_authorization_code(self, code: str, request: Any) -> None:
                codes[code] = Code(dict(request.payload.data))

            def query_authorization_code(self, code: str, client: Client) -> Code | None:
                return codes.pop(code, None)

            def delete_authorization_code(self, authorization_code: Code) -> None:
                return

            def authenticate_user(self, authorization_code: Code) -> Any:
                return person.person

        return Grant

    def _open_id(self) -> Any:
        provider = self

        class OpenId(OpenIDCode):  # type: ignore[misc]
            def exists_nonce(self, nonce: str, request: Any) -> bool:
                return False

            def get_client_claims(self, client: Client) -> dict[str, Any]:
                return {"iss": provider.issuer, "aud": [CLIENT_ID], "exp": int(time.time()) + 300}

            def get_client_algorithm(self, client: Client) -> str:
                return "ES256"

            def get_encode_header(self, client: Client) -> dict[str, str]:
                return {"alg": "ES256", "kid": str(provider.signing.kid)}

            def resolve_client_private_key(self, client: Client) -> Any:
                return provider.signing

            def generate_user_info(self, user: Any, scope: str) -> UserInfo:
                return UserInfo(**{**user, **provider.lies})

        return OpenId(require_nonce=True)

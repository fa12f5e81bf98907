"""The parts of a laptop system: what each runs, what it needs first, and when it is ready."""

import json
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from embedded import cache, readiness
from embedded.home import Home
from embedded.keys import Keys
from embedded.ports import HOST

# What each part would like to listen on; a free port is taken where it is busy. Second ports are any free ones.
USUAL_PORTS: Mapping[str, int] = {
    "front": 8080,
    "query-api": 8081,
    "auth-service": 8082,
    "sandbox": 8083,
    "kafka": 9092,
    "kafka-controller": 9093,
    "mongo": 27017,
    "clickhouse": 8123,
    "mailbox": 8025,
    "mailbox-smtp": 1025,
    **{
        f"{name}.health": 0
        for name in ("front", "query-api", "auth-service", "sandbox", "ingestor", "metrics-aggregator")
    },
}

# Who may call auth-service's second port.
CALLERS = ("ingestor", "query-api")

# The one TikTok app that sandbox and services share on a laptop. No secret: it opens nothing but this sandbox.
SANDBOX_APP = {
    "TOA_TIKTOK_APP_ID": "7000000000000000001",
    "TOA_TIKTOK_APP_SECRET": "sandbox-secret",
    "TOA_TIKTOK_CLIENT_KEY": "sandboxclientkey",
}

# The owner of the sample workspace, who runs the laptop's deployment as well.
OWNER = "owner@example.com"

Ready = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A process of the system. A `once` part runs to its end before those that need it start."""

    name: str
    command: tuple[str, ...]
    needs: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    ready: Ready | None = None
    forked: bool = False
    """Whether it starts from the fork server: quicker for what uses our common libraries."""

    @property
    def once(self) -> bool:
        return self.ready is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where everything is, from the ports chosen; servers that are given by environment are used instead of ours."""

    ports: Mapping[str, int]

    def url(self, part: str) -> str:
        return f"http://{HOST}:{self.ports[part]}"

    @property
    def kafka(self) -> str:
        return os.environ.get("TOA_KAFKA_BOOTSTRAP") or f"{HOST}:{self.ports['kafka']}"

    @property
    def mongo(self) -> str:
        return os.environ.get("TOA_MONGO_URL") or (
            f"mongodb://{HOST}:{self.ports['mongo']}/?directConnection=true&retryWrites=false"
        )

    @property
    def clickhouse(self) -> str:
        return os.environ.get("TOA_CLICKHOUSE_URL") or self.url("clickhouse")


def system_parts(home: Home, addresses: Addresses) -> tuple[Part, ...]:
    """Every part, in order of need."""
    return (*_stores(home, addresses), *_preparation(addresses), *_services(home, addresses))


def _stores(home: Home, addresses: Addresses) -> tuple[Part, ...]:
    ports = addresses.ports
    wanted = {"kafka": "TOA_KAFKA_BOOTSTRAP", "mongo": "TOA_MONGO_URL", "clickhouse": "TOA_CLICKHOUSE_URL"}
    stores = (
        Part(
            name="kafka",
            command=_python(
                "embedded.kafka",
                "--data",
                home.data("kafka"),
                "--port",
                ports["kafka"],
                "--controller-port",
                ports["kafka-controller"],
            ),
            ready=partial(readiness.kafka, addresses.kafka),
        ),
        Part(
            name="mongo",
            command=_python("embedded.mongo", "--data", home.data("mongo"), "--port", ports["mongo"]),
            ready=partial(readiness.mongo, addresses.mongo),
        ),
        Part(
            name="clickhouse",
            command=_python("embedded.clickhouse", "--data", home.data("clickhouse"), "--port", ports["clickhouse"]),
            ready=partial(readiness.clickhouse, addresses.clickhouse),
        ),
    )
    return tuple(store for store in stores if not os.environ.get(wanted[store.name]))


def _preparation(addresses: Addresses) -> tuple[Part, ...]:
    return (
        Part(
            name="topics",
            command=_python("common", "topics"),
            needs=("kafka",),
            environment={"TOA_KAFKA_BOOTSTRAP": addresses.kafka},
            forked=True,
        ),
        Part(
            name="migrate",
            command=_python("common", "migrate"),
            needs=("clickhouse",),
            environment={"TOA_CLICKHOUSE_URL": addresses.clickhouse},
            forked=True,
        ),
    )


def _services(home: Home, addresses: Addresses) -> tuple[Part, ...]:
    needs = {
        # Needs no store; it waits so that Kafka, on which all others wait, has the processor to itself.
        "sandbox": ("kafka",),
        "auth-service": ("mongo", "topics"),
        "ingestor": ("mongo", "topics"),
        "metrics-aggregator": ("topics", "migrate"),
        "query-api": ("mongo", "topics", "migrate"),
    }
    own = _own_settings(home, addresses)
    services = (_service(home, addresses, name, needed, own.get(name, {})) for name, needed in needs.items())
    return (*services, _mailbox(home, addresses), _front(addresses))


def _own_settings(home: Home, addresses: Addresses) -> Mapping[str, Mapping[str, str]]:
    """What one service is told and the others are not."""
    keys, sandbox = Keys(home.keys), addresses.url("sandbox")
    tiktok = {"TOA_TIKTOK_API_URL": f"{sandbox}/open_api/v1.3"}
    return {
        "sandbox": {**SANDBOX_APP, "TOA_SANDBOX_STATE_DIR": str(home.data("sandbox"))},
        "auth-service": {**SANDBOX_APP, **tiktok, **_auth_settings(keys, addresses), **_mail_settings(addresses)},
        "ingestor": {
            **tiktok,
            # Its budget is named after the app, as TikTok's limits are the app's.
            "TOA_TIKTOK_APP_ID": SANDBOX_APP["TOA_TIKTOK_APP_ID"],
            "TOA_AUTH_INTERNAL_URL": addresses.url("auth-service.health"),
            "TOA_SERVICE_KEY_FILE": str(keys.service_key("ingestor")),
        },
        # There is one worker only, so it may have a name: after a crash it is back before its old session has ended.
        "metrics-aggregator": {"TOA_INSTANCE_ID": "laptop"},
        "query-api": {
            "TOA_AUTH_INTERNAL_URL": addresses.url("auth-service.health"),
            "TOA_SERVICE_KEY_FILE": str(keys.service_key("query-api")),
            "TOA_JWKS_URL": f"{addresses.url('auth-service')}/auth/v1/jwks.json",
            # Pictures of posts and people are shown from TikTok's addresses, here the sandbox's.
            "TOA_IMAGE_SOURCES": sandbox,
            **_mail_settings(addresses),
            "TOA_EXPORT_URL": home.data("exports").resolve().as_uri(),
            "TOA_WEB_DIR": str(cache.REPOSITORY / "web" / "dist"),
        },
    }


def _auth_settings(keys: Keys, addresses: Addresses) -> Mapping[str, str]:
    return {
        "TOA_TIKTOK_AUTHORIZE_URL": f"{addresses.url('sandbox')}/v2/auth/authorize",
        "TOA_REGISTER_WEBHOOK": "true",
        "TOA_TOKEN_KEYS_FILE": str(keys.token_keys()),
        "TOA_SESSION_KEY_FILE": str(keys.session_key()),
        "TOA_SERVICE_PUBLIC_KEYS": json.dumps({name: keys.service_public_key(name) for name in CALLERS}),
        "TOA_OPERATOR_EMAILS": json.dumps([OWNER]),
    }


def _mail_settings(addresses: Addresses) -> Mapping[str, str]:
    port = str(addresses.ports["mailbox-smtp"])
    # Without TLS: what goes there never leaves this machine.
    return {"TOA_SMTP_HOST": HOST, "TOA_SMTP_PORT": port, "TOA_SMTP_SECURITY": "none"}


def _service(home: Home, addresses: Addresses, name: str, needs: tuple[str, ...], own: Mapping[str, str]) -> Part:
    environment = {
        "TOA_KAFKA_BOOTSTRAP": addresses.kafka,
        "TOA_MONGO_URL": addresses.mongo,
        "TOA_CLICKHOUSE_URL": addresses.clickhouse,
        "TOA_CLOCK_FILE": str(home.clock),
        "TOA_PUBLIC_URL": addresses.url("front"),
        "TOA_HEALTH_PORT": str(addresses.ports[f"{name}.health"]),
        **({"TOA_HTTP_PORT": str(addresses.ports[name])} if name in addresses.ports else {}),
        **own,
    }
    return Part(
        name=name,
        command=_python(name.replace("-", "_")),
        needs=needs,
        environment=environment,
        ready=partial(readiness.http, f"{addresses.url(f'{name}.health')}/readyz"),
        forked=True,
    )


def _mailbox(home: Home, addresses: Addresses) -> Part:
    ports = addresses.ports
    listening = ("--port", ports["mailbox"], "--smtp-port", ports["mailbox-smtp"])
    return Part(
        name="mailbox",
        needs=("kafka",),
        command=_python("embedded.mailbox", "--data", home.data("mailbox"), *listening),
        ready=partial(readiness.http, f"{addresses.url('mailbox')}/readyz"),
        forked=True,
    )


def _front(addresses: Addresses) -> Part:
    to_auth, to_query = addresses.url("auth-service"), addresses.url("query-api")
    routes = {"/auth/": to_auth, "/oauth/": to_auth, "/webhooks/": to_auth, "/": to_query}
    arguments = [text for prefix, url in routes.items() for text in ("--route", f"{prefix}={url}")]
    ports = addresses.ports
    return Part(
        name="front",
        needs=("kafka",),
        command=_python("embedded.front", "--port", ports["front"], "--health-port", ports["front.health"], *arguments),
        ready=partial(readiness.http, f"{addresses.url('front.health')}/readyz"),
        forked=True,
    )


def _python(module: str, *arguments: object) -> tuple[str, ...]:
    return (sys.executable, "-m", module, *map(str, arguments))

"""Puts the sandbox together: world, state on disk, HTTP apps."""

import asyncio
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined
from prometheus_client import CollectorRegistry, Counter
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from common.runtime import clock, health, logs, process
from common.runtime.clock import Clock
from sandbox.adapters.answer_log import FileAnswerLog
from sandbox.adapters.change_book import FileChangeBook
from sandbox.adapters.grant_book import SqliteGrantBook
from sandbox.adapters.http_caller import HttpCaller
from sandbox.adapters.rule_file import RuleFile
from sandbox.adapters.webhook_book import SqliteWebhookBook
from sandbox.domain.authorization import Authorizer
from sandbox.domain.limits import Limiter
from sandbox.domain.webhooks import Events, Subscriptions
from sandbox.domain.world import World
from sandbox.entrypoints import envelope, inspection, oauth_api, pictures
from sandbox.entrypoints.accounts_api import AccountsApi
from sandbox.entrypoints.answering import Answering
from sandbox.entrypoints.consent import ConsentPage
from sandbox.entrypoints.courier import Courier
from sandbox.entrypoints.dates import DomainDate
from sandbox.entrypoints.fault_switches import FaultSwitches
from sandbox.entrypoints.hands import Hands
from sandbox.entrypoints.inspection import Inspection
from sandbox.entrypoints.page import Page
from sandbox.entrypoints.webhook_api import WebhookApi
from sandbox.settings import AloneSettings, SandboxSettings

GREETING = """\
A local TikTok: {origin}/   (Ctrl-C stops it; its state is in {settings.sandbox_state_dir})
App id {settings.tiktok_app_id}, client key {settings.tiktok_client_key}; the secret is in libs/sandbox/README.md
Try: curl "{origin}/_sandbox/accounts?limit=4"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    app: Starlette
    health: Starlette
    courier: Courier


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """What is kept on disk."""

    book: SqliteGrantBook
    webhooks: SqliteWebhookBook
    log: FileAnswerLog
    changes: FileChangeBook
    rules: RuleFile


@contextmanager
def open_sandbox(settings: SandboxSettings, time: Clock) -> Iterator[Sandbox]:
    """The two apps over the state in `sandbox_state_dir`, which is made when it is not there."""
    folder = settings.sandbox_state_dir
    folder.mkdir(parents=True, exist_ok=True)
    with (
        closing(SqliteGrantBook(folder / "grants.sqlite3")) as book,
        closing(SqliteWebhookBook(folder / "webhooks.sqlite3")) as webhooks,
        closing(FileAnswerLog(folder / "answers.jsonl")) as log,
        closing(FileChangeBook(folder / "changes.jsonl")) as changes,
    ):
        rules = RuleFile(folder / "faults.json")
        state = _State(book=book, webhooks=webhooks, log=log, changes=changes, rules=rules)
        yield _assemble(settings, time, state)


def _assemble(settings: SandboxSettings, time: Clock, state: _State) -> Sandbox:
    registry = CollectorRegistry()

    async def readable() -> None:
        state.book.ping()

    return Sandbox(
        app=_app(settings, time, state, registry),
        health=health.health_app(checks={"state": readable}, registry=registry),
        courier=Courier(app=settings.app(), book=state.webhooks, clock=time),
    )


def _app(settings: SandboxSettings, time: Clock, state: _State, registry: CollectorRegistry) -> Starlette:
    handlers = {404: envelope.not_found, inspection.InspectionError: inspection.problem}
    app = Starlette(
        routes=_routes(settings, time, state, registry),
        exception_handlers=handlers,
        middleware=[Middleware(DomainDate, clock=time)],
    )
    # TikTok answers 404 to a path without its trailing slash, it does not redirect.
    app.router.redirect_slashes = False
    return app


def _routes(settings: SandboxSettings, time: Clock, state: _State, registry: CollectorRegistry) -> list[Route]:
    switches = settings.switches()
    world = _world(settings, state.changes)
    hands = Hands(world=world, clock=time, clock_file=settings.clock_file, changes=state.changes)
    events = Events(app=settings.app(), book=state.webhooks, rules=state.rules, seed=world.seed)
    authorizer = Authorizer(
        settings.app(),
        state.book,
        rotates=settings.sandbox_rotate_refresh_tokens,
        removed=events.authorization_removed,
    )
    pages = Environment(loader=PackageLoader("sandbox.entrypoints"), autoescape=True, undefined=StrictUndefined)
    answering = _answering(time, state, seed=world.seed, registry=registry)
    tiktok = [
        *oauth_api.routes(authorizer, answering),
        *_accounts_api(settings, answering, world=world, authorizer=authorizer).routes(),
        *_webhook_api(settings, answering, state, world=world, authorizer=authorizer, events=events).routes(),
    ]
    return [
        *ConsentPage(world=world, authorizer=authorizer, clock=time, pages=pages).routes(),
        *tiktok,
        *Inspection(world=world, clock=time, authorizer=authorizer, log=state.log, switches=switches).routes(),
        *hands.routes(),
        *Page(world=world, authorizer=authorizer, hands=hands, log=state.log, pages=pages).routes(),
        *FaultSwitches(world=world, rules=state.rules, paths=_of_tiktok(tiktok)).routes(),
        pictures.route(world, time),
    ]


def _of_tiktok(routes: Iterable[Route]) -> list[str]:
    """Paths of what TikTok has too."""
    return [route.path for route in routes if not route.path.startswith("/_sandbox/")]


def _answering(time: Clock, state: _State, *, seed: int, registry: CollectorRegistry) -> Answering:
    answered = Counter("sandbox_answers", "Answers in TikTok's envelope", ["path", "code"], registry=registry)
    return Answering(seed=seed, clock=time, rules=state.rules, log=state.log, answered=answered)


def _accounts_api(
    settings: SandboxSettings, answering: Answering, *, world: World, authorizer: Authorizer
) -> AccountsApi:
    return AccountsApi(
        world=world,
        authorizer=authorizer,
        limiter=Limiter(settings.limits()),
        clock=answering.clock,
        answering=answering,
        switches=settings.switches(),
    )


def _webhook_api(
    settings: SandboxSettings,
    answering: Answering,
    state: _State,
    *,
    world: World,
    authorizer: Authorizer,
    events: Events,
) -> WebhookApi:
    return WebhookApi(
        world=world,
        authorizer=authorizer,
        subscriptions=Subscriptions(
            app=settings.app(), book=state.webhooks, plain_loopback=settings.sandbox_plain_callbacks
        ),
        events=events,
        book=state.webhooks,
        clock=answering.clock,
        answering=answering,
    )


def _world(settings: SandboxSettings, changes: FileChangeBook) -> World:
    world = World(settings.sandbox_seed, more=settings.sandbox_more_accounts)
    for change in changes.changes():
        world.take(change)
    return world


async def serve(stop: asyncio.Event) -> None:
    await _serve(SandboxSettings(), stop)


async def serve_alone(stop: asyncio.Event) -> None:
    """With defaults for everything, a clock that can be moved, and a word on where it is."""
    settings = AloneSettings()
    if settings.clock_file:
        clock.set_clock(settings.clock_file)
    sys.stdout.write(GREETING.format(origin=f"http://{settings.http_host}:{settings.http_port}", settings=settings))
    sys.stdout.flush()
    await _serve(settings, stop)


async def _serve(settings: SandboxSettings, stop: asyncio.Event) -> None:
    logs.configure_logs("sandbox", settings.log_level)
    with open_sandbox(settings, clock.domain_clock(settings.clock_file)) as sandbox:
        async with HttpCaller() as caller, asyncio.TaskGroup() as tasks:
            tasks.create_task(process.until_stopped(lambda: sandbox.courier.run(caller), stop))
            tasks.create_task(
                process.serve(
                    sandbox.app, host=settings.http_host, port=settings.http_port, stop=stop, date_header=False
                )
            )
            tasks.create_task(
                process.serve(sandbox.health, host=settings.health_host, port=settings.health_port, stop=stop)
            )

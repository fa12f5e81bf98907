"""Puts the sandbox together: world, state on disk, HTTP apps."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined
from prometheus_client import CollectorRegistry, Counter
from starlette.applications import Starlette

from common.runtime import clock, health, logs, process
from common.runtime.clock import Clock
from sandbox.adapters.answer_log import FileAnswerLog
from sandbox.adapters.change_book import FileChangeBook
from sandbox.adapters.grant_book import SqliteGrantBook
from sandbox.domain.authorization import Authorizer
from sandbox.domain.world import World
from sandbox.entrypoints import envelope, inspection, oauth_api, pictures
from sandbox.entrypoints.accounts_api import AccountsApi
from sandbox.entrypoints.consent import ConsentPage
from sandbox.entrypoints.hands import Hands
from sandbox.entrypoints.inspection import Inspection
from sandbox.entrypoints.page import Page
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


@contextmanager
def open_sandbox(settings: SandboxSettings, time: Clock) -> Iterator[Sandbox]:
    """The two apps over the state in `sandbox_state_dir`, which is made when it is not there."""
    settings.sandbox_state_dir.mkdir(parents=True, exist_ok=True)
    book = SqliteGrantBook(settings.sandbox_state_dir / "grants.sqlite3")
    log = FileAnswerLog(settings.sandbox_state_dir / "answers.jsonl")
    changes = FileChangeBook(settings.sandbox_state_dir / "changes.jsonl")
    try:
        yield _assemble(settings, time, book=book, log=log, changes=changes)
    finally:
        changes.close()
        log.close()
        book.close()


def _assemble(
    settings: SandboxSettings, time: Clock, *, book: SqliteGrantBook, log: FileAnswerLog, changes: FileChangeBook
) -> Sandbox:
    registry, switches = CollectorRegistry(), settings.switches()
    world = _world(settings, changes)
    answered = Counter("sandbox_answers", "Answers of the Accounts API", ["path", "code"], registry=registry)
    authorizer = Authorizer(settings.app(), book, rotates=settings.sandbox_rotate_refresh_tokens)
    pages = Environment(loader=PackageLoader("sandbox.entrypoints"), autoescape=True, undefined=StrictUndefined)
    api = AccountsApi(world=world, authorizer=authorizer, clock=time, log=log, switches=switches, answered=answered)
    hands = Hands(world=world, clock=time, clock_file=settings.clock_file, changes=changes)
    routes = [
        *ConsentPage(world=world, authorizer=authorizer, clock=time, pages=pages).routes(),
        *oauth_api.routes(authorizer, time),
        *api.routes(),
        *Inspection(world=world, clock=time, book=book, log=log, switches=switches).routes(),
        *hands.routes(),
        *Page(world=world, authorizer=authorizer, hands=hands, log=log, pages=pages).routes(),
        pictures.route(world, time),
    ]
    handlers = {404: envelope.not_found, inspection.InspectionError: inspection.problem}
    app = Starlette(routes=routes, exception_handlers=handlers)
    # TikTok answers 404 to a path without its trailing slash, it does not redirect.
    app.router.redirect_slashes = False

    async def state() -> None:
        book.ping()

    return Sandbox(app=app, health=health.health_app(checks={"state": state}, registry=registry))


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
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(process.serve(sandbox.app, host=settings.http_host, port=settings.http_port, stop=stop))
            tasks.create_task(
                process.serve(sandbox.health, host=settings.health_host, port=settings.health_port, stop=stop)
            )

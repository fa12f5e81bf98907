"""ClickHouse's HTTP interface as an ASGI application: takes a request in, has it run, answers as ClickHouse would."""

import asyncio
import secrets
import tempfile
from collections.abc import Awaitable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import IO

from starlette.types import Receive, Scope, Send

from common.runtime import logs
from embedded.clickhouse import errors, heads
from embedded.clickhouse.engine import Job, Outcome
from embedded.clickhouse.errors import ClickHouseError
from embedded.clickhouse.exchange import ClientGone, Exchange
from embedded.clickhouse.guard import Guard
from embedded.clickhouse.heads import Server
from embedded.clickhouse.intake import Work, take_in
from embedded.clickhouse.runner import Answer, Runner
from embedded.clickhouse.statement import Command, Insert, Question, Statement

# Answers of these say that the server is there, not that it can answer a query: that is `SELECT 1`.
_SIGNS_OF_LIFE = ("/ping", "/replicas_status")
_PIECE_BYTES = 1_048_576


class Gateway:
    def __init__(self, runner: Runner, *, guard: Guard, server: Server, spool: Path) -> None:
        self._runner = runner
        self._guard = guard
        self._server = server
        self._spool = spool
        self._log = logs.logger("embedded.clickhouse")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = Exchange(scope, receive, send)
        try:
            if exchange.path in _SIGNS_OF_LIFE or (exchange.method != "POST" and not exchange.url_query):
                await _answer(exchange, 200, {"Content-Type": "text/html; charset=UTF-8"}, b"Ok.\n")
            elif exchange.path == "/":
                await self._query(exchange)
            else:
                await _answer(exchange, 404, {}, f"There is no handle {exchange.path}\n".encode())
        except ClientGone:
            self._log.info("client went away")

    async def _query(self, exchange: Exchange) -> None:
        with ExitStack() as kept:
            query_id = ""
            try:
                work = await take_in(exchange, spool=self._spool, kept=kept)
                query_id = work.request.query_id
                self._guard.check(work.tokens)
                async with self._runner.slot():
                    await self._run(exchange, work, work.statement)
            except ClickHouseError as error:
                await self._fail(exchange, error, query_id=query_id)

    async def _run(self, exchange: Exchange, work: Work, statement: Statement) -> None:
        if isinstance(statement, Question):
            await _while_connected(exchange, self._stream(exchange, work, statement))
            return
        # Goes on when the client is gone, as in ClickHouse: what writes is not stopped halfway.
        outcome = await self._runner.run(_job(work, statement))
        if isinstance(statement, Insert):
            # The engine tells what tables were read, a server how many rows came.
            outcome = replace(outcome, read_rows=outcome.result_rows)
        await self._answer_whole(exchange, work, outcome, None)

    async def _stream(self, exchange: Exchange, work: Work, question: Question) -> None:
        limit = None if work.request.wait_end_of_query else work.request.buffer_bytes
        async with self._runner.answer(lambda path: _question_job(work, question, path)) as answer:
            with tempfile.SpooledTemporaryFile(_PIECE_BYTES, dir=str(self._spool)) as begun:
                if await _fill(begun, answer, limit):
                    await self._answer_whole(exchange, work, await answer.outcome(), begun)
                else:
                    await self._answer_in_parts(exchange, work, answer, begun)

    async def _answer_whole(self, exchange: Exchange, work: Work, outcome: Outcome, file: IO[bytes] | None) -> None:
        size = len(outcome.answer) + (file.tell() if file else 0)
        head = self._head(work) | heads.summary(outcome, size=size) | {"Content-Length": str(size)}
        await exchange.start(200, head)
        if outcome.answer:
            await exchange.write(outcome.answer)
        if file:
            await _copy(file, exchange)
        await exchange.end()

    async def _answer_in_parts(self, exchange: Exchange, work: Work, answer: Answer, begun: IO[bytes]) -> None:
        tag = secrets.token_hex(8)
        await exchange.start(200, self._head(work) | {"X-ClickHouse-Exception-Tag": tag})
        await _copy(begun, exchange)
        async for chunk in answer.chunks():
            await exchange.write(chunk)
        try:
            await answer.outcome()
        except ClickHouseError as error:
            # No end is sent: the server then cuts the connection, and no client takes this for a whole answer.
            await exchange.write(heads.failure_in_stream(error, self._server, tag=tag))
            self._log.warning("answer cut short", code=error.code, query_id=work.request.query_id)
            return
        await exchange.end()

    async def _fail(self, exchange: Exchange, error: ClickHouseError, *, query_id: str) -> None:
        body = heads.failure_text(error, self._server)
        head = heads.common(self._server, query_id=query_id, timezone=None) | heads.failure(error)
        self._log.info("query failed", code=error.code, query_id=query_id)
        await _answer(exchange, error.status, head, body)

    def _head(self, work: Work) -> dict[str, str]:
        asked = work.request
        head = heads.common(self._server, query_id=asked.query_id, timezone=asked.timezone)
        return head if isinstance(work.statement, Insert) else head | heads.rows(_format(work, work.statement))


async def _while_connected(exchange: Exchange, running: Awaitable[None]) -> None:
    """Cancel `running` when the client goes; raise ClientGone then, or the first error of `running` as it is."""
    try:
        async with asyncio.TaskGroup() as tasks:
            watch = tasks.create_task(exchange.until_gone())
            await running
            watch.cancel()
    except ExceptionGroup as group:
        raise group.exceptions[0] from group


async def _fill(begun: IO[bytes], answer: Answer, limit: int | None) -> bool:
    """Keep the answer's beginning; whether that is all of it."""
    async for chunk in answer.chunks():
        with errors.of_the_disk():
            begun.write(chunk)
        if limit is not None and begun.tell() >= limit:
            return False
    return True


async def _copy(file: IO[bytes], exchange: Exchange) -> None:
    file.seek(0)
    while piece := file.read(_PIECE_BYTES):
        await exchange.write(piece)


async def _answer(exchange: Exchange, status: int, head: dict[str, str], body: bytes) -> None:
    await exchange.start(status, head | {"Content-Length": str(len(body))})
    await exchange.write(body)
    await exchange.end()


def _job(work: Work, statement: Insert | Command) -> Job:
    if isinstance(statement, Insert):
        return _make(work, statement.reading(str(work.rows)), "TabSeparated")
    return _make(work, statement.text, _format(work, statement))


def _question_job(work: Work, question: Question, path: str) -> Job:
    sql = question.into(path, default_format=work.request.default_format)
    return _make(work, sql, _format(work, question), instead=question.text)


def _make(work: Work, sql: str, answer_format: str, instead: str | None = None) -> Job:
    return Job(
        sql=sql,
        format=answer_format,
        tag=secrets.token_hex(8),
        database=work.request.database,
        settings=work.request.settings,
        parameters=work.request.parameters,
        instead=instead,
    )


def _format(work: Work, statement: Question | Command) -> str:
    asked = statement.format if isinstance(statement, Question) else None
    return asked or work.request.default_format

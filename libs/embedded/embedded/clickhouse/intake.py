"""Takes in a request: reads its body to the end, keeps rows in a file, and knows the statement."""

import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartParser

from embedded.clickhouse import errors, request, statement
from embedded.clickhouse.content import Decoder
from embedded.clickhouse.exchange import Exchange
from embedded.clickhouse.lexer import Token
from embedded.clickhouse.request import Request
from embedded.clickhouse.statement import Statement

# The head of an insert is within it, and so is most other SQL; in bytes.
_HEAD_BYTES = 262_144
_LONGEST_SQL_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A request understood. `rows` is the file behind an insert; it lives as long as the stack given to `take_in`."""

    request: Request
    statement: Statement
    tokens: Sequence[Token]
    rows: Path | None = None


async def take_in(exchange: Exchange, *, spool: Path, kept: ExitStack) -> Work:
    """Raises ClickHouseError, and ClientGone when the body does not come whole: nothing of it is inserted then."""
    if exchange.headers.get("content-type", "").startswith("multipart/form-data"):
        asked = _parse(exchange, await _form(exchange.headers, exchange.body()))
        return _whole(asked, asked.query.encode())
    asked = _parse(exchange, ())
    # ClickHouse reads the URL's query and the body as one text.
    head = bytearray(asked.query.encode() + b"\n" if asked.query else b"")
    pieces = _decoded(exchange.body(), exchange.headers.get("content-encoding", ""))
    complete = await _fill(head, pieces, _HEAD_BYTES)
    insert, seen = statement.insert_in(bytes(head))
    if insert is not None:
        rows = await _spooled(memoryview(head)[insert.rows_at :], pieces, spool=spool, kept=kept)
        return Work(request=asked, statement=insert, tokens=seen, rows=rows)
    if not complete and not await _fill(head, pieces, _LONGEST_SQL_BYTES):
        raise errors.refusal(errors.QUERY_IS_TOO_LARGE, "QUERY_IS_TOO_LARGE", "SQL without rows is at most 64 MB here")
    return _whole(asked, bytes(head))


def _parse(exchange: Exchange, form: Sequence[tuple[str, str]]) -> Request:
    return request.parse(url_query=exchange.url_query, headers=exchange.headers, method=exchange.method, form=form)


def _whole(asked: Request, sql: bytes) -> Work:
    insert, seen = statement.insert_in(sql)
    if insert is not None:
        raise errors.refusal(errors.NOT_IMPLEMENTED, "NOT_IMPLEMENTED", "An INSERT with rows cannot be sent as a form")
    parsed, seen = statement.parse(sql)
    return Work(request=asked, statement=parsed, tokens=seen)


async def _form(headers: Headers, body: AsyncGenerator[bytes, None]) -> list[tuple[str, str]]:
    parser = MultiPartParser(headers, body, max_part_size=_LONGEST_SQL_BYTES)
    fields = []
    for name, value in (await parser.parse()).multi_items():
        if isinstance(value, UploadFile):
            raise errors.refusal(errors.NOT_IMPLEMENTED, "NOT_IMPLEMENTED", "External data is not supported here")
        fields.append((name, value))
    return fields


async def _decoded(body: AsyncIterator[bytes], content_encoding: str) -> AsyncIterator[bytes]:
    decoder = Decoder(content_encoding)
    async for data in body:
        yield decoder.feed(data)
    decoder.finish()


async def _fill(head: bytearray, pieces: AsyncIterator[bytes], limit: int) -> bool:
    """Add pieces until there are `limit` bytes; whether the body ended."""
    async for piece in pieces:
        head += piece
        if len(head) >= limit:
            return False
    return True


async def _spooled(first: memoryview, pieces: AsyncIterator[bytes], *, spool: Path, kept: ExitStack) -> Path:
    path = spool / secrets.token_hex(8)
    kept.callback(path.unlink, missing_ok=True)
    with errors.of_the_disk(), path.open("xb", buffering=0) as file:
        file.write(first)
        async for piece in pieces:
            file.write(piece)
    return path

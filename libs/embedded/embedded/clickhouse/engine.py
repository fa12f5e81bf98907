"""The chDB engine: one per process and data folder, a handle of its own for every statement."""

import importlib
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Protocol, cast

from embedded.clickhouse import config, errors, quoting
from embedded.clickhouse.request import DEFAULT_DATABASE
from embedded.clickhouse.resident import release_loaded_pages

# The engine is ClickHouse's command-line tool inside; these make it behave as the server does, and keep the tag below
# at the end of the statement in system.processes however long it is.
_SERVER_LIKE = "implicit_select=0&log_queries_cut_to_length=100000000"


class _Result(Protocol):
    def bytes(self) -> bytes: ...
    def rows_read(self) -> int: ...
    def rows_written(self) -> int: ...
    def bytes_written(self) -> int: ...
    def storage_rows_read(self) -> int: ...
    def storage_bytes_read(self) -> int: ...
    def elapsed(self) -> float: ...


class _Handle(Protocol):
    def query(self, query: str, format: str = ..., params: dict[str, str] | None = ...) -> _Result: ...
    def close(self) -> None: ...


class _ChDB(Protocol):
    def connect(self, connection_string: str) -> _Handle: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One statement with all it needs. `tag` finds it again for killing; `instead` is tried if `sql` does not parse."""

    sql: str
    format: str
    tag: str
    database: str = DEFAULT_DATABASE
    settings: Mapping[str, str]
    parameters: Mapping[str, str]
    instead: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a finished statement gave. `answer` is empty where the engine wrote it to a file."""

    answer: bytes
    read_rows: int
    read_bytes: int
    written_rows: int
    written_bytes: int
    result_rows: int
    seconds: float


class Engine:
    """Every method blocks, and may be called from several threads."""

    def __init__(self, folder: Path) -> None:
        """Open or create the data in `folder`; the process moves to an empty folder below it."""
        settings_file = config.prepare(folder)
        self._chdb = _import_chdb()
        self._address = f"{folder / 'store'}"
        # As long as one handle is open the engine lives; a further one costs half a millisecond.
        self._root = self._chdb.connect(f"{self._address}?config-file={settings_file}")
        # The default database takes names of files relative to the working folder for tables.
        os.chdir(folder / config.EMPTY)
        release_loaded_pages()

    def run(self, job: Job) -> Outcome:
        """Raises ClickHouseError."""
        handle = self._chdb.connect(f"{self._address}?{_SERVER_LIKE}")
        try:
            return _run(handle, job)
        except RuntimeError as error:
            raise errors.from_engine(str(error)) from None
        finally:
            handle.close()

    def kill(self, tag: str) -> None:
        """Tell the statement of that tag to stop; it is no error when there is none."""
        self._ask(f"KILL QUERY WHERE endsWith(query, {quoting.text(_comment(tag))}) ASYNC")

    def values(self, sql: str) -> tuple[str, ...]:
        """The rows of an answer with one column of plain names."""
        return tuple(self._ask(sql).split())

    def close(self) -> None:
        self._root.close()

    def _ask(self, sql: str) -> str:
        job = Job(sql=sql, format="TSVRaw", tag="", settings={}, parameters={})
        return self.run(job).answer.decode()


def _import_chdb() -> _ChDB:
    # chDB imports pyarrow if it can (60 MB, 0.3 s) and needs it only for Arrow tables in Python. None in sys.modules
    # makes an import fail as if it were not installed. The import itself starts an engine: not before it is needed.
    sys.modules.setdefault("pyarrow", cast(ModuleType, None))
    return cast(_ChDB, importlib.import_module("chdb"))


def _run(handle: _Handle, job: Job) -> Outcome:
    if job.database != DEFAULT_DATABASE:
        handle.query(f"USE {quoting.name(job.database)}")
    if job.settings:
        handle.query("SET " + ", ".join(f"{name} = {quoting.text(value)}" for name, value in job.settings.items()))
    return _outcome(_query(handle, job))


def _query(handle: _Handle, job: Job) -> _Result:
    parameters = dict(job.parameters)
    try:
        return handle.query(f"{job.sql}\n{_comment(job.tag)}", job.format, parameters)
    except RuntimeError as error:
        # Nothing was run yet: as the client wrote it, it is either right, or wrong in the client's own words.
        if job.instead is None or errors.from_engine(str(error)).code != errors.SYNTAX_ERROR:
            raise
    return handle.query(job.instead, job.format, parameters)


def _outcome(result: _Result) -> Outcome:
    return Outcome(
        answer=result.bytes(),
        read_rows=result.storage_rows_read(),
        read_bytes=result.storage_bytes_read(),
        written_rows=result.rows_written(),
        written_bytes=result.bytes_written(),
        result_rows=result.rows_read(),
        seconds=result.elapsed(),
    )


def _comment(tag: str) -> str:
    return f"/*statement {tag}*/"

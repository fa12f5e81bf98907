"""Codes, grants and tokens in one small SQLite file. WAL keeps every committed write through a kill."""

import sqlite3
from pathlib import Path

from sandbox.domain.authorization import Code, Grant, Tokens

SCHEMA = """
CREATE TABLE IF NOT EXISTS codes (
    code TEXT PRIMARY KEY, open_id TEXT NOT NULL, scopes TEXT NOT NULL, redirect_uri TEXT NOT NULL,
    issued INTEGER NOT NULL, used INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS grants (
    grant_id TEXT PRIMARY KEY, open_id TEXT NOT NULL, scopes TEXT NOT NULL,
    granted INTEGER NOT NULL, revoked INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS access_tokens (token TEXT PRIMARY KEY, grant_id TEXT NOT NULL, expires INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS refresh_tokens (token TEXT PRIMARY KEY, grant_id TEXT NOT NULL, spent INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS grants_by_account ON grants (open_id);
"""

_GRANT = "SELECT g.grant_id, g.open_id, g.scopes, g.granted, g.revoked"


class SqliteGrantBook:
    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        self._db.close()

    def ping(self) -> None:
        self._db.execute("SELECT 1 FROM grants LIMIT 1")

    def add_code(self, code: Code) -> None:
        row = (code.code, code.open_id, ",".join(code.scopes), code.redirect_uri, code.issued, code.used)
        with self._db:
            self._db.execute("INSERT INTO codes VALUES (?, ?, ?, ?, ?, ?)", row)

    def code(self, code: str) -> Code | None:
        row = self._db.execute(
            "SELECT code, open_id, scopes, redirect_uri, issued, used FROM codes WHERE code = ?", (code,)
        ).fetchone()
        if row is None:
            return None
        return Code(
            code=row[0], open_id=row[1], scopes=_scopes(row[2]), redirect_uri=row[3], issued=row[4], used=bool(row[5])
        )

    def begin(self, grant: Grant, tokens: Tokens, *, code: str) -> None:
        row = (grant.grant_id, grant.open_id, ",".join(grant.scopes), grant.granted, grant.revoked)
        with self._db:
            self._db.execute("UPDATE codes SET used = 1 WHERE code = ?", (code,))
            self._db.execute("INSERT INTO grants VALUES (?, ?, ?, ?, ?)", row)
            self._add(grant, tokens)

    def renew(self, grant: Grant, tokens: Tokens, *, spent: str) -> None:
        with self._db:
            if tokens.refresh != spent:
                self._db.execute("UPDATE refresh_tokens SET spent = 1 WHERE token = ?", (spent,))
            self._add(grant, tokens)

    def by_access(self, token: str) -> tuple[Grant, int] | None:
        row = self._db.execute(
            f"{_GRANT}, t.expires FROM access_tokens t JOIN grants g USING (grant_id) WHERE t.token = ?",
            (token,),
        ).fetchone()
        return None if row is None else (_grant(row), row[5])

    def by_refresh(self, token: str) -> Grant | None:
        row = self._db.execute(
            f"{_GRANT} FROM refresh_tokens t JOIN grants g USING (grant_id) WHERE t.token = ? AND NOT t.spent",
            (token,),
        ).fetchone()
        return None if row is None else _grant(row)

    def revoke(self, grant_id: str) -> None:
        with self._db:
            self._db.execute("UPDATE grants SET revoked = 1 WHERE grant_id = ?", (grant_id,))

    def revoke_all(self, open_id: str) -> int:
        with self._db:
            return self._db.execute(
                "UPDATE grants SET revoked = 1 WHERE open_id = ? AND NOT revoked", (open_id,)
            ).rowcount

    def granted_scopes(self, open_id: str, *, since: int) -> frozenset[str]:
        rows = self._db.execute(
            "SELECT scopes FROM grants WHERE open_id = ? AND NOT revoked AND granted > ?", (open_id, since)
        )
        return frozenset(scope for (scopes,) in rows for scope in _scopes(scopes))

    def _add(self, grant: Grant, tokens: Tokens) -> None:
        self._db.execute(
            "INSERT INTO access_tokens VALUES (?, ?, ?)", (tokens.access, grant.grant_id, tokens.access_expires)
        )
        self._db.execute("INSERT OR IGNORE INTO refresh_tokens VALUES (?, ?, 0)", (tokens.refresh, grant.grant_id))


def _scopes(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()


def _grant(row: tuple[str, str, str, int, int]) -> Grant:
    return Grant(grant_id=row[0], open_id=row[1], scopes=_scopes(row[2]), granted=row[3], revoked=bool(row[4]))

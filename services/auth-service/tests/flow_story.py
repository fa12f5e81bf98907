"""The ways that people and services go through a running system, told step by step."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx

from common.bus.publish import Publisher
from common.catalog import SCOPES
from common.events import (
    AccessV1,
    AccountV1,
    ErasureCompletion,
    ErasureV1,
    Store,
    encode,
)
from common.runtime.clock import jump_clock

from .flow_system import DEADLINE_SECONDS, Created, Heard, System, consent, webhook


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One account's way through the service, a chapter a method; each asserts what its people see."""

    system: System
    created: Created
    heard: Heard
    http: httpx.AsyncClient
    bearer: dict[str, str]
    lend: Callable[..., Awaitable[httpx.Response]]
    open_id: str

    async def account_is_held_until_confirmed(self) -> str:
        """The id of the pending connection."""
        page = await consent(self.http, self.bearer, account=self.open_id)
        assert str(page).startswith(f"{self.system.auth}/connect/confirm?pending=")
        pending = await self._get(f"/auth/v1/connections/pending/{page.params['pending']}")
        assert pending["username"]
        assert pending["missing_scopes"] == []
        assert pending["already_connected"] is False
        assert accounts_of(self.heard, self.created) == []
        return page.params["pending"]

    async def account_is_connected(self, pending_id: str) -> str:
        """The account's id."""
        account_id = str((await self._confirm(pending_id))["account_id"])
        await self._until_changes(1)
        [event] = accounts_of(self.heard, self.created)
        assert (str(event.account_id), event.change, event.open_id, event.revision) == (
            account_id,
            "connected",
            self.open_id,
            1,
        )
        [shown] = (await self._get("/auth/v1/connections"))["connections"]
        assert event.username == shown["username"]
        return account_id

    async def token_is_refreshed_when_it_expires(self, account_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """The tokens before and after."""
        first = (await self.lend(account_id)).json()
        assert await profile_code(self.system, first) == 0
        jump_clock(self.system.clock, timedelta(hours=25))
        second = (await self.lend(account_id)).json()
        assert second["token_version"] == first["token_version"] + 1
        assert await profile_code(self.system, first) == 40102
        assert await profile_code(self.system, second) == 0
        return first, second

    async def no_webhook_comes(self) -> None:
        """The service had asked for them; TikTok does not promise that they come."""
        [listed, ended] = [await webhook(self.system, what) for what in ("list", "delete")]
        assert listed == ended
        assert listed["callback_url"] == f"{self.system.auth}/webhooks/tiktok/"

    async def authorization_is_lost(self, account_id: str, refused_version: int) -> None:
        await self.http.post(f"{self.system.sandbox}/_sandbox/revoke", params={"open_id": self.open_id})
        assert (await self.lend(account_id)).status_code == 200, "nobody knows yet"
        lost = await self.lend(account_id, refused_version)
        assert (lost.status_code, lost.json()["type"]) == (409, "authorization-lost")
        await self._until_changes(2)
        assert accounts_of(self.heard, self.created)[-1].change == "authorization-lost"
        [shown] = (await self._get("/auth/v1/connections"))["connections"]
        assert shown["status"] == "lost_access"

    async def account_is_reconnected_with_fewer_scopes(self, account_id: str) -> dict[str, Any]:
        """The new token."""
        again = await consent(self.http, self.bearer, account=self.open_id, scopes=SCOPES[:-1])
        confirmed = await self._confirm(again.params["pending"])
        assert (confirmed["account_id"], confirmed["missing_scopes"]) == (account_id, [SCOPES[-1]])
        await self._until_changes(3)
        assert accounts_of(self.heard, self.created)[-1].change == "reconnected"
        third: dict[str, Any] = (await self.lend(account_id)).json()
        assert await profile_code(self.system, third) == 0
        return third

    async def _confirm(self, pending_id: str) -> dict[str, Any]:
        answer = await self.http.post(f"/auth/v1/connections/pending/{pending_id}/confirm", headers=self.bearer)
        assert answer.status_code == 201, answer.text
        confirmed: dict[str, Any] = answer.json()
        return confirmed

    async def _get(self, path: str) -> dict[str, Any]:
        answer: dict[str, Any] = (await self.http.get(path, headers=self.bearer)).json()
        return answer

    async def _until_changes(self, count: int) -> None:
        await self.heard.until(lambda: len(accounts_of(self.heard, self.created)) >= count)
        assert len(accounts_of(self.heard, self.created)) == count


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The owner of an account in a browser of their own, who came by a link of `bearer`'s workspace."""

    system: System
    http: httpx.AsyncClient
    bearer: dict[str, str]
    browser: httpx.AsyncClient

    async def connects(self, open_id: str) -> str:
        """Their account's id, as members see it."""
        made = await self.http.post("/auth/v1/connect-links", json={}, headers=self.bearer)
        held = {"token": urlsplit(made.json()["url"]).fragment}
        started = await self.browser.post("/auth/v1/connect-links/start", json=held)
        form = {"account": open_id, "decision": "allow", "scopes": list(SCOPES)}
        to_callback = await self.browser.post(started.json()["authorize_url"], data=form)
        to_page = await self.browser.get(to_callback.headers["location"])
        assert urlsplit(to_page.headers["location"]).path == "/connect/link/confirm"
        pending = f"/auth/v1/connect-links/pending/{httpx.URL(to_page.headers['location']).params['pending']}"
        kept = await self.browser.post(f"{pending}/confirm")
        assert kept.status_code == 201, kept.text
        assert (await self.browser.post("/auth/v1/connect-links/look", json=held)).status_code == 410
        listed = (await self.http.get("/auth/v1/connect-links", headers=self.bearer)).json()["connect_links"]
        return str(listed[0]["account_id"])


async def complete(story: Story, erasure_id: str) -> None:
    """What the other stores tell, once they are asked."""
    named = await receipt_of(story, erasure_id, lambda one: one["erased_at"] is not None)
    workspace_id = str(story.created["workspace_id"])
    told = [
        ErasureV1(
            workspace_id=UUID(workspace_id),
            account_id=UUID(named["accounts"][0]),
            erased_at=datetime.fromisoformat(named["erased_at"]),
            step=ErasureCompletion(store=store, completed_at=datetime.now(UTC)),
        )
        for store in (Store.INGESTOR, Store.QUERY, Store.CLICKHOUSE)
    ]
    async with Publisher(story.system.kafka) as publisher:
        await publisher.publish([encode(one, service="tests") for one in told])


async def receipt_of(story: Story, erasure_id: str, found: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    async with asyncio.timeout(DEADLINE_SECONDS):
        while True:
            answer = await story.http.get(f"/auth/v1/erasures/{erasure_id}", headers=story.bearer)
            receipt: dict[str, Any] = answer.json()
            if found(receipt):
                return receipt
            await asyncio.sleep(0.1)


def page(answer: httpx.Response) -> tuple[str, dict[str, list[str]]]:
    parts = urlsplit(answer.headers["location"])
    return parts.path, parse_qs(parts.query)


async def profile_code(system: System, lent: dict[str, str]) -> int:
    """What TikTok says to the token."""
    params = {"business_id": lent["open_id"], "fields": json.dumps(["display_name"])}
    async with httpx.AsyncClient() as client:
        answer = await client.get(
            f"{system.sandbox}/open_api/v1.3/business/get/",
            params=params,
            headers={"Access-Token": lent["access_token"]},
        )
    code: int = answer.json()["code"]
    return code


def access_of(heard: Heard, created: Created) -> list[AccessV1]:
    wanted = created["workspace_id"]
    return [event for event in heard.access if str(getattr(event.access, "workspace_id", None)) == wanted]


def ended_of(heard: Heard, created: Created) -> set[UUID]:
    """The sessions that are told to have ended."""
    members = [member for event in access_of(heard, created) for member in getattr(event.access, "members", ())]
    return {session for member in members for session in member.ended_sessions}


def accounts_of(heard: Heard, created: Created) -> list[AccountV1]:
    return [event for event in heard.accounts if str(event.workspace_id) == created["workspace_id"]]

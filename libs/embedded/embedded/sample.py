"""The sample workspace: made and filled through the same doors a customer uses, so that it is never a special case."""

import asyncio
import json
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx

from embedded.errors import EmbeddedError
from embedded.keys import Keys
from embedded.parts import OWNER

EMAIL = OWNER
WORKSPACE = "Sample workspace"
# A laptop collects the sample within seconds; beyond this something is wrong.
COLLECTED_SECONDS = 120
HTTP_SECONDS = 30.0


class SampleFailed(EmbeddedError):
    """The sample workspace could not be made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    workspace_id: str
    email: str
    password: str
    api_key: str


async def create_workspace(environment: Mapping[str, str], keys: Keys, web: str) -> Workspace:
    """Create the sample workspace and its owner, or find them again."""
    known = _known(keys)
    if known and await _lets_in(web, known):
        return known
    password = keys.secret("password")
    made = await _auth_command(
        environment, "create-workspace", "--name", WORKSPACE, "--email", EMAIL, "--password-file", str(password)
    )
    if made["api_key"]:
        keys.keep("api-key", made["api_key"])
    keys.keep("workspace-id", made["workspace_id"])
    created = _known(keys)
    if not created:
        raise SampleFailed(
            f"the sample workspace exists, but its API key is not in {keys.folder}; remove the data folder"
        )
    return created


def _known(keys: Keys) -> Workspace | None:
    """The workspace as an earlier start left it."""
    files = {name: keys.folder / name for name in ("workspace-id", "password", "api-key")}
    if not all(file.exists() for file in files.values()):
        return None
    texts = {name: file.read_text() for name, file in files.items()}
    return Workspace(
        workspace_id=texts["workspace-id"], email=EMAIL, password=texts["password"], api_key=texts["api-key"]
    )


async def _lets_in(web: str, workspace: Workspace) -> bool:
    async with httpx.AsyncClient(timeout=HTTP_SECONDS) as client:
        credentials = {"email": workspace.email, "password": workspace.password}
        return (await client.post(f"{web}/auth/v1/sessions", json=credentials)).is_success


async def _auth_command(environment: Mapping[str, str], *arguments: str) -> dict[str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "auth_service",
        *arguments,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate()
    if process.returncode:
        raise SampleFailed(f"auth-service {arguments[0]} failed: {errors.decode()[-500:]}")
    answer: dict[str, str] = json.loads(output)
    return answer


async def connect_accounts(web: str, sandbox: str, workspace: Workspace, *, most: int | None = None) -> int:
    """Connect the sandbox's accounts that are not connected yet, each through its consent page; returns how many."""
    async with httpx.AsyncClient(timeout=HTTP_SECONDS) as client:
        headers = {"Authorization": f"Bearer {await _sign_in(client, web, workspace)}"}
        answer = _ok(await client.get(f"{web}/auth/v1/connections", headers=headers))
        known = {connection["username"] for connection in answer.json()["connections"]}
        accounts = _ok(await client.get(f"{sandbox}/_sandbox/accounts")).json()["accounts"][:most]
        missing = [account for account in accounts if account["username"] not in known]
        for account in missing:
            await connect_account(client, web, account["open_id"], headers)
        return len(missing)


async def connect_account(client: httpx.AsyncClient, web: str, open_id: str, headers: Mapping[str, str]) -> str:
    """Go through consent, callback and confirmation for one account; returns its account_id."""
    started = _ok(await client.post(f"{web}/auth/v1/connections", json={"channel": "tiktok"}, headers=headers))
    consent = started.json()["authorize_url"]
    page = _ok(await client.get(consent))
    asked = parse_qs(urlsplit(consent).query)
    form = {
        "account": open_id,
        "decision": "allow",
        "scopes": asked["scope"][0].split(","),
        **{name: asked[name][0] for name in ("client_key", "state", "redirect_uri")},
    }
    callback = await client.post(str(page.url), data=form)
    landed = await client.get(callback.headers["location"], headers=headers)
    pending = re.search(r"[?&]pending=([\w-]+)", landed.headers.get("location", ""))
    if not pending:
        raise SampleFailed(
            f"the consent of {open_id} led to {landed.headers.get('location')} and not to a confirmation"
        )
    confirmed = await client.post(f"{web}/auth/v1/connections/pending/{pending[1]}/confirm", headers=headers)
    return str(_ok(confirmed).json()["account_id"])


async def wait_until_collected(web: str, workspace: Workspace, *, today: date, days: int, posts: int) -> None:
    """Return once the page would show `days` days of followers and at least `posts` posts."""
    headers = {"Authorization": f"Bearer {workspace.api_key}"}
    async with httpx.AsyncClient(timeout=HTTP_SECONDS, headers=headers) as client:
        try:
            async with asyncio.timeout(COLLECTED_SECONDS):
                while await _days_shown(client, web, today) < days or await _posts_shown(client, web, today) < posts:
                    await asyncio.sleep(0.5)
        except TimeoutError as error:
            raise SampleFailed(
                f"after {COLLECTED_SECONDS} s fewer than {days} days or {posts} posts were collected; "
                "the logs of ingestor and metrics-aggregator tell more"
            ) from error


async def _days_shown(client: httpx.AsyncClient, web: str, today: date) -> int:
    span = {"from": str(today - timedelta(days=61)), "to": str(today + timedelta(days=1))}
    answer = await client.get(f"{web}/v1/widgets/video_views", params=span)
    # Not ready yet: the service learns its keys a moment after it starts.
    return sum(row[1] is not None for row in answer.json()["rows"]) if answer.is_success else 0


async def _posts_shown(client: httpx.AsyncClient, web: str, today: date) -> int:
    shown, cursor = 0, None
    span = {"from": str(today - timedelta(days=365)), "to": str(today + timedelta(days=1)), "limit": "500"}
    while True:
        answer = await client.get(
            f"{web}/v1/widgets/post_explorer", params={**span, **({"cursor": cursor} if cursor else {})}
        )
        if not answer.is_success:
            return 0
        body = answer.json()
        shown, cursor = shown + len(body["rows"]), body["next_cursor"]
        if not cursor:
            return shown


async def _sign_in(client: httpx.AsyncClient, web: str, workspace: Workspace) -> str:
    credentials = {"email": workspace.email, "password": workspace.password}
    return str(_ok(await client.post(f"{web}/auth/v1/sessions", json=credentials)).json()["access_token"])


def _ok(answer: httpx.Response) -> httpx.Response:
    if not answer.is_success:
        raise SampleFailed(
            f"{answer.request.method} {answer.request.url.path} gave {answer.status_code}: {answer.text[:300]}"
        )
    return answer

"""Exports in the background: watched, cancelled, taken by a link, done again by another process when one dies."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import httpx
import pytest

from common.documents import store
from common.events import AccountChange, AccountStatus, ErasureRequest, ErasureV1, KeyScope
from query_api.adapters.exports_store import MongoExports
from query_api.adapters.result_files import FsspecFiles
from query_api.adapters.schedules_store import MongoDeliveries
from query_api.domain.byte_range import Unsatisfiable, byte_range
from query_api.domain.export_job import LEASE, MOST_ATTEMPTS, Job, JobState
from query_api.domain.export_question import KeptQuestion
from query_api.ports import Unavailable
from query_api.use_cases.exporting.sweeping import Sweeping
from query_api.use_cases.exporting.working import TURN_ENDS

from .system import NOW, Api, Platform, Tenant, march, until

RANGE = {"from": "2026-03-01", "to": "2026-03-05"}


def order(tenant: Tenant, url: str = "", **changed: object) -> dict[str, Any]:
    body = {"widget": "video_views", "parameters": RANGE, "format": "csv", **changed}
    answer = tenant.client.post(f"{url or tenant.url}/v1/exports", json=body, headers=tenant.headers)
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"/v1/exports/{answer.json()['export_id']}"
    return dict(answer.json())


def seen(tenant: Tenant, export_id: object) -> dict[str, Any]:
    return dict(tenant.get(f"/v1/exports/{export_id}").json())


def finished(tenant: Tenant, export_id: object, state: str = "done") -> dict[str, Any]:
    until(lambda: seen(tenant, export_id)["state"] == state, seconds=90)
    return seen(tenant, export_id)


def link(tenant: Tenant, card: dict[str, Any]) -> str:
    """The link, at the service itself in place of the origin that people see."""
    address = urlsplit(card["download"]["url"])
    return f"{tenant.url}{address.path}?{address.query}"


@pytest.fixture
def viewed(tenant: Tenant) -> Tenant:
    account = tenant.connect()
    tenant.days(account, {march(day): {"video_views": day} for day in range(1, 5)})
    tenant.until_accounts(1)
    return tenant


@pytest.mark.parametrize(
    "asked",
    [
        {"metrics": ["video_views", "engagement"], "dimensions": ["account_id", "week"]},
        {"metrics": ["post_video_views"], "dimensions": ["post_id", "caption", "format"], "sort": "post_id"},
        {"metrics": ["post_video_views"], "filters": {"format": ["video"]}},
    ],
)
def test_a_free_question_as_a_job_is_the_answer_at_once(viewed: Tenant, asked: dict[str, Any]) -> None:
    account = UUID(viewed.get("/v1/accounts").json()["accounts"][0]["account_id"])
    viewed.posts(account, [{"post_id": "1", "published_at": "2026-03-02 10:00:00", "video_views": 5, "caption": "=1"}])
    ordered = order(viewed, widget=None, parameters={**RANGE, **asked})
    assert ordered["widget"] is None
    done = finished(viewed, ordered["export_id"])
    content = httpx.get(link(viewed, done)).content
    at_once = viewed.post("/v1/query", {**RANGE, **asked, "format": "csv"})
    assert content == at_once.content
    said = viewed.get(f"/v1/exports/{done['export_id']}/manifest").json()
    again = viewed.post(said["query"]["path"], said["query"]["body"])
    assert (sha256(again.content).hexdigest(), again.content) == (said["sha256"], content)
    assert said["rows"] > 0


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet", "xlsx"])
def test_a_job_makes_the_same_bytes_as_the_answer_at_once(viewed: Tenant, form: str) -> None:
    done = finished(viewed, order(viewed, format=form)["export_id"])
    file = httpx.get(link(viewed, done))
    assert file.status_code == 200, file.text
    at_once = viewed.get("/v1/widgets/video_views", from_="2026-03-01", to="2026-03-05", format=form)
    assert file.content == at_once.content
    assert file.headers["content-disposition"] == at_once.headers["content-disposition"]
    said = viewed.get(f"/v1/exports/{done['export_id']}/manifest").json()
    assert said["sha256"] == sha256(file.content).hexdigest()
    assert said["bytes"] == done["bytes"] == len(file.content)
    assert said["rows"] == 4
    again = viewed.client.post(
        f"{viewed.url}{said['query']['path']}", json=said["query"]["body"], headers=viewed.headers
    )
    assert sha256(again.content).hexdigest() == said["sha256"]


def test_how_turns_of_jobs_end_is_counted_from_zero_on(viewed: Tenant, api: Api) -> None:
    done = 'toa_export_turns_total{outcome="done"}'
    before = api.counted(done)
    assert [api.counted(f'toa_export_turns_total{{outcome="{end}"}}') >= 0 for end in TURN_ENDS] == [True] * 5
    # Another process may take some of the jobs.
    until(lambda: bool(finished(viewed, order(viewed)["export_id"])) and api.counted(done) > before, seconds=90)


def test_a_link_is_good_for_its_file_alone_and_until_it_expires(viewed: Tenant) -> None:
    done, other = (finished(viewed, order(viewed)["export_id"]) for _ in range(2))
    good = link(viewed, done)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(good).query).items()}
    wrong = (
        good.replace(done["export_id"], other["export_id"]),
        good.replace(f"expires={asked['expires']}", f"expires={int(asked['expires']) + 1}"),
        good.replace(asked["signature"], "0" * 64),
        good.replace(asked["signature"], "ä"),
        good.replace(asked["workspace"], str(uuid4())),
    )
    answers = [httpx.get(address) for address in wrong]
    assert {(answer.status_code, answer.json()["detail"]) for answer in answers} == {(404, answers[0].json()["detail"])}
    assert httpx.get(good).status_code == 200
    assert httpx.get(good.partition("?")[0]).status_code == 422


def test_a_file_can_be_taken_in_parts(viewed: Tenant) -> None:
    address = link(viewed, finished(viewed, order(viewed)["export_id"]))
    whole = httpx.get(address)
    size = len(whole.content)
    assert whole.headers["accept-ranges"] == "bytes"
    part = httpx.get(address, headers={"Range": "bytes=5-9"})
    assert (part.status_code, part.content) == (206, whole.content[5:10])
    assert part.headers["content-range"] == f"bytes 5-9/{size}"
    rest = httpx.get(address, headers={"Range": "bytes=10-", "If-Range": whole.headers["etag"]})
    assert rest.content == whole.content[10:]
    assert httpx.get(address, headers={"Range": "bytes=-3"}).content == whole.content[-3:]
    assert httpx.get(address, headers={"Range": "bytes=10-", "If-Range": '"other"'}).content == whole.content
    beyond = httpx.get(address, headers={"Range": f"bytes={size}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{size}")


def test_a_range_is_read_as_the_rules_say() -> None:
    assert byte_range(None, size=10) is None
    assert byte_range("bytes=0-1,4-5", size=10) is None, "several parts need not be understood"
    assert byte_range("bytes=5-2", size=10) is None
    cut = byte_range("bytes=5-99", size=10)
    assert cut is not None
    assert (cut.start, cut.end) == (5, 10)
    for nothing in ("bytes=-0", "bytes=10-"):
        with pytest.raises(Unsatisfiable):
            byte_range(nothing, size=10)


def test_exports_are_seen_by_those_who_may_read_all_their_accounts(new_tenant: Callable[[], Tenant]) -> None:
    tenant = new_tenant()
    mine, others = tenant.connect(), tenant.connect()
    tenant.publish_key()
    tenant.until_accounts(2)
    of_both, of_mine = order(tenant), order(tenant, parameters={**RANGE, "accounts": [str(mine)]})
    limited = Tenant(platform=tenant.platform, url=tenant.url, workspace_id=tenant.workspace_id)
    limited.publish_key(accounts=[mine])
    limited.until_accounts(1)
    assert [row["export_id"] for row in limited.get("/v1/exports").json()["exports"]] == [of_mine["export_id"]]
    assert limited.get(f"/v1/exports/{of_both['export_id']}").status_code == 404
    own = order(limited)
    assert own["parameters"]["accounts"] == [str(mine)], "all that one may read, and no more"
    refused = limited.client.post(
        f"{limited.url}/v1/exports",
        json={"widget": "video_views", "parameters": {"accounts": [str(others)]}},
        headers=limited.headers,
    )
    assert refused.status_code == 422
    newest_first = [row["export_id"] for row in tenant.get("/v1/exports").json()["exports"]]
    assert newest_first == [own["export_id"], of_mine["export_id"], of_both["export_id"]]


def test_nobody_sees_the_exports_of_another_workspace(viewed: Tenant, new_tenant: Callable[[], Tenant]) -> None:
    theirs = finished(viewed, order(viewed)["export_id"])["export_id"]
    ours = new_tenant()
    ours.publish_key()
    until(lambda: ours.get("/v1/exports").status_code == 200)
    assert ours.get("/v1/exports").json() == {"exports": [], "next_cursor": None}
    for export_id in (theirs, uuid4()):
        for method, path in (("GET", ""), ("GET", "/manifest"), ("POST", "/cancel")):
            address = f"{ours.url}/v1/exports/{export_id}{path}"
            answer = ours.client.request(method, address, headers=ours.headers)
            assert (answer.status_code, answer.json()["detail"]) == (404, "there is no such export in this workspace")


def test_exports_need_their_scope(new_tenant: Callable[[], Tenant]) -> None:
    tenant = new_tenant()
    tenant.publish_key(scopes=(KeyScope.READ,))
    until(lambda: tenant.get("/v1/widgets").status_code == 200)
    answers = [
        tenant.get("/v1/exports"),
        tenant.get(f"/v1/exports/{uuid4()}"),
        tenant.get(f"/v1/exports/{uuid4()}/manifest"),
        tenant.client.post(f"{tenant.url}/v1/exports", json={"widget": "followers"}, headers=tenant.headers),
        tenant.client.post(f"{tenant.url}/v1/exports/{uuid4()}/cancel", headers=tenant.headers),
    ]
    assert [answer.status_code for answer in answers] == [403] * 5


def test_an_unknown_widget_or_parameter_is_refused_at_once(viewed: Tenant) -> None:
    for body, parameter, status in (
        ({"widget": "nonsense"}, "slug", 422),
        ({"widget": "followers", "parameters": {"from": "yesterday"}}, "from", 422),
        ({"widget": "followers", "parameters": {"cursor": "abc"}}, "parameters.cursor", 422),
        ({"widget": "followers", "format": "json"}, "format", 422),
        ({"widget": "followers", "colour": "red"}, "colour", 400),
    ):
        refused = viewed.client.post(f"{viewed.url}/v1/exports", json=body, headers=viewed.headers)
        assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (status, parameter)


def test_an_export_of_an_account_that_was_erased_is_not_made(viewed: Tenant, platform: Platform) -> None:
    """Nor given out any more, where it was made before."""
    account = UUID(viewed.get("/v1/accounts").json()["accounts"][0]["account_id"])
    done = finished(viewed, order(viewed)["export_id"])
    address = link(viewed, done)
    kept_back = kept(platform, job(viewed, account, not_before=datetime.now(UTC) + timedelta(hours=1)))
    request = ErasureV1(workspace_id=viewed.workspace_id, account_id=account, erased_at=NOW, step=ErasureRequest())
    platform.publish(request)
    viewed.connect(account_id=account, revision=2, status=AccountStatus.ERASED, change=AccountChange.ERASED)
    for export_id in (kept_back.export_id, done["export_id"]):
        address_of = f"/v1/exports/{export_id}"
        until(lambda: viewed.get(address_of).status_code == 404, seconds=90)  # noqa: B023 - waited for at once
    assert httpx.get(address).status_code == 404
    assert not (platform.folder / "exports" / str(viewed.workspace_id) / str(done["export_id"])).exists()
    late = kept(platform, job(viewed, account))
    assert "not an account" in str(finished(viewed, late.export_id, "failed")["reason"])


def test_a_cancelled_export_ends_and_leaves_nothing(large_tenant: Tenant, platform: Platform) -> None:
    export_id = order(large_tenant, widget="post_explorer", format="xlsx")["export_id"]
    until(lambda: seen(large_tenant, export_id)["state"] == "running")
    cancelled = large_tenant.client.post(
        f"{large_tenant.url}/v1/exports/{export_id}/cancel", headers=large_tenant.headers
    )
    assert cancelled.json()["state"] == "cancelled"
    again = large_tenant.client.post(f"{large_tenant.url}/v1/exports/{export_id}/cancel", headers=large_tenant.headers)
    assert (again.status_code, again.json()["type"]) == (409, "conflict")
    folder = platform.folder / "exports" / str(large_tenant.workspace_id) / export_id
    until(lambda: not [path for path in folder.rglob("*") if path.is_file()], seconds=60)
    assert seen(large_tenant, export_id)["download"] is None


def test_a_job_whose_worker_is_gone_is_done_by_another(large_tenant: Tenant, platform: Platform) -> None:
    own = replace(job(large_tenant, large_account(large_tenant)), state=JobState.RUNNING, attempt=1, holder="dead")
    held = replace(own, lease_until=datetime.now(UTC) + timedelta(seconds=3))
    half = platform.folder / "exports" / held.path
    half.parent.mkdir(parents=True)
    half.write_bytes(b"half a file")
    kept(platform, held)
    assert seen(large_tenant, held.export_id)["download"] is None
    done = finished(large_tenant, held.export_id)
    assert done["rows"] == ROWS
    assert httpx.get(link(large_tenant, done)).content.count(b"\r\n") == ROWS + 1


def test_a_process_killed_while_it_writes_is_followed_by_another(
    large_tenant: Tenant, platform: Platform, new_api: Callable[..., Api]
) -> None:
    own = {"TOA_MONGO_DATABASE": f"query_{uuid4().hex[:8]}", "TOA_LABEL_RULES": "false"}
    first = new_api(own)
    tenant = replace(large_tenant, url=first.url)
    tenant.until_accounts(1)
    export_id = order(tenant, widget="post_explorer", format="jsonl", parameters=LARGE)["export_id"]
    half = platform.folder / "exports" / str(tenant.workspace_id) / export_id / "1"
    until(lambda: half.exists() and half.stat().st_size > 0, seconds=90)
    first.process.kill()
    first.process.wait()
    killed_at = half.stat().st_size

    second = new_api(own)
    heir = replace(tenant, url=second.url)
    heir.until_accounts(1)
    done = finished(heir, export_id)
    content = httpx.get(link(heir, done)).content
    assert done["rows"] == content.count(b"\n") == ROWS
    assert killed_at < len(content), "it was killed in mid-write"
    said = heir.get(f"/v1/exports/{export_id}/manifest").json()
    assert (said["sha256"], said["bytes"]) == (sha256(content).hexdigest(), len(content))
    assert content == heir.get("/v1/widgets/post_explorer", format="jsonl", **LARGE_ASKED).content


ROWS = 60_000
LARGE_ASKED = {"from_": "2026-03-01", "to": "2026-03-05"}
LARGE = {"from": "2026-03-01", "to": "2026-03-05"}


@pytest.fixture(scope="module")
def large_tenant(platform: Platform, api: Api) -> Tenant:
    tenant = Tenant(platform=platform, url=api.url)
    tenant.publish_key()
    account = tenant.connect()
    tenant.until_accounts(1)
    platform.sql(
        f"""INSERT INTO post_latest
        (workspace_id, account_id, channel, post_id, published_at, format, caption, video_views, likes,
         first_observed_at, observed_at, version)
        SELECT '{tenant.workspace_id}', '{account}', 'tiktok', toString(number),
            toDateTime('2026-03-01 00:00:00', 'UTC') + number, 'video', repeat('words ', 20), number, 1,
            now64(3), now64(3), 1
        FROM numbers({ROWS})"""
    )
    return tenant


def large_account(tenant: Tenant) -> UUID:
    return UUID(tenant.get("/v1/accounts").json()["accounts"][0]["account_id"])


def job(tenant: Tenant, *accounts: UUID, not_before: datetime | None = None) -> Job:
    now = datetime.now(UTC)
    parameters = {
        "from": "2026-03-01",
        "to": "2026-03-05",
        "accounts": [str(account) for account in accounts],
        "sort": "post_id",
        "format": "csv",
    }
    return Job(
        export_id=uuid4(),
        workspace_id=tenant.workspace_id,
        subject="key:test",
        question=KeptQuestion(widget="post_explorer", parameters=parameters),
        created_at=now,
        not_before=not_before or now,
    )


def kept(platform: Platform, job: Job) -> Job:
    async def add() -> None:
        async with store.opened(platform.mongo, "query", failed=Unavailable) as database:
            await MongoExports(database).add(job)

    asyncio.run(add())
    return job


async def test_of_a_workspace_only_so_many_run_at_once(platform: Platform) -> None:
    tenant = Tenant(platform=platform, url="")
    async with store.opened(platform.mongo, f"jobs_{uuid4().hex[:8]}", failed=Unavailable) as database:
        jobs, now = MongoExports(database), datetime.now(UTC)
        await jobs.prepare()
        for _ in range(3):
            await jobs.add(job(tenant, uuid4(), not_before=now))

        async def claim(holder: str, at: datetime) -> Job | None:
            return await jobs.claim(holder=holder, at=at, until=at + LEASE, at_once=2)

        claimed = await asyncio.gather(*(claim(f"worker {number}", now) for number in range(8)))
        running = [one for one in claimed if one is not None]
        assert len(running) == len({one.export_id for one in running}) == 2
        first = running[0]
        assert await jobs.renew(first, until=now + LEASE, rows=1, size=1)
        assert await jobs.finish(replace(first, state=JobState.DONE, ended_at=now, expires_at=now))
        assert not await jobs.finish(replace(first, state=JobState.FAILED)), "what has ended stays as it is"
        third = await claim("another", now)
        assert third is not None

        later = now + LEASE + timedelta(seconds=1)
        taken_over = await claim("heir", later)
        assert taken_over is not None
        assert (taken_over.attempt, taken_over.holder) == (2, "heir")
        old = next(one for one in (third, running[1]) if one.export_id == taken_over.export_id)
        assert not await jobs.renew(old, until=later, rows=1, size=1), "who lost the lease is told"
        assert old.path != taken_over.path


async def test_a_job_that_kills_its_workers_is_given_up(platform: Platform) -> None:
    tenant = Tenant(platform=platform, url="")
    async with store.opened(platform.mongo, f"jobs_{uuid4().hex[:8]}", failed=Unavailable) as database:
        jobs, at = MongoExports(database), datetime.now(UTC)
        await jobs.prepare()
        bad = job(tenant, uuid4(), not_before=at)
        await jobs.add(bad)
        for attempt in range(1, MOST_ATTEMPTS + 1):
            claimed = await jobs.claim(holder="x", at=at, until=at + LEASE, at_once=2)
            assert claimed is not None
            assert claimed.attempt == attempt
            at += LEASE
        assert await jobs.claim(holder="x", at=at, until=at + LEASE, at_once=2) is None
        failed = await jobs.one(tenant.workspace_id, bad.export_id)
        assert failed is not None
        assert failed.state is JobState.FAILED


async def test_an_expired_result_is_taken_away(platform: Platform, tmp_path: Path) -> None:
    tenant = Tenant(platform=platform, url="")
    files = FsspecFiles(tmp_path.as_uri())
    async with store.opened(platform.mongo, f"jobs_{uuid4().hex[:8]}", failed=Unavailable) as database:
        jobs, gone, now = MongoExports(database), MongoDeliveries(database), datetime.now(UTC)
        await jobs.prepare()
        for expires in (now - timedelta(seconds=1), now + timedelta(hours=1)):
            done = replace(job(tenant, uuid4()), state=JobState.DONE, ended_at=now, expires_at=expires)
            await jobs.add(done)
            (tmp_path / done.folder).mkdir(parents=True)
            (tmp_path / done.path).write_bytes(b"x")
        await Sweeping(jobs=jobs, deliveries=gone, files=files, wall=Clock(now)).sweep()
        states = {one.state: one for one in await jobs.newest(tenant.workspace_id, before=None, limit=10)}
        assert not (tmp_path / states[JobState.EXPIRED].folder).exists()
        assert (tmp_path / states[JobState.DONE].path).exists()
        await Sweeping(jobs=jobs, deliveries=gone, files=files, wall=Clock(now + timedelta(days=31))).sweep()
        assert await jobs.one(tenant.workspace_id, states[JobState.EXPIRED].export_id) is None


class Clock:
    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at


@pytest.mark.parametrize("url", ["memory://exports", None])
async def test_results_lie_in_whatever_storage_is_set(url: str | None, tmp_path: Path) -> None:
    files = FsspecFiles(url or tmp_path.as_uri())
    taken: list[bytes] = []

    async def pieces() -> Any:
        for number in range(40):
            yield bytes([number]) * 100_000

    await files.write("w/e/1", pieces(), take=taken.append)
    whole = b"".join([piece async for piece in files.read("w/e/1")])
    assert whole == b"".join(taken) == b"".join(bytes([number]) * 100_000 for number in range(40))
    assert b"".join([piece async for piece in files.read("w/e/1", start=99_999, end=100_001)]) == b"\x00\x01"
    await files.remove("w/e")
    await files.remove("w/e")
    with pytest.raises(Unavailable):
        await anext(files.read("w/e/1"))


def test_json_of_a_manifest_is_for_people_too(viewed: Tenant) -> None:
    done = finished(viewed, order(viewed)["export_id"])
    said = viewed.get(f"/v1/exports/{done['export_id']}/manifest").json()
    assert json.dumps(said["columns"][1]).startswith('{"name": "video_views", "heading": "Video Views"')

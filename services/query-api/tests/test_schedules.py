"""Scheduled exports from the order to what arrives: at a mail server, a webhook and a folder."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from standardwebhooks import Webhook

from common.documents import store
from common.events import ErasureRequest, ErasureV1, KeyScope
from embedded import ports
from query_api.adapters.schedules_store import MongoDeliveries, MongoSchedules
from query_api.domain.asking import Format
from query_api.domain.delivery import delivery_of
from query_api.domain.schedule import RelativeQuestion, Require, Schedule, ToStorage
from query_api.ports import Unavailable
from query_api.ports.uses import User
from query_api.use_cases.exporting.uses import UsesOfSchedules

from .system import NOW, SCOPES, Api, Platform, Tenant, march, until

ALL = (KeyScope.READ, KeyScope.EXPORT, KeyScope.MANAGE)


class Post:
    """A mail server that keeps what it takes."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.taken.append(message)
        return "250 OK"


class Hook:
    """A webhook that answers what `answers` says next, then 204."""

    def __init__(self) -> None:
        self.calls: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        self.url = ""


@pytest.fixture(scope="module")
def post() -> Iterator[tuple[Post, int]]:
    made, port = Post(), ports.choose({"smtp": 0})["smtp"]
    controller = Controller(made, hostname="127.0.0.1", port=port)
    controller.start()
    yield made, port
    controller.stop()


@pytest.fixture
def hook() -> Iterator[Hook]:
    made = Hook()

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            made.calls.append(({name.lower(): value for name, value in self.headers.items()}, body))
            status = made.answers.pop(0) if made.answers else 204
            self.send_response(status)
            if status == 302:
                self.send_header("Location", f"{made.url}/elsewhere")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing: the tests' output is for the tests."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever).start()
        made.url = f"http://127.0.0.1:{server.server_port}/hook"
        yield made
        server.shutdown()


@pytest.fixture(scope="module")
def sending(new_api: Callable[..., Api], post: tuple[Post, int]) -> Api:
    """A process that sends: its jobs and deliveries, and those of the others."""
    return new_api(
        {
            "TOA_SMTP_HOST": "127.0.0.1",
            "TOA_SMTP_PORT": str(post[1]),
            "TOA_SMTP_SECURITY": "none",
            "TOA_PRIVATE_WEBHOOKS": "true",
            "TOA_MONGO_DATABASE": "query_sending",
        }
    )


@pytest.fixture
def tenant(platform: Platform, sending: Api) -> Tenant:
    """A workspace whose account has every day from 28 February to 7 March."""
    made = Tenant(platform=platform, url=sending.url)
    made.publish_key(scopes=ALL)
    account = made.connect()
    made.days(account, {march(day): {"video_views": day} for day in range(8)})
    made.until_accounts(1)
    return made


def order(destination: dict[str, object], **changed: object) -> dict[str, object]:
    # The tests' today is 10 March: the week before last is long final.
    question = {"widget": "video_views", "preset": "last_7_days", "delay_days": 3}
    return {"name": "Weekly ünïcode", "question": question, "cron": "0 8 * * 1", "destination": destination, **changed}


def scheduled(tenant: Tenant, destination: dict[str, object], **changed: object) -> dict[str, Any]:
    answer = post_to(tenant, "/v1/schedules", order(destination, **changed))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def post_to(tenant: Tenant, path: str, body: object = None) -> httpx.Response:
    return tenant.client.post(f"{tenant.url}{path}", json=body, headers=tenant.headers)


def deliveries(tenant: Tenant, schedule: dict[str, Any]) -> list[dict[str, Any]]:
    return list(tenant.get(f"/v1/schedules/{schedule['schedule_id']}/deliveries").json()["deliveries"])


def run(tenant: Tenant, schedule: dict[str, Any], state: str = "delivered") -> dict[str, Any]:
    started = post_to(tenant, f"/v1/schedules/{schedule['schedule_id']}/run")
    assert started.status_code == 202, started.text
    until(lambda: deliveries(tenant, schedule)[0]["state"] == state, seconds=90)
    return deliveries(tenant, schedule)[0]


def test_a_mail_has_the_file_and_what_it_rests_on(tenant: Tenant, post: tuple[Post, int]) -> None:
    address = f"{uuid4().hex}@studio.test"
    schedule = scheduled(tenant, {"kind": "mail", "addresses": [address]})
    assert schedule["next_at"].endswith(":00.000Z")
    sent = run(tenant, schedule)
    (mail,) = [message for message in post[0].taken if message["To"] == address]
    assert mail["Subject"] == "Weekly ünïcode"
    (file,) = mail.iter_attachments()
    assert file.get_filename() == "video_views_2026-02-28_2026-03-06.csv"
    content = file.get_content()
    said = tenant.get(f"/v1/exports/{sent['export_id']}/manifest").json()
    assert sha256(content.encode() if isinstance(content, str) else content).hexdigest() == said["sha256"]
    body = mail.get_body()
    assert body is not None
    words = body.get_content()
    assert "From 2026-02-28 to before 2026-03-07, UTC" in words
    assert f"/v1/exports/{sent['export_id']}/file?" in words
    assert [entry["outcome"] for entry in sent["log"]] == ["delivered"]
    assert address not in json.dumps(sent), "the log names no address"


def test_a_webhook_is_signed_so_that_standard_webhooks_take_it(tenant: Tenant, hook: Hook) -> None:
    schedule = scheduled(tenant, {"kind": "webhook", "url": hook.url})
    secret = schedule["webhook_secret"]
    sent = run(tenant, schedule)
    ((headers, body),) = hook.calls
    told = Webhook(secret).verify(body, headers)
    assert headers["webhook-id"] == sent["delivery_id"]
    assert told["type"] == "export.delivered"
    assert told["data"]["manifest"]["rows"] == 7
    link = told["data"]["download_url"].replace("http://origin.test", tenant.url)
    assert sha256(httpx.get(link).content).hexdigest() == told["data"]["manifest"]["sha256"]
    shown = tenant.get(f"/v1/schedules/{schedule['schedule_id']}").text
    assert secret not in shown, "a secret is told once"
    changed = tenant.client.put(
        f"{tenant.url}/v1/schedules/{schedule['schedule_id']}",
        json=order({"kind": "webhook", "url": hook.url}, name="Renamed"),
        headers=tenant.headers,
    )
    assert (changed.json()["name"], changed.json()["webhook_secret"]) == ("Renamed", None)
    run(tenant, schedule)
    assert Webhook(secret).verify(hook.calls[-1][1], hook.calls[-1][0])


def test_a_webhook_that_fails_is_called_again_under_the_same_id(tenant: Tenant, hook: Hook) -> None:
    hook.answers = [302]
    schedule = scheduled(tenant, {"kind": "webhook", "url": hook.url})
    post_to(tenant, f"/v1/schedules/{schedule['schedule_id']}/run")
    until(lambda: len(deliveries(tenant, schedule)[0]["log"]) == 1, seconds=90)
    assert deliveries(tenant, schedule)[0]["log"][0]["detail"] == "the webhook answered 302"
    until(lambda: deliveries(tenant, schedule)[0]["state"] == "delivered", seconds=90)
    assert len(hook.calls) == 2, "a redirect is not followed"
    assert hook.calls[0][0]["webhook-id"] == hook.calls[1][0]["webhook-id"]


def test_a_free_question_is_sent_over_days_that_move_on(tenant: Tenant, hook: Hook) -> None:
    days = {"preset": "last_7_days", "delay_days": 3}
    question = {"metrics": ["video_views"], "dimensions": ["week"], "format": "jsonl", **days}
    schedule = scheduled(tenant, {"kind": "webhook", "url": hook.url}, question=question)
    assert schedule["question"]["metrics"] == ["video_views"]
    assert schedule["question"]["widget"] is None
    run(tenant, schedule)
    told = json.loads(hook.calls[0][1])["data"]["manifest"]
    body = told["query"]["body"]
    assert (told["query"]["path"], body["from"], body["to"]) == ("/v1/query", "2026-02-28", "2026-03-07")
    assert (body["metrics"], body["dimensions"]) == (["video_views"], ["week"])
    both = {**question, "widget": "video_views"}
    refused = post_to(tenant, "/v1/schedules", order({"kind": "storage"}, question=both))
    assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (422, "dimensions")


async def test_schedules_tell_which_metrics_and_labels_they_name(platform: Platform) -> None:
    label, workspace = uuid4(), uuid4()
    async with store.opened(platform.mongo, f"schedules_{uuid4().hex[:8]}", failed=Unavailable) as database:
        schedules = MongoSchedules(database)
        plain = replace(made(datetime.now(UTC)), workspace_id=workspace)
        named = {"metrics": ["custom_x", "likes"], "dimensions": ["day"], "labels": [str(label)]}
        free = replace(plain.question, widget=None, parameters=named)
        await schedules.add(plain)
        await schedules.add(using := replace(plain, schedule_id=uuid4(), name="using", question=free))
        uses = UsesOfSchedules(schedules=schedules)
        user = User(kind="schedule", id=str(using.schedule_id), name="using")
        assert await uses.users_of(workspace) == {"custom_x": [user], "likes": [user]}
        assert await uses.users_of_labels(workspace) == {label: [user]}
        assert await uses.users_of(uuid4()) == {}


def test_schedules_and_what_they_stored_of_an_erased_account_go(tenant: Tenant, platform: Platform) -> None:
    account = UUID(tenant.get("/v1/accounts").json()["accounts"][0]["account_id"])
    other = tenant.connect()
    tenant.until_accounts(2)
    question = {"widget": "video_views", "preset": "last_7_days", "delay_days": 3}
    alone, of_other, of_both = (
        scheduled(tenant, {"kind": "storage"}, question={**question, "accounts": list(map(str, accounts))})
        for accounts in ([account], [other], [account, other])
    )
    run(tenant, alone)
    folder = platform.folder / "exports" / "delivered" / str(tenant.workspace_id)
    assert len(list(folder.iterdir())) == 2
    request = ErasureV1(workspace_id=tenant.workspace_id, account_id=account, erased_at=NOW, step=ErasureRequest())
    platform.publish(request)
    until(lambda: not list(folder.iterdir()), seconds=90)
    until(lambda: tenant.get(f"/v1/schedules/{alone['schedule_id']}").status_code == 404, seconds=90)
    for schedule in (of_other, of_both):
        shown = tenant.get(f"/v1/schedules/{schedule['schedule_id']}").json()
        assert shown["question"]["accounts"] == [str(other)]
    assert tenant.get("/v1/exports").json()["exports"] == []


def test_storage_has_the_file_and_its_manifest(tenant: Tenant, platform: Platform) -> None:
    schedule = scheduled(tenant, {"kind": "storage", "folder": "weekly/views"}, timezone="Asia/Kolkata")
    run(tenant, schedule)
    folder = platform.folder / "exports" / "delivered" / str(tenant.workspace_id) / "weekly" / "views"
    (file,) = folder.glob("*.csv")
    said = json.loads((folder / f"{file.name}.manifest.json").read_text())
    assert sha256(file.read_bytes()).hexdigest() == said["sha256"]


def test_what_is_incomplete_is_held_until_it_is_complete(tenant: Tenant, hook: Hook) -> None:
    late = {"widget": "video_views", "preset": "last_30_days", "delay_days": 3}
    schedule = scheduled(tenant, {"kind": "webhook", "url": hook.url}, question=late)
    held = run(tenant, schedule, "held")
    assert held["log"][0]["outcome"] == "held"
    assert "figures are late: video_views" in held["log"][0]["detail"]
    assert hook.calls == []
    assert held["export_id"] is None


def test_nothing_at_all_is_held_and_so_is_what_may_still_change(tenant: Tenant, hook: Hook) -> None:
    webhook: dict[str, object] = {"kind": "webhook", "url": hook.url}
    empty = {"widget": "post_explorer", "preset": "yesterday"}
    assert "no figures" in run(tenant, scheduled(tenant, webhook, question=empty), "held")["log"][0]["detail"]
    tenant.days(UUID(tenant.get("/v1/accounts").json()["accounts"][0]["account_id"]), {march(9): {"video_views": 1}})
    fresh = {"widget": "video_views", "preset": "yesterday"}
    strict = scheduled(tenant, webhook, question=fresh, require="final")
    assert "provisional" in run(tenant, strict, "held")["log"][0]["detail"]
    run(tenant, scheduled(tenant, webhook, question=fresh, require="provisional"))
    assert len(hook.calls) == 1


def test_who_is_named_is_told_when_a_delivery_is_given_up(
    tenant: Tenant, platform: Platform, post: tuple[Post, int]
) -> None:
    owner = f"{uuid4().hex}@studio.test"
    empty = {"widget": "post_explorer", "preset": "yesterday"}
    schedule = scheduled(tenant, {"kind": "storage"}, question=empty, notify=owner)

    async def nearly_over() -> None:
        async with store.opened(platform.mongo, "query_sending", failed=Unavailable) as database:
            known = await MongoSchedules(database).one(tenant.workspace_id, UUID(schedule["schedule_id"]))
            assert known is not None
            now = datetime.now(UTC)
            old = delivery_of(known, now, now=now - timedelta(hours=24))
            await MongoDeliveries(database).add(old)

    asyncio.run(nearly_over())
    until(lambda: any(message["To"] == owner for message in post[0].taken), seconds=90)
    (mail,) = [message for message in post[0].taken if message["To"] == owner]
    assert mail["Subject"] == "Not sent: Weekly ünïcode"
    assert "there are no figures in the range" in mail.get_content()
    assert deliveries(tenant, schedule)[0]["state"] == "failed"


async def test_each_time_is_found_once_by_however_many_replicas(platform: Platform) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    async with store.opened(platform.mongo, f"schedules_{uuid4().hex[:8]}", failed=Unavailable) as database:
        schedules, found = MongoSchedules(database), MongoDeliveries(database)
        schedule = made(now)
        await schedules.add(schedule)
        (due,) = await schedules.due(now)
        assert due == schedule
        for _ in range(3):
            await found.add(delivery_of(due, due.next_at, now=now))
        assert len(await found.of_schedule(schedule.workspace_id, schedule.schedule_id, limit=10)) == 1
        claimed = await asyncio.gather(*(found.claim(at=now, until=now + timedelta(minutes=1)) for _ in range(4)))
        (mine,) = [one for one in claimed if one is not None]
        heir = await found.claim(at=now + timedelta(minutes=2), until=now + timedelta(minutes=3))
        assert heir is not None
        assert not await found.keep(mine.delivered(now, "x")), "who came too late keeps nothing"
        assert await found.keep(heir.delivered(now, "y"))
        await schedules.move_on(due, now + timedelta(days=1))
        assert await schedules.due(now) == []
        await schedules.move_on(due, now)
        assert await schedules.due(now) == [], "moved on from a time that was not its own any more"


def made(next_at: datetime) -> Schedule:
    question = RelativeQuestion(
        widget="followers", preset="yesterday", delay_days=0, accounts=None, parameters={}, form=Format.CSV
    )
    return Schedule(
        schedule_id=uuid4(),
        workspace_id=uuid4(),
        subject="key:x",
        name="x",
        question=question,
        cron="0 8 * * *",
        timezone="UTC",
        destination=ToStorage(folder=""),
        require=Require.FINAL,
        hold_hours=1,
        notify=None,
        next_at=next_at,
        created_at=next_at,
    )


def test_a_time_that_has_come_is_run_by_itself(tenant: Tenant, platform: Platform, hook: Hook) -> None:
    schedule = scheduled(tenant, {"kind": "webhook", "url": hook.url})

    async def hurry() -> None:
        async with store.opened(platform.mongo, "query_sending", failed=Unavailable) as database:
            schedules = MongoSchedules(database)
            known = await schedules.one(tenant.workspace_id, UUID(schedule["schedule_id"]))
            assert known is not None
            await schedules.move_on(known, datetime(2026, 1, 5, 8, tzinfo=UTC))

    asyncio.run(hurry())
    until(lambda: len(hook.calls) == 1, seconds=90)
    (only,) = deliveries(tenant, schedule)
    assert only["due_at"] > "2026-01-05", "of many missed times the last one is made up for"
    assert tenant.get(f"/v1/schedules/{schedule['schedule_id']}").json()["next_at"] > datetime.now(UTC).isoformat()


def test_a_paused_schedule_waits_and_a_removed_one_is_gone(tenant: Tenant) -> None:
    schedule = scheduled(tenant, {"kind": "storage"})
    address = f"/v1/schedules/{schedule['schedule_id']}"
    assert post_to(tenant, f"{address}/pause").json()["next_at"] is None
    assert tenant.get(address).json()["paused"]
    assert post_to(tenant, f"{address}/resume").json()["next_at"] is not None
    assert [row["schedule_id"] for row in tenant.get("/v1/schedules").json()["schedules"]] == [schedule["schedule_id"]]
    assert tenant.client.delete(f"{tenant.url}{address}", headers=tenant.headers).status_code == 204
    assert tenant.get(address).status_code == 404


@pytest.mark.parametrize(
    ("changed", "parameter"),
    [
        ({"cron": "* * * * *"}, "cron"),
        ({"timezone": "Nowhere"}, "timezone"),
        ({"question": {"widget": "nonsense"}}, "slug"),
        ({"question": {"widget": "followers", "preset": "nonsense"}}, "preset"),
        ({"question": {"widget": "followers", "accounts": [str(uuid4())]}}, "accounts"),
        ({"destination": {"kind": "storage", "folder": "../../elsewhere"}}, "folder"),
        ({"destination": {"kind": "storage", "folder": "/etc"}}, "folder"),
        ({"destination": {"kind": "mail", "addresses": ["a@b.test\r\nBcc: c@d.test"]}}, ""),
        ({"destination": {"kind": "webhook", "url": "file:///etc/passwd"}}, "url"),
        ({"notify": "nobody"}, "notify"),
    ],
)
def test_what_could_not_run_is_refused(tenant: Tenant, changed: dict[str, object], parameter: str) -> None:
    refused = post_to(tenant, "/v1/schedules", order({"kind": "storage"}, **{}) | changed)
    assert refused.status_code == 422, refused.text
    assert parameter in refused.json()["errors"][0]["parameter"]


def test_schedules_need_their_scopes_and_stay_in_their_workspace(
    tenant: Tenant, platform: Platform, sending: Api
) -> None:
    schedule = scheduled(tenant, {"kind": "storage"})
    for scopes, status in (((KeyScope.READ, KeyScope.EXPORT), 403), (ALL, 404)):
        other = Tenant(platform=platform, url=sending.url)
        other.publish_key(scopes=scopes)
        until(lambda: other.get("/v1/widgets").status_code == 200)  # noqa: B023 - waited for at once
        for schedule_id in (schedule["schedule_id"], uuid4()):
            address = f"/v1/schedules/{schedule_id}"
            answers = [
                other.get(address),
                other.get(f"{address}/deliveries"),
                *(post_to(other, f"{address}/{verb}") for verb in ("run", "pause", "resume")),
                other.client.put(f"{other.url}{address}", json=order({"kind": "storage"}), headers=other.headers),
                other.client.delete(f"{other.url}{address}", headers=other.headers),
            ]
            assert {answer.status_code for answer in answers} == {status}
            assert len({answer.json()["detail"] for answer in answers}) == 1
        if status == 404:
            assert other.get("/v1/schedules").json() == {"schedules": []}
    assert tenant.get(f"/v1/schedules/{schedule['schedule_id']}").status_code == 200


def test_somebody_with_some_accounts_schedules_those_and_sees_no_others(tenant: Tenant) -> None:
    of_all = scheduled(tenant, {"kind": "storage"})
    mine = tenant.connect()
    tenant.until_accounts(2)
    limited = Tenant(platform=tenant.platform, url=tenant.url, workspace_id=tenant.workspace_id)
    limited.publish_key(accounts=[mine], scopes=ALL)
    limited.until_accounts(1)
    own = scheduled(limited, {"kind": "storage"})
    assert own["question"]["accounts"] == [str(mine)]
    assert [row["schedule_id"] for row in limited.get("/v1/schedules").json()["schedules"]] == [own["schedule_id"]]
    assert limited.get(f"/v1/schedules/{of_all['schedule_id']}").status_code == 404
    assert of_all["question"]["accounts"] is None, "all there will be"


def test_an_account_that_lost_access_holds_its_delivery(tenant: Tenant, hook: Hook) -> None:
    account = UUID(tenant.get("/v1/accounts").json()["accounts"][0]["account_id"])
    named = {"workspace_id": tenant.workspace_id, "account_id": account, "channel": "tiktok", "revision": 2}
    lost = {"change": "lost_access", "status": "lost_access", "changed_at": "2026-02-18 12:00:00.000"}
    told = {"is_business_account": True, "scopes": SCOPES, "connected_at": "2026-01-01 08:00:00.000"}
    tenant.platform.insert("connection_facts", [{**named, **lost, **told}])
    question = {"widget": "video_views", "preset": "last_28_days", "delay_days": 0}
    schedule = scheduled(tenant, {"kind": "webhook", "url": hook.url}, question=question)
    assert "lost_access" in run(tenant, schedule, "held")["log"][0]["detail"]

"""Mails of notices: over a real SMTP server, once though two send, again while it refuses, never silently lost."""

import asyncio
import email
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, Literal, cast

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from auth_service.adapters.mail.smtp import SmtpMail
from auth_service.adapters.mail.words import TEMPLATES, TemplateWords
from auth_service.bootstrap import Stores
from auth_service.domain.errors import AuthError, MailUnavailable
from auth_service.domain.notice import KEPT, MOST_TRIES, SENDING_LIFE, Notice, NoticeKind, new_notice
from auth_service.use_cases.mailing import Mailing
from common.documents import store
from common.mail.smtp import SmtpServer
from common.runtime.chores import Chore, Chores
from common.runtime.clock import FileClock, WallClock, jump_clock
from embedded import ports

from .http_face import PUBLIC_URL

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
SECRET_LINK = f"{PUBLIC_URL}/reset-password?token=very-secret"


class Post:
    """A mail server that keeps what it takes and answers what `answers` says next."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.answers: list[str] = []
        self.port = ports.choose({"smtp": 0})["smtp"]

    # Any: so does aiosmtpd call it.
    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[Any]
    ) -> str:
        if address.startswith("nobody"):
            return "550 5.1.1 nobody@example.test is unknown here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.answers:
            return self.answers.pop(0)
        content = cast("bytes", envelope.content)
        self.taken.append(email.message_from_bytes(content, policy=default))
        return "250 OK"


@pytest.fixture
async def post() -> AsyncIterator[Post]:
    made = Post()
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(made, enable_SMTPUTF8=False), "127.0.0.1", made.port
    )
    yield made
    server.close()
    await server.wait_closed()


@pytest.fixture
def counts() -> list[str]:
    return []


@pytest.fixture
def mailing(stores: Stores, post: Post, wall: FileClock, counts: list[str]) -> Mailing:
    return mailing_to(stores, post.port, wall, counts.append)


def mailing_to(stores: Stores, port: int, wall: FileClock, counted: Callable[[str], None]) -> Mailing:
    server = SmtpServer(host="127.0.0.1", port=port, security="none", sender="TOA <noreply@studio.test>")
    mail = SmtpMail(server, TemplateWords(PUBLIC_URL), wall)
    return Mailing(queue=stores.notices, server=mail, counted=counted, wall=wall)


def reset(address: str = "ada@example.test", about: str = "1") -> Notice:
    return new_notice(NoticeKind.PASSWORD_RESET, about=about, email=address, at=NOW, link=SECRET_LINK)


async def kept(database: store.Database, notice: Notice) -> dict[str, object]:
    found = await database.collection("notices").find_one({"_id": notice.notice_id})
    assert found is not None
    return dict(found)


def text(message: EmailMessage, subtype: str) -> str:
    part = message.get_body((subtype,))
    assert part is not None
    return str(part.get_content())


async def test_a_mail_leaves_once_as_text_and_html_and_its_link_is_forgotten(
    stores: Stores, database: store.Database, mailing: Mailing, post: Post
) -> None:
    notice = reset()
    assert await stores.notices.add(notice)
    assert "very-secret" not in str(await kept(database, notice)), "sealed at rest"
    await mailing.send_due()
    await mailing.send_due()
    [mail] = post.taken
    assert (mail["to"], mail["from"], mail["subject"]) == (
        "ada@example.test",
        "TOA <noreply@studio.test>",
        "Choose a new password",
    )
    assert SECRET_LINK in text(mail, "plain")
    assert f'href="{SECRET_LINK}"' in text(mail, "html")
    left = await kept(database, notice)
    assert left["link"] is None
    assert left["mailed_at"] is not None
    assert not await stores.notices.add(notice), "what was told is not told again"


async def test_two_replicas_send_each_mail_once(stores: Stores, post: Post, wall: FileClock, counts: list[str]) -> None:
    for number in range(20):
        await stores.notices.add(reset(about=str(number)))
    replicas = [mailing_to(stores, post.port, wall, counts.append) for _ in range(2)]
    await asyncio.gather(*(replica.send_due() for replica in replicas))
    assert len({mail["message-id"] for mail in post.taken}) == len(post.taken) == 20
    assert counts == ["sent"] * 20


async def test_a_mail_whose_sender_died_is_sent_by_another_after_its_hold(
    stores: Stores, mailing: Mailing, post: Post, wall: FileClock, wall_file: Path
) -> None:
    await stores.notices.add(reset())
    now = wall.now()
    assert await stores.notices.take_due(at=now, until=now + SENDING_LIFE)
    await mailing.send_due()
    assert post.taken == []
    jump_clock(wall_file, by=SENDING_LIFE)
    await mailing.send_due()
    assert len(post.taken) == 1


async def test_while_the_server_refuses_for_now_the_pauses_grow(
    stores: Stores, mailing: Mailing, post: Post, wall_file: Path, counts: list[str]
) -> None:
    await stores.notices.add(reset())
    post.answers = ["451 4.7.1 greylisted", "451 4.7.1 greylisted"]
    for seconds in (0, 9, 1, 19, 1):
        jump_clock(wall_file, by=timedelta(seconds=seconds))
        await mailing.send_due()
    assert counts == ["again", "again", "sent"]
    assert len(post.taken) == 1


async def test_a_server_that_is_away_costs_nothing_but_time(
    stores: Stores, database: store.Database, wall: FileClock, wall_file: Path, counts: list[str]
) -> None:
    notice = reset()
    await stores.notices.add(notice)
    away = mailing_to(stores, 9, wall, counts.append)
    for _ in range(MOST_TRIES):
        await away.send_due()
        jump_clock(wall_file, by=timedelta(minutes=15))
    left = await kept(database, notice)
    assert counts == ["again"] * (MOST_TRIES - 1) + ["given_up"]
    assert str(left["unmailable"]).startswith(f"Tried {MOST_TRIES} times")
    assert left["link"] is None
    assert left["mailed_at"] is None


@pytest.mark.parametrize(
    ("address", "answer", "why"),
    [
        ("nobody@example.test", None, "code 550"),
        ("ada@example.test", "554 5.6.0 this text is not wanted", "code 554"),
        ("ada@exa mple.test\r\nBcc: eve@example.test", None, "cannot stand in a mail"),
        ("ådå@example.test", None, "cannot take such an address"),
    ],
)
async def test_a_mail_that_nobody_will_take_is_marked_with_its_reason_at_once(
    stores: Stores, database: store.Database, mailing: Mailing, post: Post, address: str, answer: str | None, why: str
) -> None:
    notice = reset(address)
    await stores.notices.add(notice)
    post.answers = [answer] if answer else []
    await mailing.send_due()
    left = await kept(database, notice)
    assert why in str(left["unmailable"])
    assert address not in str(left["unmailable"])
    assert (left["link"], left["next_try_at"], left["mailed_at"], post.taken) == (None, None, None, [])


async def test_a_link_that_has_ended_is_not_sent(
    stores: Stores, database: store.Database, mailing: Mailing, post: Post, wall: FileClock
) -> None:
    notice = reset().until(wall.now())
    await stores.notices.add(notice)
    await mailing.send_due()
    assert post.taken == []
    assert "no longer good" in str((await kept(database, notice))["unmailable"])


async def test_the_mailer_sends_what_comes_while_it_runs(stores: Stores, post: Post, counts: list[str]) -> None:
    server = SmtpServer(host="127.0.0.1", port=post.port, security="none", sender="noreply@studio.test")
    mail = SmtpMail(server, TemplateWords(PUBLIC_URL), WallClock())
    mailing = Mailing(queue=stores.notices, server=mail, counted=counts.append, wall=WallClock())
    chore = Chore(name="mail", every_seconds=0.1, work=mailing.send_due)
    running = asyncio.ensure_future(Chores((chore,), waits_for=AuthError).run())
    await stores.notices.add(new_notice(NoticeKind.LOST_ACCESS, about="1", email="ada@example.test", at=NOW))
    async with asyncio.timeout(60):
        while not post.taken:
            await asyncio.sleep(0.05)
    running.cancel()
    assert f"{PUBLIC_URL}/connections" in text(post.taken[0], "plain")


async def test_the_server_knows_us_by_user_and_password(tmp_path: Path, wall: FileClock) -> None:
    known: list[bytes] = []

    def check(*given: Any) -> AuthResult:
        login = cast("LoginPassword", given[-1])
        known.append(login.login + b":" + login.password)
        return AuthResult(success=login.password == b"hunter2")

    post = Post()
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(post, authenticator=check, auth_required=True, auth_require_tls=False), "127.0.0.1", post.port
    )
    file = tmp_path / "password"
    ours = SmtpServer(
        host="127.0.0.1", port=post.port, security="none", sender="a@b.test", user="toa", password_file=file
    )
    mail = SmtpMail(ours, TemplateWords(PUBLIC_URL), wall)
    file.write_text("wrong\n")
    with pytest.raises(MailUnavailable) as caught:
        await mail.send(reset())
    assert "wrong" not in str(caught.value)
    file.write_text("hunter2\n")
    await mail.send(reset())
    server.close()
    await server.wait_closed()
    assert len(post.taken) == 1
    assert known[-1] == b"toa:hunter2", "a changed password needs no restart"


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_without_the_tls_that_was_asked_for_no_mail_leaves(
    post: Post, wall: FileClock, security: Literal["starttls", "tls"]
) -> None:
    server = SmtpServer(host="127.0.0.1", port=post.port, security=security, sender="noreply@studio.test")
    with pytest.raises(MailUnavailable):
        await SmtpMail(server, TemplateWords(PUBLIC_URL), wall).send(reset())
    assert post.taken == []


async def test_old_notices_are_forgotten_but_not_unsent_ones(
    stores: Stores, database: store.Database, mailing: Mailing, wall: FileClock
) -> None:
    old = NOW - KEPT - timedelta(days=1)
    await stores.notices.add(new_notice(NoticeKind.LOST_ACCESS, about="told", email="ada@example.test", at=old))
    await stores.notices.add(new_notice(NoticeKind.LOST_ACCESS, about="young", email="ada@example.test", at=NOW))
    await mailing.send_due()
    await stores.notices.add(new_notice(NoticeKind.LOST_ACCESS, about="unsent", email="ada@example.test", at=old))
    await stores.notices.remove_expired(NOW)
    left = await database.collection("notices").find({})
    assert sorted(one["mailed_at"] is None for one in left) == [False, True]


@pytest.mark.parametrize("kind", NoticeKind)
def test_each_kind_has_words_with_and_without_its_values(kind: NoticeKind) -> None:
    words = TemplateWords(PUBLIC_URL)
    names = ("account", "workspace", "days", "inviter", "role", "name", "company", "handle", "reason", "what")
    values = {name: f"<b>{name}</b>" for name in names}
    for given in ({}, values):
        notice = new_notice(kind, about="1", email="ada@example.test", at=NOW, values=given, link=SECRET_LINK)
        said = words.said(notice)
        assert said.subject
        assert said.paragraphs
        assert all(said.paragraphs)
        assert said.action
        whole = words.plain(said) + words.html(said)
        assert "None" not in whole
        assert "{{" not in whole
        assert "<b>" not in words.html(said), "what people write is text"


def test_no_template_is_left_over() -> None:
    assert {path.stem for path in TEMPLATES.glob("*.txt")} == set(NoticeKind)

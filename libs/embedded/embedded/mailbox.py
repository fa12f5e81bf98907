"""`python -m embedded.mailbox`: a local mail server that delivers nothing, and a page that shows what it took."""

import argparse
import asyncio
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import partial
from html import escape
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route

from common.runtime.health import health_app
from common.runtime.logs import configure_logs
from common.runtime.process import run, serve
from embedded import data_folder
from embedded.home import write_bytes
from embedded.ports import HOST

# The page shows these; older ones stay on disk.
SHOWN = 200
_STYLE = "body{font-family:system-ui;margin:2rem auto;max-width:60rem}td,th{text-align:left;padding:.3rem .8rem}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """`text` is the plain part."""

    mail_id: str
    to: str
    sender: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One file for each mail, named by when it came."""

    folder: Path

    def keep(self, content: bytes) -> None:
        write_bytes(self.folder / f"{time.time_ns()}.eml", content)

    def newest(self, to: str | None = None) -> Sequence[Mail]:
        files = sorted(self.folder.glob("*.eml"), key=lambda file: int(file.stem), reverse=True)[:SHOWN]
        mails = (_mail(file.stem, _message(file)) for file in files)
        return [mail for mail in mails if to is None or mail.to == to]

    def message(self, mail_id: str) -> EmailMessage | None:
        file = self.folder / f"{mail_id}.eml"
        return _message(file) if mail_id.isdecimal() and file.exists() else None


class Keeper:
    """What aiosmtpd calls: every address is welcome, every mail is kept before it is acknowledged."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content or b""
        self._mailbox.keep(content if isinstance(content, bytes) else content.encode())
        return "250 OK"


def mailbox_app(mailbox: Mailbox) -> Starlette:
    """`/` for people, `/mails?to=` for programs, `/mails/{id}` one mail as a mail program would show it."""

    def page(_: Request) -> Response:
        rows = "".join(_row(mail) for mail in mailbox.newest())
        head = "<tr><th>To</th><th>Subject</th><th>Text</th></tr>"
        body = f"<table>{head}{rows}</table>" if rows else "<p>No mail has come yet.</p>"
        style = f"<style>{_STYLE}</style>"
        return HTMLResponse(f"<!doctype html><title>Mailbox</title>{style}<h1>Mailbox of this laptop</h1>{body}")

    def mails(request: Request) -> Response:
        return JSONResponse({"mails": [asdict(mail) for mail in mailbox.newest(request.query_params.get("to"))]})

    def one(request: Request) -> Response:
        message = mailbox.message(request.path_params["mail_id"])
        if message is None:
            return PlainTextResponse("There is no such mail.", 404)
        html = message.get_body(("html",))
        # What a mail brings must not run here.
        headers = {"Content-Security-Policy": "sandbox allow-popups; default-src 'none'; style-src 'unsafe-inline'"}
        if html is None:
            return PlainTextResponse(_text(message), headers=headers)
        return HTMLResponse(str(html.get_content()), headers=headers)

    health = health_app(checks={}, registry=CollectorRegistry())
    routes = [Route("/", page), Route("/mails", mails), Route("/mails/{mail_id}", one), Mount("/", health)]
    return Starlette(routes=routes)


def _message(file: Path) -> EmailMessage:
    return message_from_bytes(file.read_bytes(), policy=default)


def _mail(mail_id: str, message: EmailMessage) -> Mail:
    to, sender, subject = (str(message.get(name, "")) for name in ("to", "from", "subject"))
    return Mail(mail_id=mail_id, to=to, sender=sender, subject=subject, text=_text(message))


def _text(message: EmailMessage) -> str:
    plain = message.get_body(("plain",))
    return str(plain.get_content()) if plain else ""


def _row(mail: Mail) -> str:
    link = f'<a href="/mails/{mail.mail_id}">{escape(mail.subject)}</a>'
    return f"<tr><td>{escape(mail.to)}</td><td>{link}</td><td>{escape(mail.text[:120])}</td></tr>"


async def _serve(arguments: argparse.Namespace, stop: asyncio.Event) -> None:
    configure_logs("mailbox")
    data_folder.claim(arguments.data, part="the mailbox")
    mailbox = Mailbox(arguments.data)
    loop = asyncio.get_running_loop()
    smtp = await loop.create_server(lambda: SMTP(Keeper(mailbox), hostname=HOST), HOST, arguments.smtp_port)
    async with smtp:
        await serve(mailbox_app(mailbox), host=HOST, port=arguments.port, stop=stop)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m embedded.mailbox", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--smtp-port", type=int, required=True)
    run(partial(_serve, parser.parse_args()))


if __name__ == "__main__":
    main()

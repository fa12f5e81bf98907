"""Sending over SMTP. No error quotes the address, the link or the server's password."""

import asyncio
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Literal

import aiosmtplib
from aiosmtplib import errors as smtp

from auth_service.adapters.mail.words import TemplateWords
from auth_service.domain.errors import MailRefused, MailUnavailable
from auth_service.domain.notice import Notice
from common.runtime.clock import Clock

# All steps of one mail together; shorter than a notice is held.
SECONDS_TO_SEND = 60.0
Security = Literal["none", "starttls", "tls"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    host: str
    port: int
    security: Security
    sender: str
    user: str | None = None
    password_file: Path | None = field(default=None, repr=False)


class SmtpMail:
    def __init__(self, server: SmtpServer, words: TemplateWords, wall: Clock) -> None:
        self._server = server
        self._words = words
        self._wall = wall

    async def send(self, notice: Notice) -> None:
        message = self._message(notice)
        try:
            async with asyncio.timeout(SECONDS_TO_SEND):
                await self._deliver(message)
        except (smtp.SMTPRecipientsRefused, smtp.SMTPResponseException) as error:
            raise _told(error) from None
        except smtp.SMTPNotSupported as error:
            raise MailRefused(f"The mail server cannot take such an address ({type(error).__name__}).") from None
        except (smtp.SMTPException, OSError, TimeoutError) as error:
            raise MailUnavailable(f"The mail server did not take the mail ({type(error).__name__}).") from None

    async def _deliver(self, message: EmailMessage) -> None:
        server = self._server
        # Read for each mail, so that a changed password needs no restart.
        password = server.password_file.read_text().strip() if server.password_file else None
        await aiosmtplib.send(
            message,
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=password,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            tls_context=ssl.create_default_context() if server.security != "none" else None,
            timeout=SECONDS_TO_SEND / 2,
        )

    def _message(self, notice: Notice) -> EmailMessage:
        said = self._words.said(notice)
        message = EmailMessage()
        try:
            message["Subject"], message["From"], message["To"] = said.subject, self._server.sender, notice.email
        except (ValueError, IndexError):
            raise MailRefused("The address cannot stand in a mail.") from None
        if not message["To"].addresses or any("@" not in one.addr_spec for one in message["To"].addresses):
            raise MailRefused("The address cannot stand in a mail.")
        message["Date"] = format_datetime(self._wall.now())
        # Sent again after a crash, it is the same mail, and mail programs show it once.
        message["Message-ID"] = f"<{notice.notice_id}@{self._server.sender.rpartition('@')[2].strip('> ')}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(self._words.plain(said))
        message.add_alternative(self._words.html(said), subtype="html")
        return message


def _told(error: smtp.SMTPRecipientsRefused | smtp.SMTPResponseException) -> MailRefused | MailUnavailable:
    """5xx about the recipient or the content is for ever; anything about us or our sender may be mended."""
    first = error.recipients[0] if isinstance(error, smtp.SMTPRecipientsRefused) else error
    about_this_mail = isinstance(first, smtp.SMTPRecipientRefused | smtp.SMTPDataError)
    if about_this_mail and first.code >= 500:
        return MailRefused(f"The mail server refused it for ever with code {first.code}.")
    return MailUnavailable(f"The mail server refused it for now with code {first.code}.")

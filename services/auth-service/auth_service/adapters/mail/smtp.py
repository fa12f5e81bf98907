"""Sending notices over SMTP. No error quotes the address, the link or the server's password."""

from email.message import EmailMessage
from email.utils import format_datetime

from auth_service.adapters.mail.words import TemplateWords
from auth_service.domain.errors import MailRefused, MailUnavailable
from auth_service.domain.notice import Notice
from common.mail.smtp import NotTaken, RefusedForEver, SmtpServer, address, message_id, send
from common.runtime.clock import Clock


class SmtpMail:
    def __init__(self, server: SmtpServer, words: TemplateWords, wall: Clock) -> None:
        self._server = server
        self._words = words
        self._wall = wall

    async def send(self, notice: Notice) -> None:
        try:
            await send(self._message(notice), self._server)
        except RefusedForEver as error:
            raise MailRefused(str(error)) from None
        except NotTaken as error:
            raise MailUnavailable(str(error)) from None

    def _message(self, notice: Notice) -> EmailMessage:
        said = self._words.said(notice)
        message = EmailMessage()
        message["Subject"] = said.subject
        address(message, sender=self._server.sender, to=notice.email)
        message["Date"] = format_datetime(self._wall.now())
        message["Message-ID"] = message_id(notice.notice_id, sender=self._server.sender)
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(self._words.plain(said))
        message.add_alternative(self._words.html(said), subtype="html")
        return message

"""The way to a mail server. No error quotes an address, the content or the server's password."""

import asyncio
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
from aiosmtplib import errors as smtp

from common.runtime.settings import SmtpSecurity

# All steps of one mail together.
SECONDS_TO_SEND = 60.0


class RefusedForEver(Exception):
    """The server will never take this mail."""


class NotTaken(Exception):
    """The server did not take the mail now, and may take it later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    host: str
    port: int
    security: SmtpSecurity
    sender: str
    user: str | None = None
    password_file: Path | None = field(default=None, repr=False)


async def send(message: EmailMessage, server: SmtpServer) -> None:
    """Raises `RefusedForEver` or `NotTaken`."""
    try:
        async with asyncio.timeout(SECONDS_TO_SEND):
            await _deliver(message, server)
    except (smtp.SMTPRecipientsRefused, smtp.SMTPResponseException) as error:
        raise _told(error) from None
    except smtp.SMTPNotSupported as error:
        raise RefusedForEver(f"The mail server cannot take such an address ({type(error).__name__}).") from None
    except (smtp.SMTPException, OSError, TimeoutError) as error:
        raise NotTaken(f"The mail server did not take the mail ({type(error).__name__}).") from None


def address(message: EmailMessage, *, sender: str, to: str) -> None:
    """Set From and To; raises `RefusedForEver` for what cannot be an address."""
    try:
        message["From"], message["To"] = sender, to
    except (ValueError, IndexError):
        raise RefusedForEver("The address cannot stand in a mail.") from None
    if not message["To"].addresses or any("@" not in one.addr_spec for one in message["To"].addresses):
        raise RefusedForEver("The address cannot stand in a mail.")


def message_id(name: object, *, sender: str) -> str:
    """Sent again after a crash under the same name, it is the same mail, and mail programs show it once."""
    return f"<{name}@{sender.rpartition('@')[2].strip('> ')}>"


async def _deliver(message: EmailMessage, server: SmtpServer) -> None:
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


def _told(error: smtp.SMTPRecipientsRefused | smtp.SMTPResponseException) -> RefusedForEver | NotTaken:
    """5xx about the recipient or the content is for ever; anything about us or our sender may be mended."""
    first = error.recipients[0] if isinstance(error, smtp.SMTPRecipientsRefused) else error
    about_this_mail = isinstance(first, smtp.SMTPRecipientRefused | smtp.SMTPDataError)
    if about_this_mail and first.code >= 500:
        return RefusedForEver(f"The mail server refused it for ever with code {first.code}.")
    return NotTaken(f"The mail server refused it for now with code {first.code}.")

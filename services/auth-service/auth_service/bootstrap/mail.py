"""Wires mail."""

from prometheus_client import CollectorRegistry, Counter

from auth_service.adapters.mail.smtp import SmtpMail
from auth_service.adapters.mail.words import TemplateWords
from auth_service.bootstrap.stores import Stores
from auth_service.settings import AuthSettings
from auth_service.use_cases.mailing import Mailing
from common.mail.smtp import SmtpServer
from common.runtime.clock import WallClock
from common.runtime.logs import logger


def words_of(settings: AuthSettings) -> TemplateWords:
    return TemplateWords(settings.public_url)


def mailing_of(settings: AuthSettings, stores: Stores, registry: CollectorRegistry) -> Mailing | None:
    """None without a mail server: the notices wait until there is one."""
    if settings.smtp_host is None:
        logger(__name__).warning("no mail is sent", reason="TOA_SMTP_HOST is not set; notices wait")
        return None
    mails = Counter("toa_auth_mails", "Tries to send a mail, by outcome.", ["outcome"], registry=registry)
    server = SmtpServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        sender=settings.smtp_from,
        user=settings.smtp_user,
        password_file=settings.smtp_password_file,
    )
    return Mailing(
        queue=stores.notices,
        server=SmtpMail(server, words_of(settings), WallClock()),
        counted=lambda outcome: mails.labels(outcome).inc(),
        wall=WallClock(),
    )

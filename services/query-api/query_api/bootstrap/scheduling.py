"""Wires scheduled exports."""

from collections.abc import Awaitable, Callable, Mapping

from prometheus_client import CollectorRegistry, Counter

from common.mail.smtp import SmtpServer
from query_api.adapters.export_mail import ExportMail
from query_api.adapters.stored_deliveries import StoredDeliveries
from query_api.adapters.webhooks import Webhooks
from query_api.bootstrap.exporting import asking_of, producing_of
from query_api.bootstrap.stores import Stores
from query_api.domain.delivery import ENDED
from query_api.ports import Services
from query_api.ports.exporting import Files
from query_api.ports.schedules import Scheduling, Sender
from query_api.settings import QuerySettings
from query_api.use_cases.exporting.delivering import Delivering
from query_api.use_cases.exporting.ordering import Ordering

Run = Callable[[], Awaitable[None]]


def scheduling_of(stores: Stores) -> Scheduling:
    return Scheduling(schedules=stores.schedules, deliveries=stores.deliveries)


def delivery_runs(settings: QuerySettings, services: Services, registry: CollectorRegistry) -> tuple[Run, ...]:
    """Nothing where there is no storage: what is delivered is an export job first."""
    files = services.exporting.files
    if files is None:
        return ()
    ended = Counter("toa_deliveries", "Scheduled exports that ended, by outcome.", ["outcome"], registry=registry)
    for outcome in ENDED:
        # From 0 on, so that the first one is a rise.
        ended.labels(outcome)
    return (_delivering(settings, services, files, ended).run,)


def _delivering(settings: QuerySettings, services: Services, files: Files, ended: Counter) -> Delivering:
    mail = ExportMail(_mail_server(settings), files, services.wall)
    exporting = services.exporting
    return Delivering(
        schedules=services.scheduling.schedules,
        deliveries=services.scheduling.deliveries,
        jobs=exporting.jobs,
        ordering=Ordering(
            jobs=exporting.jobs, link_key=exporting.link_key, public_url=exporting.public_url, wall=services.wall
        ),
        asking=asking_of(services),
        producing=producing_of(services),
        senders=_senders(settings, services, mail, files),
        teller=mail,
        wall=services.wall,
        counted=lambda outcome: ended.labels(outcome).inc(),
    )


def _senders(settings: QuerySettings, services: Services, mail: ExportMail, files: Files) -> Mapping[str, Sender]:
    return {
        "mail": mail,
        "webhook": Webhooks(services.wall, private=settings.private_webhooks),
        "storage": StoredDeliveries(files),
    }


def _mail_server(settings: QuerySettings) -> SmtpServer | None:
    if settings.smtp_host is None:
        return None
    return SmtpServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        sender=settings.smtp_from,
        user=settings.smtp_user,
        password_file=settings.smtp_password_file,
    )

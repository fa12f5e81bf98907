"""Exports in a mail: the file itself where it is small, the link to it, and what its figures rest on."""

from collections.abc import Iterator, Mapping
from email.message import EmailMessage
from email.utils import format_datetime
from typing import cast

from common.mail.smtp import NotTaken, RefusedForEver, SmtpServer, address, message_id, send
from common.runtime.clock import Clock
from query_api.domain.delivery import Delivery
from query_api.domain.export_forms import FILE_FORMS
from query_api.domain.schedule import Destination, Schedule, ToMail
from query_api.ports import Unavailable
from query_api.ports.exporting import Files
from query_api.ports.schedules import NotDelivered, Parcel

# Many servers refuse mails of more than 10 MB, and base64 adds a third.
_LARGEST_ATTACHMENT = 7_000_000
_NO_SERVER = "this deployment has no mail server set"


class ExportMail:
    def __init__(self, server: SmtpServer | None, files: Files, wall: Clock) -> None:
        self._server = server
        self._files = files
        self._wall = wall

    async def send(self, parcel: Parcel, destination: Destination) -> str:
        assert isinstance(destination, ToMail)
        content = await self._attached(parcel)
        for place, to in enumerate(destination.addresses):
            message = self._begun(to, subject=_subject(parcel), name=f"{parcel.delivery.delivery_id}.{place}")
            message.set_content("\n".join(_words(parcel)))
            if content is not None:
                _attach(message, parcel, content)
            await self._sent(message)
        return f"mailed to {len(destination.addresses)} address(es)"

    async def give_up(self, schedule: Schedule, delivery: Delivery) -> None:
        if schedule.notify is None:
            return
        subject = f"Not sent: {_line(schedule.name)}"
        message = self._begun(schedule.notify, subject=subject, name=f"{delivery.delivery_id}.given-up")
        why = delivery.log[-1].detail if delivery.log else "nobody knows why"
        message.set_content(
            f"The scheduled export “{schedule.name}”, due {delivery.due_at:%Y-%m-%d %H:%M} UTC, was not sent:\n\n"
            f"{why}.\n\nIts log is at the schedule; it goes on at its next time.\n"
        )
        await self._sent(message)

    def _begun(self, to: str, *, subject: str, name: str) -> EmailMessage:
        sender = self._given().sender
        message = EmailMessage()
        message["Subject"] = subject
        try:
            address(message, sender=sender, to=to)
        except RefusedForEver as error:
            raise NotDelivered(str(error)) from None
        message["Date"] = format_datetime(self._wall.now())
        message["Message-ID"] = message_id(name, sender=sender)
        message["Auto-Submitted"] = "auto-generated"
        return message

    async def _sent(self, message: EmailMessage) -> None:
        try:
            await send(message, self._given())
        except (NotTaken, RefusedForEver) as error:
            raise NotDelivered(str(error)) from None

    def _given(self) -> SmtpServer:
        if self._server is None:
            raise NotDelivered(_NO_SERVER)
        return self._server

    async def _attached(self, parcel: Parcel) -> bytes | None:
        if parcel.job.bytes > _LARGEST_ATTACHMENT:
            return None
        try:
            return b"".join([piece async for piece in self._files.read(parcel.job.path)])
        except Unavailable as error:
            raise NotDelivered(f"{error} does not answer") from None


def _attach(message: EmailMessage, parcel: Parcel, content: bytes) -> None:
    media_type = FILE_FORMS[parcel.job.question.form].media_type.partition(";")[0]
    main, _, sub = media_type.partition("/")
    message.add_attachment(content, maintype=main, subtype=sub, filename=str((parcel.job.manifest or {})["file"]))


def _subject(parcel: Parcel) -> str:
    return _line(parcel.schedule.name)


def _line(text: str) -> str:
    """A name may hold line ends, a subject may not."""
    return " ".join(text.split())


def _words(parcel: Parcel) -> Iterator[str]:
    facts = parcel.job.manifest or {}
    asked = parcel.job.question.parameters
    yield f"{parcel.schedule.name}: {facts['file']}"
    yield f"From {asked['from']} to before {asked['to']}, {facts['timezone']}; by {facts['attribution']}."
    yield f"Known as of {facts['as_of']}. Final through {facts['complete_through'] or 'no day yet'}."
    for row in cast("list[Mapping[str, object]]", facts["coverage"]):
        metrics = ", ".join(cast("list[str]", row["metrics"]))
        yield f"- {row['status']}: {metrics}, {row['from']} to before {row['to']}, account {row['account_id']}"
    yield from cast("list[str]", facts["notes"])
    yield ""
    yield f"The file, until {parcel.link_expires_at:%Y-%m-%d %H:%M} UTC, for whoever has this link:"
    yield parcel.link

"""Sending the mails of notices: each by one replica, tried again with longer pauses, given up with a reason."""

from collections.abc import Callable
from dataclasses import dataclass

from auth_service.domain.errors import MailRefused, MailUnavailable
from auth_service.domain.notice import SENDING_LIFE, Notice
from auth_service.ports_sign_in import MailQueue, MailServer
from common.runtime.clock import Clock
from common.runtime.logs import logger

_log = logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """`counted` is told the outcome of each try: sent, again or given_up."""

    queue: MailQueue
    server: MailServer
    counted: Callable[[str], None]
    wall: Clock

    async def send_due(self) -> None:
        """Everything whose time has come."""
        while notice := await self._next():
            await self._send(notice)

    async def _next(self) -> Notice | None:
        now = self.wall.now()
        return await self.queue.take_due(at=now, until=now + SENDING_LIFE)

    async def _send(self, notice: Notice) -> None:
        if reason := self._unmailable(notice):
            await self._give_up(notice, reason)
            return
        try:
            await self.server.send(notice)
        except MailRefused as error:
            await self._give_up(notice, str(error))
        except MailUnavailable as error:
            await self._later(notice, str(error))
        else:
            await self.queue.mailed(notice, self.wall.now())
            self.counted("sent")

    def _unmailable(self, notice: Notice) -> str | None:
        late = "Its link was no longer good when the mail could leave."
        return late if notice.useless_at(self.wall.now()) else notice.unmailable

    async def _later(self, notice: Notice, reason: str) -> None:
        pause = notice.next_pause()
        if pause is None:
            await self._give_up(notice, f"Tried {notice.tries} times; the last time: {reason}")
            return
        _log.warning("mail waits", notice_id=notice.notice_id, kind=notice.kind.value, reason=reason)
        await self.queue.try_again(notice, self.wall.now() + pause)
        self.counted("again")

    async def _give_up(self, notice: Notice, reason: str) -> None:
        _log.error("mail given up", notice_id=notice.notice_id, kind=notice.kind.value, reason=reason)
        await self.queue.give_up(notice, reason)
        self.counted("given_up")

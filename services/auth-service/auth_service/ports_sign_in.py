"""What notices, mail, signing in and early access need from outside; `ports` has the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from auth_service.domain.notice import Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A notice in words. `place` is a path of the page; `link` the whole address that a mail leads to."""

    subject: str
    paragraphs: Sequence[str]
    action: str
    place: str | None
    link: str | None


class Words(Protocol):
    def said(self, notice: Notice) -> Said: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticePage:
    """`unread` counts all of the person's, not only those of the page."""

    notices: Sequence[Notice]
    next_cursor: str | None
    unread: int


class NoticeBox(Protocol):
    """A person's notices in one workspace and in none."""

    async def page(self, *, user_id: UUID, workspace_id: UUID, limit: int, cursor: str | None) -> NoticePage:
        """Unread ones first, newest first. Raises `InvalidInput` for a cursor that is not one of ours."""
        ...

    async def read(self, notice_id: str, *, user_id: UUID, workspace_id: UUID, at: datetime) -> bool:
        """False when there is no such notice of theirs."""
        ...

    async def read_all(self, *, user_id: UUID, workspace_id: UUID, at: datetime) -> None: ...


class MailQueue(Protocol):
    """The notices that wait for their mail."""

    async def take_due(self, *, at: datetime, until: datetime) -> Notice | None:
        """Hold one whose time has come until `until`, so that no other replica sends it; its `tries` counts this."""
        ...

    async def mailed(self, notice: Notice, at: datetime) -> None:
        """It has left: the link is forgotten."""
        ...

    async def try_again(self, notice: Notice, at: datetime) -> None: ...

    async def give_up(self, notice: Notice, reason: str) -> None:
        """It will never leave, and why; the link is forgotten."""
        ...


class MailServer(Protocol):
    async def send(self, notice: Notice) -> None:
        """Raises `MailRefused` when this mail will never be taken, `MailUnavailable` when it may be later."""
        ...

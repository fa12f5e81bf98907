"""What people ask of an account's collection."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, ClassVar, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from common.events.envelope import AccountEvent, Timestamp
from common.events.topics import COMMANDS, Topic


class _Action(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Refresh(_Action):
    """Ask for everything now, before it is due."""

    kind: Literal["refresh"] = "refresh"


class Backfill(_Action):
    """Ask again for the daily series of these UTC days, both included, as far back as TikTok goes."""

    kind: Literal["backfill"] = "backfill"
    from_day: date
    to_day: date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.to_day < self.from_day:
            raise ValueError("to_day is before from_day")
        return self


class Pause(_Action):
    """Ask for nothing until a resume."""

    kind: Literal["pause"] = "pause"


class Resume(_Action):
    """Go on after a pause."""

    kind: Literal["resume"] = "resume"


Action = Refresh | Backfill | Pause | Resume


class CommandV1(AccountEvent):
    """One command for one account. An account's commands are obeyed in the order of the topic, each once.

    `requested_by` is the id of a member or an API key, never a name.
    """

    topic: ClassVar[Topic] = COMMANDS

    command_id: UUID
    action: Annotated[Action, Field(discriminator="kind")]
    requested_by: str
    requested_at: Timestamp

    @property
    def identity(self) -> Sequence[str]:
        return (str(self.account_id), str(self.command_id))

    @property
    def time(self) -> datetime:
        return self.requested_at

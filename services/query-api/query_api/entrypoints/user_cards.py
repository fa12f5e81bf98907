"""What names a metric or a label, on the wire."""

from collections.abc import Sequence

from pydantic import BaseModel, Field

from query_api.ports.uses import User


class UserCard(BaseModel):
    """What shows the metric, or is made of it."""

    kind: str = Field(examples=["metric"])
    id: str
    name: str


def user_cards(users: Sequence[User]) -> tuple[UserCard, ...]:
    return tuple(UserCard(kind=user.kind, id=user.id, name=user.name) for user in users)

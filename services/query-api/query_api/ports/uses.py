"""What names a metric or a label, for whoever is about to change or delete one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar
from uuid import UUID

Named = TypeVar("Named", str, UUID)


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Something that names it; `kind` such as `metric`, `dashboard`, `template`, `export`."""

    kind: str
    id: str
    name: str


class MetricUsers(Protocol):
    async def users_of(self, workspace_id: UUID) -> Mapping[str, Sequence[User]]:
        """What of this kind names a metric, by the metric's slug; raises `Unavailable`."""
        ...


class LabelUsers(Protocol):
    async def users_of_labels(self, workspace_id: UUID) -> Mapping[UUID, Sequence[User]]:
        """What of this kind names a label or plan, by its id; raises `Unavailable`."""
        ...

    async def merged(self, workspace_id: UUID, label_id: UUID, into: UUID) -> None:
        """Name `into` instead. May be done again; raises `Unavailable`."""
        ...


def together(found: Sequence[Mapping[Named, Sequence[User]]]) -> Mapping[Named, Sequence[User]]:
    """What several kinds of users name, as one."""
    named = dict.fromkeys(name for one in found for name in one)
    return {name: [user for one in found for user in one.get(name, ())] for name in named}
